"""The teaching page in other languages: every text is translated, and German shows no English."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lesson_cases import LESSON_CASES
from lessons import test_sentences
from web.texts_of_the_page import lesson_texts, note_texts, result_texts, static_texts

from dyadsim.errors import BadInput
from dyadsim.lessons.index import LESSONS
from dyadsim.search_path import searching
from dyadsim.translation import read_entries
from dyadsim.web import language, payload, static_files

pytest.importorskip("starlette", reason="the extra 'web' is not installed")
OTHERS = language.languages()[1:]
BRACES = re.compile(r"\{[\w.]+\}")
FILES = Path(language.__file__).with_name("languages")
INVENTED = 60  # findings of each lesson whose sentences are tried
INVENTORS = [name for name in dir(test_sentences) if name.startswith("invent_")]


def entries(name: str) -> list[tuple[str, str]]:
    """The entries of a language, without its head."""
    text = (FILES / f"{name}.po").read_text(encoding="utf-8")
    return [entry for entry in read_entries(text) if entry[0]]


@pytest.mark.parametrize("name", OTHERS)
def test_every_text_of_the_pages_has_a_translation(name: str) -> None:
    texts = [*static_texts(), *lesson_texts(), *note_texts()]
    assert len(texts) > 600
    assert language.untranslated(texts, name) == []


@pytest.mark.parametrize("name", OTHERS)
def test_every_sentence_about_invented_findings_has_a_translation(name: str) -> None:
    assert len(INVENTORS) == len(LESSONS)
    rng = np.random.default_rng(5)
    for inventor in INVENTORS:
        invent = getattr(test_sentences, inventor)
        sentences = [invent(rng).sentence for _ in range(INVENTED)]
        assert language.untranslated(sentences, name) == []


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_text_of_a_result_has_a_translation(lesson: Any) -> None:
    few = {dial.key: dial.low for dial in lesson.dials if dial.key in ("clients", "each")}
    settings = [{}, *({**few, **preset} for preset in lesson.presets.values())]
    texts = list(result_texts(lesson, settings))
    for name in OTHERS:
        assert language.untranslated(texts, name) == []


@pytest.mark.parametrize("name", OTHERS)
def test_entries_are_whole_and_have_the_same_braces(name: str) -> None:
    known = entries(name)
    assert len(known) == len({english for english, _ in known})
    for english, other in known:
        assert other.strip(), english
        assert sorted(BRACES.findall(english)) == sorted(BRACES.findall(other)), english


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="GNU gettext is not installed")
@pytest.mark.parametrize("name", OTHERS)
def test_translators_programs_can_read_the_file(name: str) -> None:
    words = ["msgfmt", "--check-format", "-o", "/dev/null", str(FILES / f"{name}.po")]
    assert subprocess.run(words, check=False).returncode == 0


def test_a_text_without_translation_is_found() -> None:
    assert language.untranslated(["Who got beter?"], "de") == ["Who got beter?"]
    half = "Pooled, they find g = 0.28 (95 % interval 0.1 to 0.4), moreover one huge trial."
    assert language.untranslated([half], "de") == [half]


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("Who got better?", "Wem ging es besser?"),
        ("0.28 to 1,234.5", "0,28 bis 1.234,5"),
        ("At the end: 1.20 and 1.12.", "Am Ende: 1,20 und 1,12."),
        (
            "What a study sees. At the end: 1.20 and 1.12.",
            "What a study sees. Am Ende: 1,20 und 1,12.",  # what has none stays
        ),
    ],
)
def test_translations(text: str, german: str) -> None:
    assert language.translate(text, "de") == german
    assert language.translate(text, "en") == text


def test_an_unknown_language_is_refused_or_ignored() -> None:
    assert language.known_language("xx") == "en"
    assert language.known_language(None) == "en"
    with pytest.raises(BadInput, match=r"no task.language 'ge'. Known: en, de"):
        language.check_language("ge")


def test_a_third_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "".join(
        f'"{line}\\n"\n'
        for line in ("X-Name: Français", "X-Decimal-Sign: ,", "X-Thousands-Sign:  ")
    )
    text = f'msgid ""\nmsgstr ""\n{head}"X-Percent-Sign:  %\\n"\n\nmsgid "Lock"\nmsgstr "Bloquer"\n'
    (tmp_path / "fr.po").write_text(text, encoding="utf-8")
    shutil.copy(FILES / "de.po", tmp_path)
    monkeypatch.setattr(language, "_FOLDER", tmp_path)
    for kept in (language.catalogue, language.read_page, language._found):
        kept.cache_clear()
    html = language.read_page("index.html", "fr")
    for kept in (language.catalogue, language.read_page, language._found):
        kept.cache_clear()
    assert 'lang="fr"' in html
    assert ">Bloquer<" in html
    assert '"fr": "Français"' in html


def test_english_pages_say_what_is_written() -> None:
    html = language.read_page("index.html", "en")
    assert [*language.page_texts(html.split("<script")[0])] == [
        *language.page_texts(static_files.read_static("index.html").split("<script")[0])
    ]


# --- in the browser -------------------------------------------------------------------------------

ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|with|which|that|from|than|by|to|be|how|what|your|this|not|all)\b"
)
TEXTS = """() => {
  const texts = [];
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  for (const node of document.querySelectorAll('body *:not(script):not(style)')) {
    if (node.closest('pre, code, #command')) continue;
    for (const part of node.childNodes)
      if (part.nodeType === 3 && part.textContent.trim()) texts.push(part.textContent.trim());
    for (const name of ['aria-label', 'alt', 'title', 'aria-valuetext'])
      if (node.getAttribute(name)) texts.push(node.getAttribute(name)); }
  return texts; }"""
ALLOWED = {"English", "dyadsim teach class=true"}


def english_texts(page: Any) -> list[str]:
    """The texts of a page that hold an English word; commands may."""
    said = [text for text in page.evaluate(TEXTS) if text not in ALLOWED]
    assert len(said) > 20
    return [text for text in said if ENGLISH.search(text.replace("dyadsim teach", ""))]


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    """One page for all tests of this file."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(90_000)
    yield page
    page.close()


@pytest.mark.parametrize("name", LESSON_CASES)
def test_a_page_in_german_shows_no_english(page: Any, address: str, name: str) -> None:
    page.goto("about:blank")
    page.goto(f"{address}?lesson={name}&lang=de&clients=100")
    page.wait_for_selector("body[data-ready]")
    assert english_texts(page) == []
    for handle in page.query_selector_all("#bet-options [role=slider]"):
        handle.focus()
        page.keyboard.press("ArrowUp")
    page.click("#reveal")
    page.wait_for_selector("body[data-drawn]")
    for tab in page.query_selector_all("#tabs:not([hidden]) button"):
        drawn = page.evaluate("document.body.dataset.drawn")
        tab.click()
        page.wait_for_function("(old) => document.body.dataset.drawn !== old", arg=drawn)
        assert english_texts(page) == []
    assert "." not in "".join(re.findall(r"\d[.,]\d", page.inner_text("#sentence"))) or (
        re.search(r"\d\.\d{3}", page.inner_text("#sentence"))
    )


@pytest.mark.parametrize("name", ["presenter", "handout?lesson=alliance&clients=100"])
def test_the_other_pages_in_german_show_no_english(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}{name}{'&' if '?' in name else '?'}lang=de")
    page.wait_for_selector("body[data-ready]")
    assert english_texts(page) == []


def test_the_language_is_chosen_on_the_page_and_stays_in_its_address(
    page: Any, address: str
) -> None:
    page.goto(f"{address}?lesson=alliance&session=5")
    page.wait_for_selector("body[data-ready]")
    page.select_option("#language", "de")
    page.wait_for_selector("html[lang=de] body[data-ready]")
    assert page.inner_text("#title") == "Verursacht die Allianz das Ergebnis?"
    assert page.evaluate("window.dyadsim.settings().session") == 5
    assert "lang=de" in page.url
    page.select_option("#language", "en")
    page.wait_for_selector("html[lang=en] body[data-ready]")
    assert "lang" not in page.url


@pytest.mark.parametrize(
    ("spoken", "choice"),
    [
        ("en", "hope: your own, contextual with your claim"),
        ("de", "hope: Ihre eigene, kontextuell mit Ihrer Aussage"),
    ],
)
def test_a_world_of_ones_own_says_on_which_it_rests(
    spoken: str, choice: str, tmp_path: Path
) -> None:
    (tmp_path / "world").mkdir()
    (tmp_path / "world" / "hope.yaml").write_text(
        "base: contextual\nclaim: Hope heals.\nfixed:\n  distress.bond_effect: 0\n",
        encoding="utf-8",
    )
    with searching([str(tmp_path)]):
        page = payload.page_payload([LESSONS["harm"]], spoken)
    (worlds,) = [c["options"] for c in page["lessons"][0]["controls"] if c["key"] == "world"]
    assert ["hope", choice] in worlds

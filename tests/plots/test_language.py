"""Every label of every figure has a translation in every language.

That figures of all kinds say nothing else is tried after each test of this folder (conftest).
"""

import csv
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from plots.labels_in_code import PLOTS, all_labels

from dyadsim.evidence.fact import load_facts
from dyadsim.planning.power_design import ANALYSIS_WORDS, DESIGNS
from dyadsim.plots import language, style
from dyadsim.sweeps.outputs import OUTCOMES
from dyadsim.translation import read_entries

OTHERS = language.languages()[1:]
BRACES = re.compile(r"\{\w+\}")
PARTS = {  # of texts that are put together: the whole is translated, not the part
    *("7, points (7)", "most facts met (7)", "7 by the published rule: 7 (published 7) %"),
    *("high = good", "low = good", "7 world, 7 client7\n7\n7"),
}


def _entries(name: str) -> list[tuple[str, str]]:
    """Return the entries of a language, without its head."""
    text = (PLOTS / f"languages/{name}.po").read_text(encoding="utf-8")
    return [entry for entry in read_entries(text) if entry[0]]


def names_in_figures() -> Iterator[str]:
    """Yield names that figures show and that stand elsewhere in the package."""
    for fact in load_facts():
        yield fact.id.replace("_", " ")
        yield f"{fact.family.replace('_', ' ')} (3)"
    yield from (f"{world} world (calibrated)" for world in style.WORLDS)
    yield from style.ARMS
    yield from ANALYSIS_WORDS.values()
    for design in DESIGNS.values():
        yield design.about
    for outcome in OUTCOMES.values():
        yield f"{outcome.meaning} ({outcome.unit}), cbt against waitlist"


@pytest.mark.parametrize("name", OTHERS)
def test_every_label_in_the_code_has_a_translation(name: str) -> None:
    missing = {
        module: [text for text in language.untranslated(labels, name) if text not in PARTS]
        for module, labels in all_labels().items()
    }
    assert {module: texts for module, texts in missing.items() if texts} == {}


@pytest.mark.parametrize("name", OTHERS)
def test_every_name_has_a_translation(name: str) -> None:
    assert language.untranslated(names_in_figures(), name) == []


def test_a_label_without_translation_is_found(tmp_path: Path) -> None:
    from plots.labels_in_code import labels_of

    file = tmp_path / "new_figure.py"
    file.write_text('axes.set_xlabel(f"weeks of {therapy} until the moon is full")\n')
    labels = labels_of(file)
    assert labels == ["weeks of 7 until the moon is full"]
    assert language.untranslated(labels, "de") == labels


@pytest.mark.parametrize("name", OTHERS)
def test_entries_are_whole_and_have_the_same_braces(name: str) -> None:
    entries = _entries(name)
    assert len(entries) == len({english for english, _ in entries})
    for english, other in entries:
        assert other.strip(), english
        assert sorted(BRACES.findall(english)) == sorted(BRACES.findall(other)), english
        assert language.translate(english.replace("{", "").replace("}", ""), "en")


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="GNU gettext is not installed")
@pytest.mark.parametrize("name", OTHERS)
def test_translators_programs_can_read_the_file(name: str) -> None:
    file = PLOTS / f"languages/{name}.po"
    done = subprocess.run(["msgfmt", "--check-format", "-o", "/dev/null", str(file)], check=False)
    assert done.returncode == 0


def test_titles_are_translated_with_what_they_hold() -> None:
    title = "rct in the hybrid world (calibrated), 1,200 clients; bands and bars: 95 % intervals"
    assert language.translate(title, "de") == (
        "randomisierte Studie: hybride Welt (kalibriert), 1.200 Klient:innen; "
        "Bänder und Balken: 95-%-Intervalle"
    )
    changed = "mine world (changed: alliance.rate = 0.4)"
    assert language.translate(changed, "de") == "Welt „mine“ (geändert: alliance.rate = 0,4)"


def test_what_has_no_translation_stays() -> None:
    assert language.translate("Frau Beispiel", "de") == "Frau Beispiel"
    assert language.translate("share (%)", "en") == "share (%)"


def test_a_translation_is_broken_where_the_english_was() -> None:
    wrapped = "Correlation of alliance (session 3) and\noutcome (r)"
    assert "\n" in language.translate(wrapped, "de")


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("0.5", "0,5"),
        ("1,234.5", "1.234,5"),
        ("p < .05", "p < ,05"),
        ("12%", "12 %"),
        ("−0.25", "−0,25"),
        ("[0.2, 0.3]", "[0,2, 0,3]"),
        ("alliance.rate", "alliance.rate"),
        ("0.2.0", "0.2.0"),
    ],
)
def test_numbers(text: str, german: str) -> None:
    assert language.write_numbers(text, "de") == german
    assert language.write_numbers(text, "en") == text


def test_ticks_and_legends_are_translated() -> None:
    with style.drawing_style():
        figure = style.new_figure(4, 3)
        axes = figure.subplots()
        axes.plot([0, 1], [0.25, 0.75], label="published")
        axes.set_yticks([0.25, 0.75])
        axes.set_xticks([0, 1], ["low end", "high end"])
        axes.legend()
        figure.suptitle("own arm")
        language.keep_names(figure, ["own arm"])
        language.translate_figure(figure, "de")
        figure.draw_without_rendering()
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0,25", "0,75"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["unteres Ende", "oberes Ende"]
    assert axes.get_legend().get_texts()[0].get_text() == "veröffentlicht"


def test_a_users_own_names_are_kept() -> None:
    figure = style.new_figure(4, 3)
    figure.suptitle("waitlist")
    language.keep_names(figure, ["waitlist"])
    language.translate_figure(figure, "de")
    assert figure.get_suptitle() == "waitlist"


def test_a_third_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(PLOTS / "languages/de.po", tmp_path / "de.po")
    head = '"X-Decimal-Sign: ,\\n"\n"X-Thousands-Sign: .\\n"\n"X-Percent-Sign:  %\\n"\n'
    text = f'msgid ""\nmsgstr ""\n{head}\nmsgid "share (%)"\nmsgstr "part (%)"\n'
    (tmp_path / "fr.po").write_text(text, encoding="utf-8")
    monkeypatch.setattr(language, "_FOLDER", tmp_path)
    assert language.languages() == ("en", "de", "fr")
    assert language.translate("share (%)", "fr") == "part (%)"
    language.catalogue.cache_clear()


def test_facts_csv_is_what_the_names_come_from() -> None:
    with (PLOTS.parent / "evidence/facts.csv").open(encoding="utf-8") as file:
        assert {row["id"] for row in csv.DictReader(file)} == {fact.id for fact in load_facts()}

"""The documentation site: equations keep every word, links lead to pages, figures have commands."""

import html
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from dyadsim.cli.task import all_tasks

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "site"
ODD = (ROOT / "dyadsim" / "model" / "ODD.md").read_text(encoding="utf-8")
PARTS = ("equations", "run_blocks", "reference", "gallery", "assemble", "conf")
TOP = "docs/"  # of pages that the site makes
WORD = re.compile(r"[^\W_]+")


@pytest.fixture(scope="module")
def site() -> Iterator[dict[str, ModuleType]]:
    """The modules that gather the pages; they are no package."""
    sys.path.insert(0, str(SITE))
    yield {name: importlib.import_module(name) for name in PARTS}
    sys.path.remove(str(SITE))
    for name in PARTS:
        sys.modules.pop(name)


def words(markup: str) -> list[str]:
    """Return the words of a page in order of the alphabet; 1e-6 is 10 and 6 in both writings."""
    plain = html.unescape(re.sub(r"<[^>]+>", " ", markup))
    return sorted(WORD.findall(plain))


def blocks(text: str) -> list[str]:
    """Return the indented blocks of a page."""
    return re.findall(r"(?<=\n\n)(?: {4}.*\n(?:\n(?= {4}))?)+", text)


def test_every_equation_keeps_its_words(site: dict[str, ModuleType]) -> None:
    typeset = site["equations"].block_to_mathml
    assert len(blocks(ODD)) > 25
    for block in blocks(ODD):
        source = re.sub(r"1e-", "10 ", block).replace("sqrt", "").replace("sum_k", "k")
        source = source.replace("Phi", "Φ").replace(" x (", " (").replace("] x ", "] ")
        source = source.replace("scheduled x", "scheduled").replace("human x the", "human the")
        kept = " ".join(words(typeset(block))).replace("Phi", "Φ").split()
        assert sorted(kept) == words(html.escape(source)), block


def test_no_block_of_equations_is_left_as_text(site: dict[str, ModuleType]) -> None:
    page = site["equations"].typeset_blocks(ODD)
    assert page.count("```{raw} html") == len(blocks(ODD))
    assert not blocks(page)


@pytest.mark.parametrize(
    ("written", "typeset"),
    [
        ("x'", '<mrow><mi>x</mi><mo lspace="0" rspace="0">′</mo></mrow>'),
        ("weight_k", "<msub><mi>weight</mi><mi>k</mi></msub>"),
        ("a / b", "<mfrac><mi>a</mi><mrow><mi>b</mi></mrow></mfrac>"),
        ("sqrt(p)", "<msqrt><mi>p</mi></msqrt>"),
        ("x^2", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("q.rate", '<mi class="parameter">q.rate</mi>'),
        ("1e-6", "<msup><mn>10</mn><mn>−6</mn></msup>"),
    ],
)
def test_the_notation(site: dict[str, ModuleType], written: str, typeset: str) -> None:
    assert site["equations"].expression(written) == typeset


def test_links_of_pages_lead_to_pages(site: dict[str, ModuleType]) -> None:
    sources: set[str] = set()
    text = "[a](facts.md#x) [b](../verification.md) [c](../../Makefile) [d](../../tests/) `[e](f)`"
    pages = {f"{TOP}background/facts.md", f"{TOP}verification.md"}
    led = site["assemble"].with_links(text, f"{TOP}background/model.md", pages, sources)
    assert led.startswith("[a](facts.md#x) [b](../verification.md) [c](../../Makefile.md) d")
    assert sources == {"Makefile"}


def test_every_kept_figure_has_a_command(site: dict[str, ModuleType]) -> None:
    figures = site["gallery"].kept_figures()
    assert len(figures) > 40
    for name, _ in figures:
        command = site["gallery"].command_of(name)
        assert command.startswith(("dyadsim", "python experiments/"))
        if command.startswith("python"):
            assert (ROOT / command.split()[1]).is_file()


def test_every_command_that_draws_is_in_the_gallery(site: dict[str, ModuleType]) -> None:
    gallery = site["gallery"]
    commands = [f"dyadsim {command}" for _, command in gallery.MADE]
    commands += [gallery.command_of(name) for name, _ in gallery.kept_figures()]
    shown = {command.split()[1] if " " in command else "answer" for command in commands}
    drawing = {task.name for task in all_tasks() if "figure" in task.shows}
    assert drawing - shown == set()


def test_figures_of_earlier_worlds_say_so(site: dict[str, ModuleType], tmp_path: Path) -> None:
    question = tmp_path / "question.md"
    question.write_text("(not renewed for the worlds of version 0.9.)", encoding="utf-8")
    said = "Made with earlier worlds than those of version 0.9."
    assert site["gallery"].age_of(str(question)) == said
    figures = dict(site["gallery"].kept_figures())
    assert not any("earlier worlds" in figure for figure in figures.values())


def test_reference_pages_are_made_from_the_code(site: dict[str, ModuleType]) -> None:
    pages = site["reference"].pages()
    assert "`alliance.rate`" in pages[f"{TOP}reference/parameters.md"]
    assert "dyadsim fit" in pages[f"{TOP}reference/settings.md"]
    assert "`alliance_score`" in pages[f"{TOP}reference/output_schema.md"]
    assert "haslbeck2022" in pages[f"{TOP}reference/sources.md"]
    assert "dyadsim.analysis.effects" in pages["docs/reference/api/analysis.rst"]
    listed = [name for name, _ in site["reference"].PAGES]
    assert {f"docs/{name}" for name in listed} <= set(pages)


def test_what_a_command_prints_is_kept(site: dict[str, ModuleType], tmp_path: Path) -> None:
    run_blocks = site["run_blocks"]
    text = "<!-- output of: dyadsim version -->"
    (first, second) = (
        run_blocks.with_commands_run(text, run_blocks.Runs(tmp_path, "page", "source"))
        for _ in range(2)
    )
    assert first == second
    assert "$ dyadsim version\n" in first
    assert len(list((tmp_path / "page" / "kept").iterdir())) == 1


def test_a_part_of_the_contents_becomes_a_page(site: dict[str, ModuleType]) -> None:
    contents = "# D\n\n## How-to guides\n\n- [A](how_to/a.md): b\n\n## Reference\n\n- [C](c.md)\n"
    pages = site["assemble"].section_pages(contents)
    assert list(pages) == [f"{TOP}how_to_guides_pages.md", f"{TOP}reference_pages.md"]
    assert ":hidden:\n\nhow_to/a.md\n" in pages[f"{TOP}how_to_guides_pages.md"]
    assert "reference/parameters.md" in pages[f"{TOP}reference_pages.md"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("(a: int, b: str = 'Annotated') -> None", "(a: int, b: str = 'Annotated') -> None"),
        ("(a: Annotated[float, Info('x, ]', (1, 2))] = 0.3, b=1)", "(a: float = 0.3, b=1)"),
        ("(a: Annotated[list[int], 'it\\'s'], b: Annotated[x, y])", "(a: list[int], b: x)"),
    ],
)
def test_signatures_show_types_alone(site: dict[str, ModuleType], written: str, shown: str) -> None:
    assert site["conf"].without_marks(written) == shown

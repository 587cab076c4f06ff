"""Links lead somewhere, no page is forgotten, and the tutorial prints what it says."""

import os
import re
from pathlib import Path

import pytest

from dyadsim.cli.help_texts import commands_table

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TEXTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "dyadsim/**/*.md", "*/*/question.md", "results/**/*.md")
    for path in ROOT.glob(pattern)
)
CODE = sorted(
    path
    for folder in ("dyadsim", "conf", "experiments", "tests")
    for ending in ("py", "yaml", "j2", "html", "js")
    for path in (ROOT / folder).rglob(f"*.{ending}")
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGE = re.compile(r"(?<![\w/.])docs/[\w/]+\.(?:md|csv|png|ipynb)")


def page(name: str) -> Path:
    """Return the page of this name, in whichever part of the docs it lies."""
    (path,) = DOCS.rglob(name)
    return path


def links(path: Path) -> list[str]:
    """Return the files that a page links to, without addresses on the web and anchors."""
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    return [target.split("#")[0] for target in targets if not target.startswith(("http", "#"))]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    missing = [target for target in links(path) if not (path.parent / target).exists()]
    missing += [
        name for name in PAGE.findall(path.read_text("utf-8")) if not (ROOT / name).exists()
    ]
    assert not missing


def test_every_page_that_code_names_exists() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in CODE
        for name in PAGE.findall(path.read_text(encoding="utf-8"))
        if not (ROOT / name).exists()
    ]
    assert not missing


def test_the_contents_list_every_page() -> None:
    contents = DOCS / "README.md"
    listed = {(DOCS / target).resolve() for target in links(contents)}
    pages = {path for path in DOCS.rglob("*") if path.suffix in (".md", ".ipynb")} - {contents}
    assert pages <= listed


def test_the_questions_page_lists_every_experiment() -> None:
    """DYADSIM_RENEW=1 copies the questions again; a new experiment needs a row by hand."""
    path = page("questions.md")
    text = path.read_text(encoding="utf-8")
    for file in sorted((ROOT / "experiments").glob("*/question.md")):
        question = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        cell = f"experiments/{file.parent.name}/question.md) | "
        if os.environ.get("DYADSIM_RENEW"):
            text = re.sub(f"{re.escape(cell)}.*", lambda _, row=f"{cell}{question} |": row, text)
            path.write_text(text, encoding="utf-8")
        assert f"{cell}{question} |" in text


def test_the_commands_page_shows_the_registry() -> None:
    """DYADSIM_RENEW=1 writes the table anew."""
    path = page("commands.md")
    before, rest = path.read_text(encoding="utf-8").split("<!-- commands -->\n")
    table, after = rest.split("<!-- end of commands -->")
    if os.environ.get("DYADSIM_RENEW"):
        text = f"{before}<!-- commands -->\n{commands_table()}<!-- end of commands -->{after}"
        path.write_text(text, encoding="utf-8")
    else:
        assert table == commands_table()


def test_the_tutorial_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    text = page("first_steps.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for code, printed in re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL):
        exec(compile(code, "first_steps.md", "exec"), names)
        assert capsys.readouterr().out == printed
    assert "pair" in names

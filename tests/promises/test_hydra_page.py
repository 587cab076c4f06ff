"""Each line of the page on Hydra: what works does, and what is refused says why."""

import re
import shlex
from pathlib import Path

import pytest

from dyadsim.cli.main import main
from dyadsim.search_path import CONF, NAMED

PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "hydra.md"


def rows(heading: str) -> list[tuple[str, ...]]:
    """Return the cells of the table below a heading."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    table = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [tuple(cell.strip() for cell in cells) for cells in table]


def code_of(cell: str) -> str:
    """Return what stands in the backticks of a cell."""
    (code,) = re.findall(r"`([^`]+)`", cell)
    return code


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with the choices that the page names."""
    for name in (CONF, NAMED):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf" / "world").mkdir(parents=True)
    (tmp_path / "mine.yaml").write_text("base: hybrid\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("row", rows("What works"), ids=lambda row: row[0])
def test_it_works(row: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    typed, _, printed = row
    assert main([*shlex.split(code_of(typed))[1:], "dry_run=true"]) == 0
    assert code_of(printed) in "".join(capsys.readouterr())


@pytest.mark.parametrize("row", rows("What is refused, and why"), ids=lambda row: row[0])
def test_it_is_refused(
    row: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed, said, _ = row
    assert main(shlex.split(code_of(typed))[1:]) == 2
    out, err = capsys.readouterr()
    assert code_of(said) in err
    assert not out
    assert not (folder / "results").exists()


def test_the_tables_are_read() -> None:
    assert len(rows("What works")) == 29
    assert len(rows("What is refused, and why")) == 24

"""Every estimator has a row on the page of verification, and every row a test that exists."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
TABLE, BELOW = re.split(r"\nWhat is not in the table", PAGE)
ROWS = [line for line in TABLE.splitlines() if line.startswith("| `")]
PACKAGES = ("analysis", "evidence", "calibration", "sweeps", "planning")
CODE = re.compile(r"`([\w.]+)`")
TEST = re.compile(r"\[`(\w+\.py)::(\w+)`\]\(\.\./(tests/[\w/]+\.py)\)")


def in_first_cells() -> set[str]:
    """Return the names of functions in the table."""
    return {name for line in ROWS for name in CODE.findall(line.split(" | ")[0])}


def functions() -> Iterator[str]:
    """Yield every public function, as the page names it: analyses without their package."""
    for package in PACKAGES:
        parent = importlib.import_module(f"dyadsim.{package}")
        for file in pkgutil.iter_modules(parent.__path__):
            module = importlib.import_module(f"dyadsim.{package}.{file.name}")
            prefix = "" if package == "analysis" else f"{package}."
            for name, value in vars(module).items():
                own = inspect.isfunction(value) and value.__module__ == module.__name__
                if own and not name.startswith("_"):
                    yield f"{prefix}{file.name}.{name}"


def test_every_function_is_in_the_table_or_said_to_estimate_nothing() -> None:
    rows, others = in_first_cells(), set(CODE.findall(BELOW))
    missing = [
        name for name in functions() if not {name, name.rsplit(".", 1)[0]} & others | {name} & rows
    ]
    assert not missing, f"docs/verification.md needs a row, with its test, for {missing}"


def test_the_page_names_no_function_that_does_not_exist() -> None:
    known = set(functions())
    modules = {name.rsplit(".", 1)[0] for name in known} | {"sweeps.planned_sweep"}
    named = in_first_cells() | {name for name in CODE.findall(BELOW) if name not in PACKAGES}
    others = {name for name in named - known - modules if not name.startswith("attribution.")}
    assert not others
    for name in named:
        if name.startswith("attribution."):
            module, function = name.rsplit(".", 1)
            assert hasattr(importlib.import_module(f"dyadsim.{module}"), function)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("`")[1])
def test_every_row_is_whole_and_names_tests_that_exist(row: str) -> None:
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    assert len(cells) == 6
    assert all(cells)
    tests = TEST.findall(cells[-1])
    assert len(tests) == cells[-1].count("<br>") + 1
    for file, function, path in tests:
        assert path.endswith(file)
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"\ndef {function}(" in text, f"{path} has no {function}"


def test_every_test_in_r_shows_a_row() -> None:
    files = sorted((ROOT / "tests" / "verification").glob("test_r_*.py"))
    assert files
    shown = {path for _, _, path in TEST.findall(TABLE)}
    assert {file.relative_to(ROOT).as_posix() for file in files} <= shown

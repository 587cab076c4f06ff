"""Every source key resolves in references.bib; the page of facts shows those that are used."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import dyadsim
from dyadsim.evidence.fact import Fact, load_facts

PACKAGE = Path(dyadsim.__file__).parent
BIBLIOGRAPHY = PACKAGE / "references.bib"
(DEFINITIONS,) = (PACKAGE.parent / "docs").rglob("facts.md")

TABLE_ROW = re.compile(r"^\| `(\w+)` \|(?:.*\|){6}$", re.MULTILINE)
ENTRY = re.compile(r"^@\w+\{([^,\s]+),\s*$", re.MULTILINE)
SOURCE = re.compile(r"""\bsource\s*=\s*(["'])(.*?)\1""")


def entry_keys(bibliography: str) -> list[str]:
    """Keys of a .bib text in which every entry starts a line as "@kind{key,"."""
    return ENTRY.findall(bibliography)


def source_keys(text: str) -> list[str]:
    """Keys in every source="key;key" of a Python text, blank and empty ones included."""
    return [key for _, keys in SOURCE.findall(text) for key in keys.split(";")]


def used() -> Iterator[tuple[str, str]]:
    """(where, key) for every source key in facts.csv and in the package's code."""
    for fact in load_facts():
        yield from ((f"facts.csv, {fact.id}", key) for key in fact.source)
    for file in sorted(PACKAGE.rglob("*.py")):
        where = file.relative_to(PACKAGE).as_posix()
        yield from ((where, key) for key in source_keys(file.read_text(encoding="utf-8")))


def test_the_key_readers_see_what_they_should() -> None:
    assert entry_keys("@misc{one,\n note = {@misc}\n}\n  @book{no,\n@article{two_b,\n") == [
        "one",
        "two_b",
    ]
    code = "parameter(1.0, source=\"hess;siegel2006\")\nparameter(2.0, source = 'assumption')"
    assert source_keys(code) == ["hess", "siegel2006", "assumption"]
    assert source_keys('source="hess; x;"') == ["hess", " x", ""]
    assert source_keys('resource="hess"') == []


def test_every_source_key_resolves() -> None:
    known = set(entry_keys(BIBLIOGRAPHY.read_text(encoding="utf-8")))
    missing = [f"{where}: {key!r}" for where, key in used() if key not in known]
    assert not missing, f"add to dyadsim/references.bib, or correct: {missing}"


def test_no_key_stands_twice() -> None:
    counts = Counter(entry_keys(BIBLIOGRAPHY.read_text(encoding="utf-8")))
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_entry_closes_before_the_next_one_opens() -> None:
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    starts = [match.start() for match in ENTRY.finditer(text)]
    assert len(starts) == text.count("\n@")
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        entry = text[start:end]
        assert entry.count("{") == entry.count("}"), entry


def table_row(fact: Fact) -> str:
    """Return the line of the page of facts that states a fact."""
    low, high = ("" if end is None else f"{end:g}" for end in (fact.low, fact.high))
    interval = f"> {low}" if fact.kind == "sign" else f"{low} to {high}"
    estimate = "–" if fact.estimate is None else f"{fact.estimate:g}"
    sources = ", ".join(fact.source)
    cells = (f"`{fact.id}`", f"`{fact.statistic}`", fact.design, estimate, interval, fact.kind)
    return "| " + " | ".join((*cells, sources)) + " |"


@pytest.mark.parametrize("fact", load_facts(), ids=lambda fact: fact.id)
def test_the_definitions_page_states_every_fact(fact: Fact) -> None:
    lines = DEFINITIONS.read_text(encoding="utf-8").splitlines()
    assert table_row(fact) in lines, f"{DEFINITIONS} needs the line\n{table_row(fact)}"


def test_the_definitions_page_states_no_other_fact() -> None:
    stated = TABLE_ROW.findall(DEFINITIONS.read_text(encoding="utf-8"))
    assert sorted(stated) == sorted(fact.id for fact in load_facts())

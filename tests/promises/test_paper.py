"""The paper has the parts that its journal asks for, and every reference resolves."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PAPER = (ROOT / "paper" / "paper.md").read_text(encoding="utf-8")
METHODS = (ROOT / "paper" / "methods.md").read_text(encoding="utf-8")
PARTS = [
    "Summary",
    "Statement of need",
    "State of the field",
    "Software design",
    "Research impact",
    "AI usage disclosure",
    "Acknowledgements",
    "References",
]
CITED = re.compile(r"(?<![\w.])@([a-z_]+\d*[a-z]?)\b")


def keys() -> set[str]:
    """Return the keys of the bibliography that the paper names."""
    place = ROOT / "paper" / head()["bibliography"]
    return set(re.findall(r"^@\w+\{([^,\s]+),", place.read_text(encoding="utf-8"), re.MULTILINE))


def head() -> dict[str, object]:
    """Return what stands above the text."""
    return yaml.safe_load(PAPER.split("---\n")[1])  # type: ignore[no-any-return]


def body() -> str:
    """Return the text."""
    return PAPER.split("---\n", 2)[2]


def test_the_parts_stand_in_order() -> None:
    assert re.findall(r"^# (.+)$", body(), re.MULTILINE) == PARTS
    assert "build or contribute" in body().lower()


def test_it_is_as_long_as_the_journal_asks() -> None:
    assert 250 <= len(body().split()) <= 1100


def test_every_reference_resolves() -> None:
    cited = set(CITED.findall(body()))
    assert {"haslbeck2022", "grimm2014", "hess"} <= cited <= keys()
    assert "PMC10259162" in METHODS
    assert {"haslbeck2022", "hess", "wampold_imel2015"} <= set(
        re.findall(r"`(\w+)`", METHODS)
    ) & keys()


def test_authors_are_those_of_the_citation_file() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    authors = [author["name"] for author in head()["authors"]]  # type: ignore[attr-defined]
    assert authors == [author["name"] for author in citation["authors"]]

"""Every claim of the TRACE page leads to a file that is there, and every test it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "background" / "trace.md"
ELEMENTS = [
    "Problem formulation",
    "Model description",
    "Data evaluation",
    "Conceptual model evaluation",
    "Implementation verification",
    "Model output verification",
    "Model analysis: sensitivity and uncertainty",
    "Model output corroboration: prediction",
]
LINK = re.compile(r"\[`?([^\]`]+)`?\]\(([^)\s#]+)")


def sections(text: str) -> dict[str, str]:
    """Return the text under each numbered heading."""
    parts = re.split(r"^## \d+ (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def claims(text: str) -> list[str]:
    """Return the rows of the tables of claims, without their heads."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if not row.startswith("| claim |")]


def faults(text: str, folder: Path) -> list[str]:
    """Return claims without a link, links to nothing, and tests that do not exist."""
    wrong = [row for row in claims(text) if not LINK.search(row.rsplit("|", 2)[1])]
    for label, target in LINK.findall(text):
        path = folder / target
        if not path.is_file():
            wrong.append(target)
        elif "::" in label:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            if label.split("::")[1] not in tests or label.split("::")[0] != path.name:
                wrong.append(label)
    return wrong


def test_every_element_has_claims_and_says_what_is_missing() -> None:
    elements = sections(PAGE.read_text(encoding="utf-8"))
    assert list(elements) == ELEMENTS
    for text in elements.values():
        assert len(claims(text)) >= 2
        assert "**Missing.** " in text


def test_every_claim_leads_to_what_shows_it() -> None:
    assert faults(PAGE.read_text(encoding="utf-8"), PAGE.parent) == []


@pytest.mark.parametrize(
    "row",
    [
        "| a claim | nobody has shown it |",
        "| a claim | [a page](no_such_page.md) |",
        "| a claim | [`test_trace.py::test_that_is_not_there`](test_trace.py) |",
        "| a claim | [`test_other.py::test_every_claim_leads_to_what_shows_it`](test_trace.py) |",
    ],
)
def test_a_claim_without_proof_is_seen(row: str) -> None:
    assert faults(f"| claim | shown by |\n|---|---|\n{row}\n", Path(__file__).parent)

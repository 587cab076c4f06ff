"""Every command's answer in a line, from its summary alone."""

from typing import Any

import pytest

from dyadsim.report.answers import answer_line

ROW = {"part": "Mean score", "estimate": "cbt, intake", "world": "null"}
NUMBERS = {"median": 0.7712, "low": 0.7011, "high": 0.8424, "monte_carlo": 0.02}


@pytest.mark.parametrize(
    ("summary", "answer"),
    [
        (
            {"task": "power", "answer": ["60 clients are enough.", "More."]},
            "60 clients are enough.",
        ),
        ({"task": "analyse", "answer": ["They improve."]}, "They improve."),
        ({"task": "fit", "verdict": "No verdict.\n  None."}, "No verdict. None."),
        (
            {"task": "describe", "file": "a.csv", "clients": 12, "scores": 60},
            "a.csv: 12 clients, 60 scores",
        ),
        ({"task": "calibrate", "met": 3, "violated": 1}, "3 facts met, 1 violated"),
        (
            {"task": "calibrate", "facts": 90, "members": 120, "inside": {"null": 12}},
            "Facts inside, of 90, best of 120 members: null 12",
        ),
        (
            {
                "task": "crossvalidate",
                "predictions": [
                    {"family": "all", "world": "null", "inside": 0.25},
                    {"family": "alliance", "world": "null", "inside": 0.5},
                ],
            },
            "Facts that were not shown, inside: null 25%",
        ),
        (
            {"task": "compare", "members": [0, 1], "estimates": [{**ROW, **NUMBERS}]},
            "Over 2 members of the ensemble: Mean score, cbt, intake, null world: "
            "0.77 [0.70, 0.84], and others",
        ),
        ({"task": "compare", "verdict": None, "members": [0], "estimates": []}, ""),
        ({"task": "of a later version"}, ""),
    ],
)
def test_an_answer_has_one_line(summary: dict[str, Any], answer: str) -> None:
    assert answer_line(summary) == answer

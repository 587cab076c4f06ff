"""What a report of a fit says beside the numbers; a whole fit is in tests/fitting."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.fitting.world_choice import WorldChoice
from dyadsim.report import fit as report
from dyadsim.report import fit_sentences


def test_assumptions_are_a_line_each() -> None:
    assert fit_sentences.assumptions_text(["a", "b"]) == "Assumed:\n  - a\n  - b"


@pytest.mark.parametrize(
    ("share", "verb"), [(0.95, "speak for"), (0.7, "lean towards"), (0.5, "do not decide")]
)
def test_a_choice_in_words(share: float, verb: str) -> None:
    names = ("hybrid", "null")
    confusion = pd.DataFrame([[0.8, 0.2], [0.1, 0.9]], index=names, columns=names)
    curve = pd.DataFrame({"stated": [0.5], "found": [0.5]})
    choice = WorldChoice(names, np.array([share, 1 - share]), confusion, 0.5, 1.0, curve)
    sentence = fit_sentences._choice_sentence(choice)
    assert verb in sentence
    assert f"hybrid ({share:.0%})" in sentence
    assert "give it 80% on average" in sentence


def test_cells_are_text_under_plain_headings() -> None:
    table = pd.DataFrame({"parameter": ["a"], "low": [0.12345], "tail": [1.0]})
    assert report._cells(table) == [["parameter", "5 %", "tail"], ["a", "0.123", "1.000"]]

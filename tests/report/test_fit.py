"""What a report of a fit says beside the numbers; a whole fit is in tests/fitting."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dyadsim.fitting.world_choice import WorldChoice
from dyadsim.report import fit as report
from dyadsim.report import fit_sentences, fit_tables, world_sentences

NAMES = ("hybrid", "null")
TYPICAL = {"hybrid": 0.4, "null": 0.3}


def choice_of(share: float, room: float = 0.02, *, draws: int = 5000) -> WorldChoice:
    """Return a choice between two worlds: the first has `share`, give or take `room`."""
    shares = np.array([share, 1 - share])
    confusion = pd.DataFrame([[0.8, 0.2], [0.1, 0.9]], index=NAMES, columns=NAMES)
    curve = pd.DataFrame({"stated": [0.5], "found": [0.5], "draws": [10]})
    low, high = np.clip(shares - room, 0, 1), np.clip(shares + room, 0, 1)
    error = np.full(2, 0.5)
    return WorldChoice(NAMES, shares, low, high, error, draws, confusion, curve, 0.01, 1.0, 0.5)


def fit_of(**changed: Any) -> Any:
    """Return what the sentences read of a fit of one parameter; all is well with it."""
    table = pd.DataFrame(
        {
            "parameter": ["distress.rate"],
            "identified": [True],
            "stable": [True],
            "rank_p": [0.5],
            "covered": [0.9],
        }
    )
    right = pd.DataFrame({"statistic": ["mean"], "tail": [0.5]})
    fit = {
        "problem": SimpleNamespace(world="hybrid"),
        "parameters": table,
        "coverage": SimpleNamespace(ranks=np.zeros((300, 1))),
        "choice": choice_of(0.95),
        "far": TYPICAL,
        "simulated": {"hybrid": 5300, "null": 5000},
        "posterior_checks": right,
        "shown": right,
        "summaries": ("mean",),
        "at_an_end": (),
    }
    return SimpleNamespace(**(fit | changed))


def test_assumptions_are_a_line_each() -> None:
    assert fit_sentences.assumptions_text(["a", "b"]) == "Assumed:\n  - a\n  - b"


@pytest.mark.parametrize(
    ("share", "verb"), [(0.95, "speak for"), (0.7, "lean towards"), (0.5, "do not decide")]
)
def test_a_choice_in_words(share: float, verb: str) -> None:
    sentence = world_sentences.verdict_sentence(choice_of(share), TYPICAL)
    assert verb in sentence
    assert f"hybrid ({share:.0%} [{share - 0.02:.0%}, {share + 0.02:.0%}]" in sentence
    assert "give it 80% on average" in sentence


def test_no_verdict_at_the_small_budget_and_what_budget_would_do() -> None:
    sentence = world_sentences.verdict_sentence(choice_of(0.7, 0.3, draws=600), TYPICAL)
    assert sentence.startswith("No verdict among the worlds: 600 simulated data sets a world are")
    assert "simulation error leaves hybrid at 70% [40%, >99%]" in sentence
    assert "budget=standard with its 5,000 would leave about 61% to 78%" in sentence
    assert "speak" not in sentence
    assert "lean" not in sentence


def test_more_than_the_largest_budget_is_said_to_be_needed() -> None:
    choice = choice_of(0.5, 0.45)._replace(error=np.full(2, 5.0))
    sentence = world_sentences.verdict_sentence(choice, TYPICAL)
    assert "more than those of budget=large (20,000)" in sentence


def test_no_verdict_and_the_first_warning_where_the_data_are_unlike_every_world() -> None:
    fit = fit_of(far={"hybrid": 0.004, "null": 0.0}, at_an_end=("distress.rate",))
    warnings = fit_sentences.fit_warnings(fit)
    assert warnings[0].startswith("THE DATA ARE UNLIKE ANYTHING ANY WORLD PRODUCES.")
    assert "hybrid 0.4% (0.2% to 0.6%); null 0.0% (0.0% to 0.1%)" in warnings[0]
    assert "end of the prior" in warnings[1]
    assert "distress.rate" not in warnings[1]
    assert "The data push share of the gap to the target closed to the end" in warnings[1]
    verdict = fit_sentences.fit_verdict(fit)
    assert "its parameters cannot be trusted" in verdict
    assert "No verdict among the worlds: data like these come out of none of them." in verdict
    short = world_sentences.short_reason(fit.choice, fit.far)
    assert short == "the data are unlike every world"
    assert report._doubt(fit).startswith("NOT to be trusted")
    summary = report._choice_summary(fit.choice, fit.far)
    assert summary["verdict"]["claim"] is None
    assert summary["verdict"]["withheld"] == ["unlike"]


def test_another_world_that_produces_no_such_data_leaves_the_verdict() -> None:
    fit = fit_of(far={"hybrid": 0.4, "null": 0.0})
    assert "UNLIKE ANYTHING THE WORLD NULL PRODUCES" in fit_sentences.fit_warnings(fit)[0]
    assert "speak for hybrid" in fit_sentences.fit_verdict(fit)
    assert fit_sentences.unlike_data(fit_of()) == ""


def test_an_unstable_interval_is_named_and_not_counted_as_identified() -> None:
    fit = fit_of(parameters=fit_of().parameters.assign(stable=False))
    assert "Unstable: " in fit_sentences.fit_warnings(fit)[0]
    assert "for share of the gap to the target closed." in fit_sentences.fit_warnings(fit)[0]
    assert "identify 0 of 1" in fit_sentences.fit_verdict(fit)
    assert "identify 1 of 1" in fit_sentences.fit_verdict(fit_of())
    assert fit_sentences.fit_warnings(fit_of()) == []


def test_the_line_of_worlds_has_the_error_of_every_probability() -> None:
    line = world_sentences.worlds_line(choice_of(0.7, 0.1))
    assert line.startswith("worlds: hybrid 70% [60%, 80%], null 30% [20%, 40%].")
    assert "95% interval of simulation error, 5,000 simulated data sets a world" in line


def test_the_summary_has_the_error_of_every_probability() -> None:
    summary = report._choice_summary(choice_of(0.7, 0.1), TYPICAL)
    assert summary["low"] == pytest.approx({"hybrid": 0.6, "null": 0.2})
    assert summary["high"] == pytest.approx({"hybrid": 0.8, "null": 0.4})
    assert summary["log_odds_error"] == {"hybrid": 0.5, "null": 0.5}
    assert summary["verdict"]["claim"] == "do not decide"


def test_cells_are_text_under_plain_headings() -> None:
    table = pd.DataFrame({"parameter": ["a"], "low": [0.12345], "tail": [1.0]})
    assert fit_tables.cells(table) == [["parameter", "5 %", "tail"], ["a", "0.123", "1.000"]]


def test_numbers_that_taught_nothing_are_named() -> None:
    assert fit_sentences.fit_warnings(fit_of()) == []
    (text,) = fit_sentences.fit_warnings(fit_of(summaries=()))
    assert text.startswith("Nothing was learned from numbers that too few")
    assert text.endswith(": mean.")

"""Questionnaires that their user describes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.own_questionnaire import (
    AT_CUT_OFF,
    describe_questionnaire,
    with_reliable_change,
)
from dyadsim.model.questionnaires import SYMPTOM_INSTRUMENTS

FIELDS = {"floor": 0, "ceiling": 40, "healthy": 6, "cut_off": 12, "reliability": 0.9}


def test_a_described_questionnaire_lies_on_the_same_latent() -> None:
    instrument, reverse, sd = describe_questionnaire(FIELDS)
    assert (reverse, sd) == (False, "sample")
    assert (instrument.intercept, instrument.floor, instrument.ceiling) == (6, 0, 40)
    assert instrument.cut_off == 12
    assert instrument.intercept + instrument.slope * AT_CUT_OFF == pytest.approx(12)
    cut_offs = [
        (known.cut_off - known.intercept) / known.slope for known in SYMPTOM_INSTRUMENTS.values()
    ]
    assert min(cut_offs) < AT_CUT_OFF < max(cut_offs)


def test_high_scores_that_are_good_are_reversed() -> None:
    instrument, *_ = describe_questionnaire(FIELDS)
    upside_down, reverse, _ = describe_questionnaire({**FIELDS, "healthy": 34, "cut_off": 28})
    assert reverse
    assert (upside_down.intercept, upside_down.cut_off) == (6, 12)
    assert upside_down.slope == pytest.approx(instrument.slope)
    assert upside_down.name == "questionnaire, reversed"


def test_name_step_and_reliable_change_may_be_given() -> None:
    own, _, sd = describe_questionnaire(
        {**FIELDS, "reliable_change": 7, "step": 0.5, "name": "mood"}
    )
    assert (own.reliable_change, own.step, own.name, sd) == (7, 0.5, "mood", None)


# R 4.2: 1.96 * sqrt(2) * sd * sqrt(1 - reliability)
WHOSE = [
    ({}, 0.8765386, "the SD 1 of the first scores of the 3 clients of the file"),
    ({"sd": "sample"}, 0.8765386, "the SD 1 of the first scores"),
    ({"sd": 7.5}, 6.574039, "the SD 7.5 that was given"),
    ({"sd": "norm"}, None, "of the norm, people in routine care as the model places them"),
    ({"reliable_change": 7}, 7, "reliable change is 7: as given"),
]


@pytest.mark.parametrize(("fields", "change", "words"), WHOSE, ids=[str(row[0]) for row in WHOSE])
def test_the_reliable_change_says_whose_sd_it_is_computed_with(
    fields: dict, change: float | None, words: str
) -> None:
    described = describe_questionnaire({**FIELDS, **fields})
    instrument, sentence = with_reliable_change(described, np.array([20.0, 21.0, 22.0]))
    if change is None:  # true SD .95 in distress: 6 points are 1.25; observed: / sqrt(.9)
        change = 1.96 * np.sqrt(2 * 0.1) * instrument.slope * 0.95 / np.sqrt(0.9)
    assert instrument.reliable_change == pytest.approx(change, rel=1e-5)
    assert words in sentence
    if "reliable_change" not in fields:
        assert "1.96 standard errors of a difference" in sentence


def test_a_sample_without_spread_has_no_reliable_change() -> None:
    with pytest.raises(BadData, match="all first scores are equal; give sd or reliable_change"):
        with_reliable_change(describe_questionnaire(FIELDS), np.full(12, 20.0))


WRONG = [
    ({"ceiling": None}, "ceiling must be a number"),
    ({"healthy": 50}, r"healthy must lie in the range \[0, 40\], not 50"),
    ({"cut_off": 6}, "healthy and cut_off must differ"),
    ({"reliability": 90}, r"reliability must lie in \(0, 1\), not 90"),
    ({"ceiling": 1001}, r"lie in \[-1000, 1000\], not 0 and 1001. Divide all scores by 10"),
    ({"floor": -2000}, r"not -2000 and 40"),
    ({"reliabilty": 0.9}, "no field 'reliabilty'. Did you mean reliability"),
    (
        {"sd": "norms"},
        r"sd must be a number above 0, sample \(of the file's first scores\) or norm",
    ),
    ({"sd": 0}, "sd must be a number above 0"),
    ({"sd": 5, "reliable_change": 7}, "give reliable_change, or the sd it is computed with"),
    ({"reliable_change": -1}, "reliable_change must be above 0"),
]


@pytest.mark.parametrize(("fields", "message"), WRONG, ids=[message[:20] for _, message in WRONG])
def test_bad_questionnaires_are_refused(fields: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        describe_questionnaire({**FIELDS, **fields})


def test_a_missing_field_is_named() -> None:
    with pytest.raises(BadInput, match="reliability is missing"):
        describe_questionnaire({name: FIELDS[name] for name in FIELDS if name != "reliability"})


@pytest.mark.slow
def test_a_described_questionnaire_at_the_command_line(
    tmp_path: Path, tiny_fit: Callable[..., tuple[int, dict]], capsys: pytest.CaptureFixture[str]
) -> None:
    """High is good: higher_is_better and a described direction give the same fit."""
    rows = [f"c{k},{when},{24 + k % 5 + when}" for k in range(30) for when in range(4)]
    (tmp_path / "a.csv").write_text("client,session,score\n" + "\n".join(rows), encoding="utf-8")
    form = (
        "data.instrument={name:wellbeing,floor:0,ceiling:40,healthy:34,cut_off:28,reliability:.9}"
    )
    words = ["data.path=a.csv", "data.columns={client:client,time:session,score:score}"]
    code, summary = tiny_fit(*words, form, "data.threshold=30")
    assert code == 0
    assumed = " ".join(summary["assumed"])
    assert "scores are wellbeing, reversed (0 to 40, cut-off 12" in assumed
    assert "reversed, 40 - score: in all that follows low scores are good" in assumed
    assert "the cut-off is 28 in the file's own scores" in assumed
    assert "scores from about 10" in assumed  # of 40 - score
    # SD of 24 + k % 5 is sqrt(2 * 30 / 29): 1.96 sqrt(2) sqrt(1 - .9) 1.4384
    assert "reliable change is 1.26: 1.96 standard errors" in assumed
    means = [row["data"] for row in summary["fitted"]]
    assert means == [14.0, 13.0, 12.0, 11.0]
    again, same = tiny_fit(*words, form, "data.threshold=30", "data.higher_is_better=true")
    assert again == 0
    assert same == summary
    turned = ["fit", *words, form.replace("34", "20"), "data.reverse=true"]
    assert main(turned) == 2
    err = capsys.readouterr().err
    assert "'data.reverse' is now called 'data.higher_is_better'" in err
    assert "so high scores are not good" in err

"""Questionnaires that their user describes."""

from pathlib import Path

import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.fitting.own_questionnaire import AT_CUT_OFF, describe_questionnaire
from dyadsim.model.questionnaires import SYMPTOM_INSTRUMENTS

FIELDS = {"floor": 0, "ceiling": 40, "healthy": 6, "cut_off": 12, "reliability": 0.9}


def test_a_described_questionnaire_lies_on_the_same_latent() -> None:
    instrument, reverse = describe_questionnaire(FIELDS)
    assert not reverse
    assert (instrument.intercept, instrument.floor, instrument.ceiling) == (6, 0, 40)
    assert instrument.cut_off == 12
    assert instrument.intercept + instrument.slope * AT_CUT_OFF == pytest.approx(12)
    cut_offs = [
        (known.cut_off - known.intercept) / known.slope for known in SYMPTOM_INSTRUMENTS.values()
    ]
    assert min(cut_offs) < AT_CUT_OFF < max(cut_offs)


def test_high_scores_that_are_good_are_reversed() -> None:
    instrument, _ = describe_questionnaire(FIELDS)
    upside_down, reverse = describe_questionnaire({**FIELDS, "healthy": 34, "cut_off": 28})
    assert reverse
    assert (upside_down.intercept, upside_down.cut_off) == (6, 12)
    assert upside_down.slope == pytest.approx(instrument.slope)
    assert upside_down.name == "questionnaire, reversed"


def test_name_step_and_reliable_change_may_be_given() -> None:
    own, _ = describe_questionnaire({**FIELDS, "reliable_change": 7, "step": 0.5, "name": "mood"})
    assert (own.reliable_change, own.step, own.name) == (7, 0.5, "mood")


WRONG = [
    ({"ceiling": None}, "ceiling must be a number"),
    ({"healthy": 50}, r"healthy must lie in the range \[0, 40\], not 50"),
    ({"cut_off": 6}, "healthy and cut_off must differ"),
    ({"reliability": 90}, r"reliability must lie in \(0, 1\), not 90"),
    ({"ceiling": 1001}, r"lie in \[-1000, 1000\], not 0 and 1001. Divide all scores by 10"),
    ({"floor": -2000}, r"not -2000 and 40"),
    ({"reliabilty": 0.9}, "no field 'reliabilty'. Did you mean reliability"),
]


@pytest.mark.parametrize(("fields", "message"), WRONG, ids=[message[:20] for _, message in WRONG])
def test_bad_questionnaires_are_refused(fields: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        describe_questionnaire({**FIELDS, **fields})


def test_a_missing_field_is_named() -> None:
    with pytest.raises(BadInput, match="reliability is missing"):
        describe_questionnaire({name: FIELDS[name] for name in FIELDS if name != "reliability"})


def test_a_described_questionnaire_at_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"c{k},{when},{30 + when}" for k in range(30) for when in range(4)]
    Path("a.csv").write_text("client,session,score\n" + "\n".join(rows), encoding="utf-8")
    form = (
        "data.instrument={name:wellbeing,floor:0,ceiling:40,healthy:34,cut_off:28,reliability:.9}"
    )
    words = [
        "fit",
        "data.path=a.csv",
        form,
        "budget=small",
        "threads=1",
        "data.columns={client:client,time:session,score:score}",
        "task.candidates=[]",
    ]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "scores are wellbeing, reversed (0 to 40, cut-off 12" in out
    assert "reversed because high scores are good" in out
    assert main(["fit", "data.path=a.csv", form.replace("34", "20"), "data.reverse=true"]) == 2
    assert "so high scores are not good" in capsys.readouterr().err

"""Published numbers instead of clients, and questionnaires that their user describes."""

import json
from pathlib import Path

import numpy as np
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadData, BadInput
from dyadsim.evidence import named_statistic, statistics
from dyadsim.fitting import published_moments
from dyadsim.fitting.own_questionnaire import AT_CUT_OFF, described
from dyadsim.model import worlds
from dyadsim.model.questionnaires import SYMPTOM_INSTRUMENTS
from dyadsim.simulation import simulate
from dyadsim.studies.designs.rct import rct

STUDY = rct(arms=["cbt", "waitlist"], sessions=6, follow_up=())
GOOD = """moments:
  - {name: treated, statistic: response_50pct@6_weeks.cbt, value: .35, error: .05}
  - {name: waiting, statistic: response_50pct@6_weeks.waitlist, value: .15, n: 400}
  - {statistic: d_between.cbt.waitlist, value: .6, n: 100, check: true}
"""


def written(path: Path, text: str = GOOD) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_moments_are_read_with_their_errors(tmp_path: Path) -> None:
    found = published_moments.read(written(tmp_path / "m.yaml"), STUDY, "hybrid", 2000, 1)
    assert found.names == ("treated", "waiting")
    assert found.check_names == ("d_between.cbt.waitlist",)
    assert list(found.real()[0]) == [0.35, 0.15]
    assert found.found[1].error == pytest.approx(np.sqrt(0.15 * 0.85 / 400))
    assert found.found[2].error == pytest.approx(np.sqrt(0.04 + 0.36 / 200))
    told = " ".join(found.assumed)
    assert "treated: 0.35 with standard error 0.05" in told
    assert "(kept out of the fit)" in told


def test_a_simulated_moment_is_as_uncertain_as_the_published_one(tmp_path: Path) -> None:
    found = published_moments.read(written(tmp_path / "m.yaml"), STUDY, "hybrid", 2000, 1)
    parameters = worlds.parameters("hybrid")
    drawn = np.array([found.simulated(parameters, luck, 1)[0] for luck in range(120)])
    error = [one.error for one in found.found[:2]]
    assert drawn.std(axis=0, ddof=1) == pytest.approx(error, rel=0.2)  # 3 errors of an SD of 120
    again = found.simulated(parameters, 7, 1)[0]
    assert (again == drawn[7]).all()


def test_a_statistic_of_one_arm_sees_that_arm_alone() -> None:
    run = simulate.run(STUDY, worlds.parameters("hybrid"), 400, 1, 0, 0, 1)
    who, score = run.clients.arm == 0, dict(simulate.variables(run.truth))["symptom_score"]
    week = np.cumsum(run.plan.weeks)
    last = int(np.argmin(np.abs(week - 6)))
    by_hand = (score[last, who] <= 0.5 * score[0, who])[~np.isnan(score[last, who])]
    there = ~np.isnan(
        statistics.arrays(named_statistic.of_arm(run, "cbt"), False).scores["symptom_score"][last]
    )
    found = named_statistic.values(["response_50pct@6_weeks.cbt", "response_50pct@6_weeks"], run)
    assert there.sum() == len(by_hand)
    if there.all():
        assert found["response_50pct@6_weeks.cbt"] == pytest.approx(by_hand.mean())
    assert found["response_50pct@6_weeks.cbt"] > found["response_50pct@6_weeks"] + 0.02
    with pytest.raises(ValueError, match="no arm 'cbd'"):
        named_statistic.values(["remission@6_weeks.cbd"], run)


LINE = "moments:\n  - {{{}}}\n"
BAD = [
    ("scores: 3", "there must be a list 'moments'"),
    ("moments: [3]", "moment 1: must be fields with values, not '3'"),
    (LINE.format("statistic: dropout.cbt"), "moment 1: the field 'value' is missing"),
    (LINE.format("statistic: dropout.cbt, value: much"), "value must be a number, not 'much'"),
    (LINE.format("statistic: dropout.cbt, value: .2"), "give an error, or n"),
    (LINE.format("statistic: dropout.cbt, value: 42, error: 1"), r"a share must lie in \[0, 1\]"),
    (LINE.format("statistic: dropout.cbt, value: 0, n: 9"), "n gives no error for a share of 0"),
    (LINE.format("statistic: remission@40_weeks.cbt, value: .2, n: 9"), "another week"),
    (LINE.format("statistic: dropout.cbt, value: .2, error: 0"), "error must be above 0"),
    (LINE.format("statistic: gain.cbt, value: .2, n: 90"), "n gives no error for gain.cbt"),
    (LINE.format("statistic: dropout.cbt, valeu: .2"), "no field 'valeu'. Did you mean value"),
    (
        LINE.format("statistic: respons_50pct@6_weeks.cbt, value: .2, n: 9"),
        "Did you mean response_50pct@12_weeks.cbt",
    ),
    (LINE.format("statistic: dropot.cbt, value: .2, n: 9"), "Did you mean dropout.cbt"),
    (LINE.format("statistic: remission@6_weeks.ctb, value: .2, n: 9"), "no arm 'ctb'"),
    (LINE.format("statistic: dropout.cbt, value: .2, n: 9, check: true"), "one must not"),
    (
        LINE.format("statistic: dropout.cbt, value: .2, n: 9") * 1
        + "  - {statistic: dropout.cbt, value: .3, n: 9}\n",
        "two moments are called 'dropout.cbt'",
    ),
    ("moments: [", "cannot be read as YAML"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[one[1][:30] for one in BAD])
def test_bad_moments_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadData, match=message):
        published_moments.read(written(tmp_path / "m.yaml", text), STUDY, "hybrid", 2000, 1)


def test_moments_from_file_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "m.yaml")
    words = [
        "fit",
        "data.path=m.yaml",
        "study=rct",
        "study.arms=[cbt,waitlist]",
        "threads=1",
        "study.sessions=6",
        "study.follow_up=[]",
        "budget=small",
        "size=tiny",
        "task.candidates=[hybrid,null]",
    ]
    assert main(words) == 0
    said = capsys.readouterr()
    assert (
        "3 published numbers"
        in (tmp_path / "results/fit").rglob("report.html").__next__().read_text()
    )
    assert "has no effect" not in said.err
    (told,) = (json.loads(path.read_text()) for path in Path("results/fit").rglob("summary.json"))
    assert told["moments"] == 3
    assert [row["statistic"] for row in told["fitted"]] == ["treated", "waiting"]
    assert [row["statistic"] for row in told["posterior_checks"]] == ["d_between.cbt.waitlist"]


FORM = {"floor": 0, "ceiling": 40, "healthy": 6, "cut_off": 12, "reliability": 0.9}


def test_a_described_questionnaire_lies_on_the_same_latent() -> None:
    form, turned = described(FORM)
    assert not turned
    assert (form.intercept, form.floor, form.ceiling, form.cut_off) == (6, 0, 40, 12)
    assert form.intercept + form.slope * AT_CUT_OFF == pytest.approx(12)
    known = [(one.cut_off - one.intercept) / one.slope for one in SYMPTOM_INSTRUMENTS.values()]
    assert min(known) < AT_CUT_OFF < max(known)
    good, turned = described({**FORM, "healthy": 34, "cut_off": 28})  # the same, upside down
    assert turned
    assert (good.intercept, good.cut_off, good.slope) == (6, 12, pytest.approx(form.slope))
    own, _ = described({**FORM, "reliable_change": 7, "step": 0.5, "name": "mood"})
    assert (own.reliable_change, own.step, own.name) == (7, 0.5, "mood")
    assert good.name == "questionnaire, turned round"


WRONG = [
    ({"ceiling": None}, "ceiling must be a number"),
    ({"healthy": 50}, r"healthy must lie in the range \[0, 40\], not 50"),
    ({"cut_off": 6}, "healthy and cut_off must differ"),
    ({"reliability": 90}, r"reliability must lie in \(0, 1\), not 90"),
    ({"reliabilty": 0.9}, "no 'reliabilty'. Did you mean reliability"),
]


@pytest.mark.parametrize(("changed", "message"), WRONG, ids=[one[1][:20] for one in WRONG])
def test_bad_questionnaires_are_refused(changed: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        described({**FORM, **changed})
    with pytest.raises(BadInput, match="reliability is missing"):
        described({name: value for name, value in FORM.items() if name != "reliability"})


def test_a_described_questionnaire_at_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"c{k},{when},{30 + when}" for k in range(30) for when in range(4)]
    Path("a.csv").write_text("client,session,score\n" + "\n".join(rows), encoding="utf-8")
    form = (
        "data.instrument={name:wellbeing,floor:0,ceiling:40,healthy:34,cut_off:28,reliability:.9}"
    )
    assert (
        main(
            [
                "fit",
                "data.path=a.csv",
                form,
                "budget=small",
                "threads=1",
                "data.columns={client:client,time:session,score:score}",
                "task.candidates=[]",
            ]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "scores are wellbeing, turned round (0 to 40, cut-off 12" in out
    assert "turned round because high scores are good" in out
    assert main(["fit", "data.path=a.csv", form.replace("34", "20"), "data.reverse=true"]) == 2
    assert "so high scores are not good" in capsys.readouterr().err

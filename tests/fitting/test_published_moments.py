"""Published numbers instead of clients."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadData
from dyadsim.fitting.published_moments import PublishedMoments, read_moments
from dyadsim.model import worlds
from dyadsim.studies.designs.rct import rct

STUDY = rct(arms=["cbt", "waitlist"], sessions=6, follow_up=())
GOOD = """moments:
  - {name: treated, statistic: response_50pct@6_weeks.cbt, value: .35, error: .05}
  - {name: waiting, statistic: response_50pct@6_weeks.waitlist, value: .15, n: 400}
  - {statistic: d_between.cbt.waitlist, value: .6, n: 100, check: true}
"""


def _write(path: Path, text: str = GOOD) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def _read(path: Path, text: str = GOOD) -> PublishedMoments:
    return read_moments(_write(path, text), STUDY, world="hybrid", most_clients=2000, seed=1)


def test_moments_are_read_with_their_errors(tmp_path: Path) -> None:
    published = _read(tmp_path / "m.yaml")
    assert published.names == ("treated", "waiting")
    assert published.check_names == ("d_between.cbt.waitlist",)
    assert list(published.real()[0]) == [0.35, 0.15]
    assert published.moments[1].error == pytest.approx(np.sqrt(0.15 * 0.85 / 400))
    assert published.moments[2].error == pytest.approx(np.sqrt(0.04 + 0.36 / 200))
    assumed = " ".join(published.assumed)
    assert "treated: 0.35 with standard error 0.05" in assumed
    assert "(kept out of the fit)" in assumed


def test_a_simulated_moment_is_as_uncertain_as_the_published_one(tmp_path: Path) -> None:
    published = _read(tmp_path / "m.yaml")
    parameters = worlds.world_parameters("hybrid")
    drawn = np.array([published.simulated(parameters, replicate=k, seed=1)[0] for k in range(120)])
    error = [moment.error for moment in published.moments[:2]]
    assert drawn.std(axis=0, ddof=1) == pytest.approx(error, rel=0.2)  # 3 errors of an SD of 120
    again = published.simulated(parameters, replicate=7, seed=1)[0]
    assert (again == drawn[7]).all()


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
    ("moments: [", "is no YAML: "),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[message[:30] for _, message in BAD])
def test_bad_moments_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadData, match=message):
        _read(tmp_path / "m.yaml", text)


@pytest.mark.slow
def test_moments_from_file_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path / "m.yaml")
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
    assert "has no effect" not in capsys.readouterr().err
    (folder,) = Path("results/fit").iterdir()
    assert "3 published numbers" in (folder / "report.html").read_text()
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["moments"] == 3
    assert [row["statistic"] for row in summary["fitted"]] == ["treated", "waiting"]
    checks = [row["statistic"] for row in summary["posterior_checks"]]
    assert checks == ["d_between.cbt.waitlist"]


STUDY_WORDS = ("study=rct", "study.arms=[cbt,waitlist]", "study.sessions=6", "study.follow_up=[]")


@pytest.mark.slow
def test_a_fit_of_which_nothing_was_kept_out_says_so(tiny_fit: Callable, tmp_path: Path) -> None:
    text = "".join(line for line in GOOD.splitlines(keepends=True) if "check" not in line)
    path = _write(tmp_path / "m.yaml", text)
    code, summary = tiny_fit(f"data.path={path}", *STUDY_WORDS, "size=tiny")
    assert code == 0
    assert summary["posterior_checks"] == summary["prior_checks"] == []
    assert any("No number was kept out of the fit" in text for text in summary["warnings"])
    (folder,) = Path("results/fit").iterdir()
    page = (folder / "report.html").read_text()
    assert "nothing tests what it predicts" in page
    assert "predicted by the posterior" not in page


def test_what_is_assumed_says_whose_clients_count(tmp_path: Path) -> None:
    text = """moments:
  - {statistic: response_50pct@6_weeks, value: .35, error: .05}
  - {statistic: remission@6_weeks.waitlist, value: .15, error: .05}
"""
    published = _read(tmp_path / "m.yaml", text)
    said = [words for words in published.assumed if words.startswith(("response", "remission"))]
    assert said[0].endswith("with standard error 0.05, of clients of arm cbt")
    assert said[1].endswith("with standard error 0.05")

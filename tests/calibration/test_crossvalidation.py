"""Cross-validation: what is scored took no part, and the scores are right by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from dyadsim.calibration import crossvalidation
from dyadsim.calibration.crossvalidation import (
    ALL,
    FARTHEST,
    Effort,
    crossvalidate,
    effort_work,
    prediction_table,
    score_facts,
    shares_inside,
)
from dyadsim.calibration.gauss_newton import Penalty, Refining, Stage
from dyadsim.calibration.joint_space import space_of_worlds
from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.calibration.search import Problem
from dyadsim.cli.main import main
from dyadsim.evidence.fact import load_facts
from dyadsim.model.parameters import catalogue
from dyadsim.search_path import NAMED, find_choice, name_file

FREE = ("ending.dropout_base", "population.distress_mean", "distress.treatment_gain")
SPACE = space_of_worlds(
    fixed={
        name: catalogue()[name].default
        for name in dict.fromkeys(space_of_worlds().names)
        if name not in FREE
    }
)
FACTS = [fact for fact in load_facts() if fact.id in ("dropout", "sessions_mean", "remission_3m")]
SIGN = next(fact for fact in load_facts() if fact.kind == "sign")
EFFORT = Effort((Stage(150, 1, Penalty(0.6, 2.5)),), 2, 150, 2)


def test_scores_by_hand() -> None:
    fact = FACTS[0]
    middle, half = (fact.low + fact.high) / 2, (fact.high - fact.low) / 2  # type: ignore[operator]
    values = middle + half * np.array([[0.4], [0.8]])
    row = score_facts([fact], values).iloc[0]
    assert row["inside"] == 1
    assert row["distance"] == pytest.approx(0.6)
    error = 0.4 / 2**0.5 / 2**0.5  # SD of the two repeats over the root of two
    assert row["log_score"] == pytest.approx(norm.logpdf(0.6, scale=np.hypot(0.5, error)))
    far = score_facts([fact], np.array([[middle + 99 * half]])).iloc[0]
    assert (far["inside"], far["distance"]) == (0, FARTHEST)
    sign = score_facts([SIGN], np.array([[0.5]])).iloc[0]
    assert (sign["inside"], sign["distance"]) == (1, 0)
    assert np.isnan(sign["log_score"])


def test_a_family_takes_no_part_in_the_calibration_that_predicts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used: list[set[str]] = []

    def recorded(problem: Problem, stages: Any, kept: KeptSteps) -> Refining:
        used.append({fact.family for fact in problem.facts})
        return Refining(problem.space.middle)

    def no_studies(
        space: Any, points: Any, studies: Any, *_: Any, worlds: Sequence[str] = ()
    ) -> Any:
        return np.zeros((len(points), len(worlds or space.worlds), len(studies.facts)))

    monkeypatch.setattr(crossvalidation, "find_point", recorded)
    monkeypatch.setattr(crossvalidation, "simulate_points", no_studies)
    scores = crossvalidate(Problem(SPACE, FACTS, 1, map), EFFORT, KeptSteps())
    every = crossvalidation.families(FACTS)
    assert used == [set(every) - {family} for family in every]
    assert set(scores["world"]) == {*SPACE.worlds, "prior", "null"}
    assert len(scores) == 5 * len(FACTS)


def test_it_is_the_same_after_it_was_killed_and_as_long_as_announced(tmp_path: Path) -> None:
    problem, works = Problem(SPACE, FACTS, 1, map), []
    scores = crossvalidate(problem, EFFORT, KeptSteps(None, lambda work, fresh: works.append(work)))
    assert sum(works) == pytest.approx(effort_work(SPACE, FACTS, EFFORT))
    count = 0

    def killed(work: float, fresh: bool) -> None:
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crossvalidate(problem, EFFORT, KeptSteps(tmp_path, killed))
    again = crossvalidate(problem, EFFORT, KeptSteps(tmp_path))
    pd.testing.assert_frame_equal(again, scores, check_exact=True)


def test_the_table_is_means_by_family_and_over_all() -> None:
    scores = pd.DataFrame(
        {
            "fact": ["a", "b", "c"] * 2,
            "family": ["x", "x", "y"] * 2,
            "inside": [1.0, 0.0, 1.0, 0.0, 0.0, 1.0],
            "distance": [0.5, 2.0, 0.2, 1.5, 3.0, 0.1],
            "log_score": [-1.0, -9.0, np.nan, -4.0, -20.0, np.nan],
            "world": ["hybrid"] * 3 + ["prior"] * 3,
        }
    )
    scores = pd.concat([scores, scores.iloc[:3].assign(world="null", inside=0.0)])
    table = prediction_table(scores)
    assert list(dict.fromkeys(table["family"])) == ["x", "y", ALL]
    total = table[table["family"] == ALL].set_index("world")
    assert total.loc["hybrid", "inside"] == pytest.approx(2 / 3)
    assert total.loc["hybrid", "log_score"] == pytest.approx(-5)
    shares = shares_inside(table)
    assert list(shares.columns) == ["family", "facts", "hybrid", "prior", "null"]
    assert shares["facts"].tolist() == [2, 1, 3]


def test_a_world_of_ones_own_is_scored_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(
        "base: hybrid\nclaim: no bond\nfixed: {distress.bond_effect: 0}\n"
    )
    words = ["crossvalidate", "budget=small", "worlds=[medical,./mine.yaml]"]
    assert main([*words, "dry_run=true"]) == 0
    capsys.readouterr()
    assert main(["crossvalidate", "budget=small", "worlds=[medical,null]", "dry_run=true"]) == 2
    assert "in the world 'null' nothing heals" in capsys.readouterr().err
    assert main(["crossvalidate", "budget=small", "worlds=[medical,./your.yaml]"]) == 2
    assert "there is no such file" in capsys.readouterr().err
    monkeypatch.setenv(NAMED, "")  # put back at the end
    name_file(find_choice("world", "./mine.yaml"))
    free = ("ending.dropout_base", "distress.treatment_gain")
    names = dict.fromkeys(space_of_worlds(("medical", "mine")).names)
    fixed = {name: catalogue()[name].default for name in names if name not in free}
    space = space_of_worlds(("medical", "mine"), fixed)
    assert space.values("mine", space.middle).get("distress.bond_effect", 0) == 0
    scores = crossvalidate(Problem(space, FACTS, 1, map), EFFORT, KeptSteps())
    assert list(dict.fromkeys(prediction_table(scores)["world"])) == [
        "medical",
        "mine",
        "prior",
        "null",
    ]

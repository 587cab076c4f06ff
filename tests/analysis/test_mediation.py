"""Mediation: planted paths are recovered, and a hidden cause fools it; false alarms < 1e-4."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.mediation import mediated_effect, with_mediator
from dyadsim.model import worlds
from dyadsim.simulation import observe, simulate
from dyadsim.studies.designs.rct import rct


def _paths(a: float, b: float, direct: float, hidden: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    treated = np.arange(4000) % 2
    cause, pre = rng.normal(size=(2, 4000))
    mediator = a * treated + hidden * cause + rng.normal(size=4000)
    post = 20 + pre + b * mediator + direct * treated - hidden * cause + rng.normal(size=4000)
    return pd.DataFrame({"treated": treated, "pre": pre, "mediator": mediator, "post": post})


def test_mediation_finds_planted_paths() -> None:
    effect = mediated_effect(_paths(2.0, -1.5, -1.0))
    assert effect.carried.low < -3.0 < effect.carried.high
    assert effect.direct.low < -1.0 < effect.direct.high
    assert effect.total.value == pytest.approx(effect.carried.value + effect.direct.value)
    assert abs(effect.proportion.value - 0.75) < 0.05


def test_a_hidden_cause_makes_mediation_where_nothing_is_carried() -> None:
    effect = mediated_effect(_paths(2.0, 0.0, -1.0, hidden=1.0))
    assert effect.carried.high < -0.5
    assert mediated_effect(_paths(2.0, 0.0, -1.0)).carried.low < 0 < 0.5


def _trial(world: str) -> pd.DataFrame:
    run = simulate.run(rct(("cbt", "waitlist")), worlds.world_parameters(world), 3000, seed=1)
    return with_mediator(observe.observed_records(run).sessions, "process_change_score", "cbt")


def test_process_change_carries_the_effect_in_the_medical_world() -> None:
    effect = mediated_effect(_trial("medical"))
    assert effect.carried.high < 0
    assert effect.total.high < 0
    assert effect.proportion.value > 0.3


def test_the_mediator_is_read_where_it_is_asked_for() -> None:
    rows = pd.DataFrame(
        {
            "client": [0, 0, 0, 1, 1],
            "arm": ["a", "a", "a", "b", "b"],
            "session": [0, 3, 3, 0, 0],
            "week": [0, 3, 12, 0, 12],
            "occasion": ["intake", "session", "assessment", "intake", "assessment"],
            "symptom_score": [20.0, 15, 10, 21, 19],
            "skill": [0.0, 1, 2, 0, 0.5],
        }
    )
    assert with_mediator(rows, "skill", "a")["mediator"].tolist() == [2, 0.5]
    # session 3, not the assessment that comes after it and bears its number
    assert with_mediator(rows, "skill", "a", 3)["mediator"].fillna(-1).tolist() == [1, -1]
    assert with_mediator(rows, "skill", "a")["treated"].tolist() == [1, 0]


def test_mediation_repeats_with_its_seed() -> None:
    first = mediated_effect(_paths(2.0, -1.5, -1.0))
    assert first == mediated_effect(_paths(2.0, -1.5, -1.0))
    again = mediated_effect(_paths(2.0, -1.5, -1.0), seed=2)
    assert first != again
    assert first.carried == pytest.approx(again.carried, rel=0.01)


def test_the_interval_is_that_of_the_product_of_the_two_paths() -> None:
    # R 4.2.2: 2.5 and 97.5 % points of the product of two Student's t around the estimates of
    # lm(), by integrate(); a bootstrap of lm() has a width of 1.03; confint(lm()) for the rest.
    # statsmodels' Mediation, used before, adds the residuals of m once more: -1.21 to .01.
    rng = np.random.default_rng(4)
    treated, pre = np.arange(120) % 2, rng.normal(20, 6, 120)
    mediator = 0.5 * treated + 0.02 * pre + rng.normal(size=120)
    post = 8 + 0.5 * pre - 1.5 * mediator - treated + rng.normal(0, 5, 120)
    effect = mediated_effect(
        pd.DataFrame({"treated": treated, "pre": pre, "mediator": mediator, "post": post}),
        draws=400_000,
    )
    assert effect.carried.value == pytest.approx(-0.4597084727)
    assert (effect.carried.low, effect.carried.high) == pytest.approx(
        (-1.11111, -0.02242), abs=0.01
    )
    assert (effect.direct.low, effect.direct.high) == pytest.approx((-4.5936359, -1.1390187))
    assert (effect.total.low, effect.total.high) == pytest.approx((-5.0445977, -1.6074738))


def test_marks_other_than_0_and_1_are_refused() -> None:
    with pytest.raises(ValueError, match="must be 0 or 1"):
        mediated_effect(_paths(1, 1, 1).assign(treated=[2.0, 0.0] * 2000))


def _rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [1, 1, 1, 2, 2, 2],
            "group": ["a", "a", "a", "b", "b", "b"],
            "visit": [1, 2, 3, 1, 2, 3],
            "week": [9, 5, 1, 9, 5, 1],  # weeks until the end: no order of a course
            "bdi": [30.0, 20, 10, 31, 25, 24],
            "skill": [0.0, 1, 2, 0, 0.2, 0.3],
        }
    )


def test_columns_of_ones_own_names_and_no_week_unasked() -> None:
    names = {"client": "id", "arm": "group", "session": "visit", "score": "bdi"}
    table = with_mediator(_rows().iloc[::-1], "skill", "a", 2, week=None, **names)
    assert table["mediator"].tolist() == [1, 0.2]
    assert (table["pre"].tolist(), table["post"].tolist()) == ([30, 31], [10, 24])
    with pytest.raises(ValueError, match="order the rows of client 1 differently"):
        with_mediator(_rows(), "skill", "a", 2, **names)


def test_a_mediator_that_cannot_be_read_is_explained() -> None:
    names = {"client": "id", "arm": "group", "session": "visit", "score": "bdi", "week": None}
    with pytest.raises(ValueError, match=r"say with at=\.\.\. in which session \('visit'\)"):
        with_mediator(_rows(), "skill", "a", **names)
    with pytest.raises(ValueError, match="no row has 'visit' 7"):
        with_mediator(_rows(), "skill", "a", 7, **names)
    with pytest.raises(ValueError, match=r"There is no arm 'A'\. Did you mean a"):
        with_mediator(_rows(), "skill", "A", 2, **names)
    twice = pd.concat([_rows(), _rows().iloc[[1]]])
    with pytest.raises(ValueError, match="rows repeat a id and visit, first id 1, visit 2"):
        with_mediator(twice, "skill", "a", 2, **names)


def test_paths_that_cannot_be_told_apart_are_refused() -> None:
    rows = _paths(1, 1, 1)
    with pytest.raises(ValueError, match="follows from the others"):
        mediated_effect(rows.assign(mediator=3.0 * rows["treated"]))
    with pytest.raises(ValueError, match="'draws' must be 1000 or more, it is 10"):
        mediated_effect(rows, draws=10)


def test_a_missing_arm_is_no_control() -> None:
    rows = [(k, s, 20.0 - s, 0.5 + 0.1 * k) for k in range(4) for s in range(3)]
    sessions = pd.DataFrame(rows, columns=["client", "session", "symptom_score", "rating"])
    sessions["arm"] = sessions["client"].map({0: "cbt", 1: "waitlist", 2: None, 3: "cbt"})
    table = with_mediator(sessions, "rating", treated_arm="cbt", at=2)
    assert table["treated"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(table["treated"].iloc[2])

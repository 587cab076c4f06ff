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
    effect = mediated_effect(_paths(2.0, -1.5, -1.0), draws=300)
    assert effect.carried.low < -3.0 < effect.carried.high
    assert effect.direct.low < -1.0 < effect.direct.high
    assert effect.total.value == pytest.approx(effect.carried.value + effect.direct.value)
    assert abs(effect.proportion.value - 0.75) < 0.05


def test_a_hidden_cause_makes_mediation_where_nothing_is_carried() -> None:
    effect = mediated_effect(_paths(2.0, 0.0, -1.0, hidden=1.0), draws=300)
    assert effect.carried.high < -0.5
    assert mediated_effect(_paths(2.0, 0.0, -1.0), draws=300).carried.low < 0 < 0.5


def _trial(world: str) -> pd.DataFrame:
    run = simulate.run(rct(("cbt", "waitlist")), worlds.world_parameters(world), 3000, seed=1)
    return with_mediator(observe.observed_records(run).sessions, "process_change_score", "cbt")


def test_process_change_carries_the_effect_in_the_medical_world() -> None:
    effect = mediated_effect(_trial("medical"), draws=200)
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
    assert with_mediator(rows, "skill", "a", 3)["mediator"].fillna(-1).tolist() == [2, -1]
    assert with_mediator(rows, "skill", "a")["treated"].tolist() == [1, 0]


def test_mediation_repeats_with_its_seed() -> None:
    first = mediated_effect(_paths(2.0, -1.5, -1.0), draws=50)
    assert first == mediated_effect(_paths(2.0, -1.5, -1.0), draws=50)
    assert first != mediated_effect(_paths(2.0, -1.5, -1.0), draws=50, seed=2)


def test_marks_other_than_0_and_1_are_refused() -> None:
    with pytest.raises(ValueError, match="must be 0 or 1"):
        mediated_effect(_paths(1, 1, 1).assign(treated=[2.0, 0.0] * 2000))

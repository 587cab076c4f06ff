"""Worlds in which one thing happens and nothing else, and what their runs recorded."""

from collections.abc import Callable

import numpy as np
import pytest

from dyadsim.model.parameters import Parameters, changed
from dyadsim.simulation import simulate
from dyadsim.simulation.runs import Run

NOTHING = {
    # no pathway from therapy to distress
    "distress.treatment_gain": 0.0,
    "distress.expectancy_effect": 0.0,
    "distress.bond_effect": 0.0,
    "distress.regulation_effect": 0.0,
    "distress.medication_effect": 0.0,
    "distress.harm": 0.0,
    "distress.need": 0.0,
    # nobody leaves
    "ending.dropout_base": -5.0,
    "ending.low_alliance": 0.0,
    "ending.progress": 0.0,
    "ending.mismatch": 0.0,
    "ending.strain": 0.0,
    "ending.skill": 0.0,
    "ending.early_dropout": 0.0,
    "ending.commitment": 0.0,
    "ending.alert_retention": 0.0,
    "ending.removal_base": -6.0,
    "ending.good_enough_base": -4.0,
    "ending.good_enough_slope": 0.0,
    "ending.good_enough_change": 0.0,
    "ending.good_enough_sessions": 0.0,
}
"""Values at which therapy does nothing and lasts to its planned end."""


@pytest.fixture
def only() -> Callable[..., Parameters]:
    """Parameters at which nothing happens but what the values given make happen."""
    return lambda **values: changed(
        Parameters(), {**NOTHING, **{name.replace("__", "."): x for name, x in values.items()}}
    )


@pytest.fixture
def truth() -> Callable[[Run], dict[str, np.ndarray]]:
    """What a run recorded, by variable, in float64, `(step, client)`."""
    return lambda run: {
        name: rows.astype(np.float64) for name, rows in simulate.variables(run.truth)
    }

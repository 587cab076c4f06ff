"""Fixtures for all tests."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, changed

type HandSetWorld = Callable[..., Parameters]


@pytest.fixture(scope="session")
def hand_set_world() -> HandSetWorld:
    """A world at its hand-set values: a test of the model must not move with calibration.

    The function takes the name of a world and, optionally, values to put in.
    """

    def world(name: str, values: Mapping[str, float] | None = None) -> Parameters:
        claim = worlds.find_world(name)
        return changed(Parameters(), {**claim.start, **(values or {}), **claim.fixed})

    return world


@pytest.fixture
def missing_sessions() -> pd.DataFrame:
    """300 clients, up to 5 sessions: some end early, some miss sessions between.

    The numbers of R that tests of lagged effects hold are those of these rows.
    """
    rng, rows = np.random.default_rng(3), []
    for client in range(300):
        level, own = rng.normal(size=2)
        p, q = rng.normal(size=2)
        for session in range(1, int(rng.integers(3, 8))):
            p, q = 0.3 * p - 0.1 * q + rng.normal(), 0.3 * q - 0.3 * p + rng.normal()
            if session <= 5 and rng.random() > 0.08:
                rows.append((client, session, 4 + 1.5 * level + p, 20 - level + own + 2 * q))
    return pd.DataFrame(rows, columns=["client", "session", "alliance_score", "symptom_score"])

"""Data sets that several tests of analyses use."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import pytest

from dyadsim.evidence.observed_study import ObservedStudy, observe_study
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.process import process

Courses = Sequence[Sequence[float]]


def _sessions(courses: Courses, follow_up: Mapping[int, float] | None = None) -> pd.DataFrame:
    rows = [
        (client, session, float(session), "session" if session else "intake", score)
        for client, scores in enumerate(courses)
        for session, score in enumerate(scores)
    ]
    rows += [
        (client, len(courses[client]) - 1, 50.0, "follow_up", score)
        for client, score in (follow_up or {}).items()
    ]
    return pd.DataFrame(rows, columns=["client", "session", "week", "occasion", "symptom_score"])


@pytest.fixture(scope="session")
def sessions_of() -> Callable[..., pd.DataFrame]:
    """Make a row a score from courses (a list a client); follow-up scores come in week 50."""
    return _sessions


@pytest.fixture(scope="session")
def routine_care() -> ObservedStudy:
    """1,500 clients in routine care of the hybrid world, with follow-ups."""
    return observe_study(simulate.run(cohort(), worlds.world_parameters("hybrid"), 1500, 3))


@pytest.fixture(scope="session")
def process_study() -> ObservedStudy:
    """1,200 clients in a process study of the hybrid world."""
    return observe_study(simulate.run(process(), worlds.world_parameters("hybrid"), 1200, 3))

"""Time has an end: no schedule makes more steps than a long life of weekly sessions."""

import time
from typing import Any

import pytest

from dyadsim.errors import BadInput
from dyadsim.studies import study as studies
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.sample import Caseload
from dyadsim.studies.schedule import MOST_FOLLOW_UPS, MOST_SESSIONS, MOST_WEEKS, Schedule, steps_of


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sessions": 10**9}, "it can have 5000 sessions at most; 1000000000 given"),
        ({"follow_up": [1.7e9]}, r"above 0 and 5000 at most; 1700000000\.0 given"),
        ({"follow_up": [float("inf")]}, "above 0 and 5000 at most; inf given"),
        ({"follow_up": [float("nan")]}, "above 0 and 5000 at most; nan given"),
        ({"follow_up": range(1, 3000)}, "it can have 1000 follow-ups at most; 2999 given"),
        ({"caseload": Caseload(mean=float("nan"))}, r"mean caseload .* \[1, 10000\], not 'nan'"),
        ({"caseload": Caseload(mean=1e12)}, r"mean caseload .* \[1, 10000\], not '1000000000000'"),
        ({"caseload": Caseload(spread=300.0)}, r"spread of caseloads .* \[0, 5\], not '300'"),
    ],
)
def test_every_length_has_a_ceiling(options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        rct(["cbt", "waitlist"], **options)


def test_designs_with_lengths_of_their_own_are_refused_before_anything_is_made() -> None:
    with pytest.raises(BadInput, match="weeks_per_phase must be a whole number from 2 to 5000"):
        n_of_1(phases="AB" * 10_000, weeks_per_phase=1000)
    with pytest.raises(BadInput, match="weeks must be a whole number from 0 to 5000"):
        waitlist(10**9)


def test_an_arm_cannot_be_a_billion_times_another() -> None:
    trial = rct(["cbt", "waitlist"])
    arms = (trial.arms[0]._replace(share=10**9), trial.arms[1])
    with pytest.raises(BadInput, match="share must be a whole number from 1 to 1000"):
        studies.check_study(trial._replace(arms=arms))


def test_the_longest_schedule_is_planned_at_once() -> None:
    every = tuple(range(1, MOST_SESSIONS + 1))
    late = tuple(MOST_WEEKS - week for week in range(MOST_FOLLOW_UPS))
    began = time.perf_counter()
    weeks, occasions = steps_of(Schedule(MOST_SESSIONS, 1.0, every, late))
    assert time.perf_counter() - began < 2
    assert len(weeks) == len(occasions) < 3 * MOST_SESSIONS
    assert sum(weeks) == pytest.approx(MOST_SESSIONS + MOST_WEEKS)

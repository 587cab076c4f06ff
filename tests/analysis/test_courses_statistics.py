"""Relapse, time to change, dose-response and good enough, by hand and on planted courses."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.dose_response import dose_response, good_enough, rate_and_total
from dyadsim.analysis.relapse import relapses
from dyadsim.analysis.survival import change_curve, median_session, time_to_change
from dyadsim.evidence import benchmark
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.studies.designs.cohort import cohort


def _long(
    courses: dict[int, list[float]], follow_up: dict[int, float] | None = None
) -> pd.DataFrame:
    """One row a score; session and week count from 0, follow-up at week 50."""
    rows = [
        (who, step, float(step), "session" if step else "intake", score)
        for who, course in courses.items()
        for step, score in enumerate(course)
    ]
    rows += [
        (who, len(courses[who]) - 1, 50.0, "follow_up", s) for who, s in (follow_up or {}).items()
    ]
    return pd.DataFrame(rows, columns=["client", "session", "week", "occasion", "symptom_score"])


def test_relapse_by_hand() -> None:
    # 0-4 recover (cut-off 10, reliable change 6), 5 only improves, 6 was never a case
    courses: dict[int, list[float]] = {k: [20, 12, 8] for k in range(5)}
    courses |= {5: [20, 14, 13], 6: [8, 8, 8]}
    later = {0: 14.0, 1: 11.0, 2: 8.0, 3: 9.5, 4: np.nan, 5: 25.0, 6: 25.0}
    (found,) = relapses(_long(courses, later), cut_off=10, reliable_change=6)
    assert (found.week, found.recovered, found.missing) == (50.0, 5, 1)
    assert found.share.value == 1 / 4  # 0: over the cut-off and reliably; 1: over it by 3 only
    with pytest.raises(ValueError, match="no follow-up"):
        relapses(_long(courses), cut_off=10, reliable_change=6)


def test_kaplan_meier_by_hand() -> None:
    courses: dict[int, list[float]] = {
        0: [20, 9],  # changes at 1
        1: [20, 15, 8],  # changes at 2
        2: [20, 15],  # leaves after 1: censored
        3: [20, 15, 15, 9],  # changes at 3
        4: [14, 9.5],  # below the cut-off, but by less than the reliable change: censored at 1
        5: [9, 2],  # no caseness: left out
    }
    times = time_to_change(_long(courses), cut_off=10, reliable_change=6)
    assert times["session"].to_dict() == {0: 1, 1: 2, 2: 1, 3: 3, 4: 1}
    assert times["changed"].to_dict() == {0: True, 1: True, 2: False, 3: True, 4: False}
    curve = change_curve(times)
    np.testing.assert_allclose(curve["changed"], [1 / 5, 1 - 4 / 5 * 1 / 2, 1])
    assert curve["at_risk"].tolist() == [5, 2, 1]
    assert median_session(times) == 2
    few = times.assign(changed=[True, False, False, False, False])
    assert np.isnan(median_session(few))
    with pytest.raises(ValueError, match="nobody has changed"):
        change_curve(times.assign(changed=False))


def test_dose_response_carries_the_last_score_on() -> None:
    courses: dict[int, list[float]] = {0: [20, 10], 1: [20, 19, 12], 2: [20, 20, 20]}
    table = dose_response(_long(courses), reliable_change=6)
    np.testing.assert_allclose(table["improved"], [0, 1 / 3, 2 / 3])
    assert table["n"].tolist() == [3, 3, 2]


def test_good_enough_by_hand() -> None:
    courses: dict[int, list[float]] = {
        0: [20, 12],
        1: [20, 14],
        2: [20, 18, 16, 12],
        3: [20, 18, 17, 16],
    }
    table = good_enough(_long(courses))
    assert table["total"].tolist() == [1, 3]
    assert table["gain"].tolist() == [7, 6]
    assert table["gain_per_session"].tolist() == [7, 2]


def test_who_ends_when_it_is_good_enough_changes_fast_and_stays_short() -> None:
    dice = np.random.default_rng(3)
    courses: dict[int, list[float]] = {}
    for who in range(300):
        rate = dice.uniform(0.5, 4)
        stay = int(np.clip(np.ceil(10 / rate), 1, 30))
        courses[who] = [25 - rate * step for step in range(stay + 1)]
    rate_r, gain_r = rate_and_total(_long(courses))
    assert rate_r.high < -0.7
    assert abs(gain_r.value) < 0.5


def test_the_model_gives_both_curves() -> None:
    seen = benchmark.see(simulate.run(cohort(), worlds.parameters("hybrid"), 1500, 3))
    curve = dose_response(seen.sessions, reliable_change=6)["improved"].to_numpy()
    assert np.all(np.diff(curve[:12]) > 0)
    assert curve[8] - curve[4] < curve[4] - curve[0]
    rate, _ = rate_and_total(seen.sessions)
    assert rate.high < 0
    found = relapses(seen.sessions, cut_off=10, reliable_change=6)
    assert 0 < found[0].share.value < 0.6
    times = time_to_change(seen.sessions, cut_off=10, reliable_change=6)
    assert times["changed"].mean() > 0.3


@pytest.mark.parametrize("call", [dose_response, time_to_change, relapses])
def test_an_unknown_column_is_named(call) -> None:  # type: ignore[no-untyped-def]
    options = {"reliable_change": 6} | ({} if call is dose_response else {"cut_off": 10})
    rows = _long({0: [20, 10]}, {0: 3.0}).rename(columns={"symptom_score": "symptoms_score"})
    with pytest.raises(ValueError, match="Did you mean 'symptoms_score'"):
        call(rows, **options)

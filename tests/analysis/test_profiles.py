"""Response profiles: planted groups are recovered, and one cloud is one group."""

import numpy as np
import pytest

from dyadsim.analysis.profiles import client_lines, response_profiles


def test_lines_by_hand(sessions_of):
    scores = [20 - 3 * np.log1p(session) for session in range(6)]
    lines = client_lines(sessions_of([scores, [9.0, 8.0]]))
    assert lines.to_numpy() == pytest.approx(np.array([[20.0, -3.0]]))


def _courses(kinds: list[tuple[float, float]], clients: int = 240) -> list[list[float]]:
    rng = np.random.default_rng(4)
    courses = []
    for client in range(clients):
        start, change = kinds[client % len(kinds)]
        line = start + rng.normal(), change + 0.4 * rng.normal()
        courses.append([line[0] + line[1] * np.log1p(s) + 0.7 * rng.normal() for s in range(10)])
    return courses


def test_planted_profiles_come_out(sessions_of):
    result = response_profiles(sessions_of(_courses([(20, -6), (20, 0), (28, -3)])))
    assert len(result.groups) == 3
    assert result.groups["change"].to_numpy() == pytest.approx([-6, -3, 0], abs=0.4)
    assert result.groups["share"].sum() == pytest.approx(1)
    assert (result.clients["profile"].to_numpy() == np.array([0, 2, 1] * 80)).mean() > 0.95


def test_one_normal_cloud_is_one_profile(sessions_of):
    assert len(response_profiles(sessions_of(_courses([(20, -3)]))).groups) == 1


def test_too_few_clients(sessions_of):
    with pytest.raises(ValueError, match="up to 5 profiles need 100 clients"):
        response_profiles(sessions_of(_courses([(20, -3)], 30)))

"""Response profiles: planted groups are recovered, one cloud is one group, and mclust agrees."""

import math

import numpy as np
import pandas as pd
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


def _sessions_on_lines(lines: np.ndarray) -> pd.DataFrame:
    """Scores of four sessions that lie exactly on each client's line (start, change)."""
    scores = lines[:, :1] + lines[:, 1:] * np.log1p(np.arange(4))
    labels = {"client": np.repeat(np.arange(len(lines)), 4), "session": [0, 1, 2, 3] * len(lines)}
    return pd.DataFrame(labels | {"symptom_score": scores.ravel()})


def test_planted_profiles_come_out(sessions_of):
    result = response_profiles(sessions_of(_courses([(20, -6), (20, 0), (28, -3)])), most=4)
    assert len(result.groups) == 3
    assert result.groups["change"].to_numpy() == pytest.approx([-6, -3, 0], abs=0.4)
    assert result.groups["share"].sum() == pytest.approx(1)
    assert (result.clients["profile"].to_numpy() == np.array([0, 2, 1] * 80)).mean() > 0.95


def test_one_normal_cloud_is_one_profile(sessions_of):
    assert len(response_profiles(sessions_of(_courses([(20, -3)])), most=3).groups) == 1


def test_the_start_of_k_means_is_not_the_last_word():
    """R 4.2.2, mclust 6.0.0: Mclust(scale(lines), G = 1:3, modelNames = "VVV") gives -BIC.

    The change is proportional to the start, with an error that grows with it. The best k-means
    start alone ends at a BIC of 716.13 for two groups, and three are chosen.
    """
    rng = np.random.default_rng(23)
    start = 10 + rng.gamma(2, 5, 160)
    change = -0.25 * start + 0.06 * start * rng.normal(size=160)
    profiles = response_profiles(_sessions_on_lines(np.column_stack([start, change])), most=3)
    assert len(profiles.groups) == 2
    mclust = {1: 761.96, 2: 708.84, 3: 709.96}
    assert profiles.bic[1] == pytest.approx(mclust[1], abs=0.02)
    assert profiles.bic[2] == pytest.approx(mclust[2], abs=0.02)
    assert profiles.bic[3] <= mclust[3] + 0.02


def test_two_clients_apart_are_no_profile():
    """Without a smallest group, the likelihood of two points on one line has no bound."""
    lines = np.random.default_rng(6).normal([20, -3], [4, 1], size=(70, 2))
    lines[:2] = [[45.0, 6.0], [45.001, 6.001]]
    profiles = response_profiles(_sessions_on_lines(lines), most=3)
    assert profiles.clients["profile"].value_counts().min() >= 5
    assert math.isinf(profiles.bic[3]) or profiles.bic[3] > min(profiles.bic.values())


def test_too_few_clients(sessions_of):
    with pytest.raises(ValueError, match="up to 5 profiles need 100 clients"):
        response_profiles(sessions_of(_courses([(20, -3)], 30)))


def test_a_misspelt_occasion_is_refused(sessions_of):
    sessions = sessions_of([[20, 17, 15], [20, 18, 15]]).assign(kind="session")
    with pytest.raises(ValueError, match="knd"):
        client_lines(sessions, occasion="knd")

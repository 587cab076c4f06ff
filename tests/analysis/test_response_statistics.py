"""Early response, dropout models, mediation, profiles: by hand or planted; false alarms < 1e-4."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.dropout_model import dropout_model
from dyadsim.analysis.early_response import early_responders, early_response
from dyadsim.analysis.mediation import mediation, with_mediator
from dyadsim.analysis.profiles import lines, profiles
from dyadsim.model import worlds
from dyadsim.simulation import observe, simulate
from dyadsim.studies.designs.rct import rct


def _long(courses: list[list[float]]) -> pd.DataFrame:
    rows = [
        (client, session, score)
        for client, scores in enumerate(courses)
        for session, score in enumerate(scores)
    ]
    return pd.DataFrame(rows, columns=["client", "session", "symptom_score"])


def test_early_responders_by_hand() -> None:
    missing = float("nan")
    courses = _long([[20, 19, 15], [20, 19, 15.1], [20, 19], [0, 0, 0], [20, 12, missing]])
    found = early_responders(courses, at=2)
    assert found.to_dict() == {0: True, 1: False}  # a fall of exactly a quarter counts


def test_early_response_and_recovery_by_hand() -> None:
    early_good, early_bad = [20.0, 12, 5], [20.0, 12, 16]
    late_good, late_bad = [20.0, 19, 5], [20.0, 19, 18]
    courses = _long([early_good] * 6 + [early_bad] * 2 + [late_good] * 3 + [late_bad] * 9)
    found = early_response(courses, at=1, cut_off=10, reliable_change=6)
    assert found.early.value == 8 / 20
    assert found.recovered_of_early.value == 6 / 8
    assert found.recovered_of_others.value == 3 / 12
    assert found.odds_ratio.value == pytest.approx((6 * 9) / (2 * 3))


def test_an_early_score_that_is_also_the_last_does_not_count() -> None:
    courses = _long([[20.0, 5]] * 10 + [[20.0, 12, 5]] * 4 + [[20.0, 19, 18]] * 4)
    assert early_response(courses, at=1, cut_off=10, reliable_change=6).early.n == 8


def _dropouts(spread: float, seed: int) -> pd.DataFrame:
    dice = np.random.default_rng(seed)
    therapist = np.repeat(np.arange(100), 30)
    alliance = 3 + 0.7 * dice.normal(size=therapist.size)
    logit = -1 - 0.5 * (alliance - 3) / 0.7 + spread * dice.normal(size=100)[therapist]
    dropped = dice.random(therapist.size) < 1 / (1 + np.exp(-logit))
    return pd.DataFrame({"therapist": therapist, "alliance": alliance, "dropped": dropped})


def test_dropout_model_finds_planted_values() -> None:
    found = dropout_model(_dropouts(0.8, 1), ["alliance"])
    ratio, share = found.odds_ratios["alliance"], found.therapist_share
    assert abs(np.log(ratio.value) + 0.5) < 4 * ratio.standard_error / ratio.value
    assert abs(share.value - 0.64 / (0.64 + np.pi**2 / 3)) < 0.06
    assert dropout_model(_dropouts(0.0, 2), ["alliance"]).therapist_share.value < 0.04


def _paths(a: float, b: float, direct: float, hidden: float = 0.0) -> pd.DataFrame:
    dice = np.random.default_rng(3)
    treated = np.arange(4000) % 2
    cause, pre = dice.normal(size=(2, 4000))
    mediator = a * treated + hidden * cause + dice.normal(size=4000)
    post = 20 + pre + b * mediator + direct * treated - hidden * cause + dice.normal(size=4000)
    return pd.DataFrame({"treated": treated, "pre": pre, "mediator": mediator, "post": post})


def test_mediation_finds_planted_paths() -> None:
    found = mediation(_paths(2.0, -1.5, -1.0), draws=300)
    assert found.carried.low < -3.0 < found.carried.high
    assert found.direct.low < -1.0 < found.direct.high
    assert found.total.value == pytest.approx(found.carried.value + found.direct.value)
    assert abs(found.proportion.value - 0.75) < 0.05


def test_a_hidden_cause_makes_mediation_where_nothing_is_carried() -> None:
    found = mediation(_paths(2.0, 0.0, -1.0, hidden=1.0), draws=300)
    assert found.carried.high < -0.5
    assert mediation(_paths(2.0, 0.0, -1.0), draws=300).carried.low < 0 < 0.5


def _trial(world: str) -> pd.DataFrame:
    run = simulate.run(rct(("cbt", "waitlist")), worlds.parameters(world), 3000, seed=1)
    return with_mediator(observe.records(run).sessions, "process_change_score", "cbt")


def test_process_change_carries_the_effect_in_the_medical_world() -> None:
    found = mediation(_trial("medical"), draws=200)
    assert found.carried.high < 0
    assert found.total.high < 0
    assert found.proportion.value > 0.3


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
    first = mediation(_paths(2.0, -1.5, -1.0), draws=50)
    assert first == mediation(_paths(2.0, -1.5, -1.0), draws=50)
    assert first != mediation(_paths(2.0, -1.5, -1.0), draws=50, seed=2)


def test_lines_by_hand() -> None:
    scores = [20 - 3 * np.log1p(session) for session in range(6)]
    found = lines(_long([scores, [9.0, 8.0]]))
    assert found.to_numpy() == pytest.approx(np.array([[20.0, -3.0]]))


def _groups(kinds: list[tuple[float, float]], clients: int = 240) -> pd.DataFrame:
    dice = np.random.default_rng(4)
    courses = []
    for client in range(clients):
        start, change = kinds[client % len(kinds)]
        own = start + dice.normal(), change + 0.4 * dice.normal()
        courses.append([own[0] + own[1] * np.log1p(s) + 0.7 * dice.normal() for s in range(10)])
    return _long(courses)


def test_planted_profiles_come_out() -> None:
    found = profiles(_groups([(20, -6), (20, 0), (28, -3)]))
    assert len(found.groups) == 3
    assert found.groups["change"].to_numpy() == pytest.approx([-6, -3, 0], abs=0.4)
    assert found.groups["share"].sum() == pytest.approx(1)
    assert (found.clients["profile"].to_numpy() == np.array([0, 2, 1] * 80)).mean() > 0.95


def test_one_normal_cloud_is_one_profile() -> None:
    assert len(profiles(_groups([(20, -3)])).groups) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: early_responders(_long([[1, 2]]), at=0), "'at' must be 1 or more"),
        (lambda: profiles(_groups([(20, -3)], 30)), "up to 5 profiles need 100 clients"),
        (lambda: dropout_model(_dropouts(0, 1), []), "at least one predictor"),
        (lambda: dropout_model(_dropouts(0, 1).assign(therapist=1), ["alliance"]), "two therap"),
        (lambda: dropout_model(_dropouts(0, 1), ["aliance"]), "Did you mean 'alliance'"),
        (lambda: mediation(_paths(1, 1, 1).assign(treated=[2.0, 0.0] * 2000)), "must be 0 or 1"),
    ],
)
def test_bad_input_is_told(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()

"""One definition of a client's last score: every name, by every route, in every design.

What is right is what `analysis` makes of a researcher's tables, and that is `change.pre_post`.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis import arrays, change, effects
from dyadsim.evidence import first_and_last
from dyadsim.evidence.named_statistic import statistic_values
from dyadsim.evidence.outcomes import (
    OF_LAST_SCORES,
    OUTCOMES,
    outcome_columns,
    outcomes_from_sums,
    simulate_outcomes,
)
from dyadsim.evidence.study_scores import score_arrays
from dyadsim.fitting.published_moments import simulate_moments
from dyadsim.lessons import numbers
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, changed, flat
from dyadsim.simulation import observe, simulate
from dyadsim.studies.study import Study
from dyadsim.sweeps.job import Job
from dyadsim.sweeps.outputs import compute_outputs

_FROZEN_RUNS = Path(__file__).parents[1] / "fingerprints" / "test_fingerprints.py"
_spec = importlib.util.spec_from_file_location("frozen_runs", _FROZEN_RUNS)
assert _spec is not None
assert _spec.loader is not None
_frozen_runs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_frozen_runs)
DESIGNS: dict[str, Study] = _frozen_runs.DESIGNS
HYBRID = worlds.world_parameters("hybrid")
NOTHING_MISSING = changed(
    HYBRID, {"measurement.missing": 0.0, "measurement.missing_assessment": 0.0}
)
CLIENTS, SEED = 240, 11


def by_analysis(study: Study, parameters: Parameters) -> dict[str, float]:
    """Return every outcome that scores and endings tell, from a researcher's tables."""
    run = simulate.run(study, parameters, CLIENTS, SEED, threads=1)
    tables = observe.observed_records(run)
    pairs = change.pre_post(tables.sessions, carry=("arm",))
    values: dict[str, float] = {}
    names = [arm.name for arm in study.arms]
    for name in names:
        of_arm = pairs[pairs["arm"] == name]
        both = of_arm.dropna()
        values |= {
            f"intake_score.{name}": of_arm["pre"].mean(),
            f"post_score.{name}": both["post"].mean(),
            f"post_sd.{name}": both["post"].std(),
            f"gain.{name}": effects.mean_gain(of_arm["pre"], of_arm["post"]).value,
            f"d_pre_post.{name}": effects.pre_post_d(
                of_arm["pre"], of_arm["post"], corrected=False
            ).value,
        }
        clients = tables.clients[tables.clients["arm"] == name]
        values |= {
            f"dropout.{name}": clients["dropped"].mean(),
            f"agreed_end.{name}": (clients["ending"] == "good_enough").mean(),
            f"sessions.{name}": clients["n_sessions"].mean(),
        }
    first, *others = (pairs.loc[pairs["arm"] == name, "post"].dropna() for name in names)
    for name, other in zip(names[1:], others, strict=True):
        freedom = len(first) + len(other) - 2
        g = effects.hedges_g(first, other).value  # Hedges' correction taken out again
        values[f"d_between.{names[0]}.{name}"] = g / (1 - 3 / (4 * freedom - 1))
    return values


def by_sweep(study: Study, parameters: Parameters) -> dict[str, float]:
    """Return every outcome of a sweep's only point."""
    columns = tuple(name for name in outcome_columns(study) if not name.endswith(".se"))
    job = Job(study, parameters, CLIENTS, SEED, 0, True, ("alliance.rate",), columns)
    point = np.array([[flat(parameters)["alliance.rate"]]], np.float32)
    values, errors = compute_outputs(job, point, 0, np.zeros((1, 2), np.uint64), 1)
    assert errors == [""]
    return dict(zip(columns, map(float, values[0]), strict=True))


def by_moments(study: Study, parameters: Parameters) -> dict[str, float]:
    """Return every outcome as a fit to published numbers computes it."""
    names = [name for name in outcome_columns(study) if not name.endswith(".se")]
    address = {"clients": CLIENTS, "replicate": 0, "seed": SEED}
    values = simulate_moments(study, parameters, names=names, **address)
    return dict(zip(names, map(float, values), strict=True))


def by_statistics(study: Study, parameters: Parameters) -> dict[str, float]:
    """Return what statistics of facts and lessons compute of the same."""
    run = simulate.run(study, parameters, CLIENTS, SEED, threads=1)
    scores, values = numbers.observed_arrays(run), {}
    assert np.array_equal(scores.post, score_arrays(run, True).post, equal_nan=True)
    for name, mine in scores.arms.items():
        values |= {
            f"d_pre_post.{name}": arrays.pre_post_d(scores.pre[mine], scores.post[mine]),
            f"gain.{name}": statistic_values([f"mean_gain.{name}"], run)[f"mean_gain.{name}"],
            f"dropout.{name}": statistic_values([f"share_dropout.{name}"], run)[
                f"share_dropout.{name}"
            ],
        }
    return values


ROUTES = {"sweep": by_sweep, "moments": by_moments, "statistics": by_statistics}


@pytest.mark.parametrize("parameters", [HYBRID, NOTHING_MISSING], ids=["usual", "all forms"])
@pytest.mark.parametrize("design", list(DESIGNS))
def test_a_name_means_the_same_by_every_route(design: str, parameters: Parameters) -> None:
    study = DESIGNS[design]
    right = by_analysis(study, parameters)
    for route, compute in ROUTES.items():
        values = compute(study, parameters)
        shared = right.keys() & values.keys()
        assert len(shared) >= 3 * len(study.arms)
        for name in sorted(shared):
            same = pytest.approx(right[name], rel=1e-6, abs=1e-6, nan_ok=True)
            assert values[name] == same, f"{name} by {route}"


def test_every_outcome_of_scores_is_compared() -> None:
    compared = {name.partition(".")[0] for name in by_analysis(DESIGNS["feedback"], HYBRID)}
    assert set(OUTCOMES) - compared == {"follow_up_score", "ruptures", "true_gain", "true_d"}
    assert set(OF_LAST_SCORES) <= compared


def test_care_with_an_open_end_is_not_judged_by_the_few_who_stay_longest() -> None:
    """A score at the last session: 5 of 300 clients; .43 instead of .91 with 4,000 (issue 24)."""
    study, columns = DESIGNS["cohort"], ("d_pre_post.care", "d_pre_post.care.se")
    values = simulate_outcomes(study, HYBRID, 4000, columns=columns, seed=1, replicate=0)
    run = simulate.run(study, HYBRID, 4000, 1)
    pairs = change.pre_post(observe.observed_records(run).sessions)
    right = effects.pre_post_d(pairs["pre"], pairs["post"], corrected=False)
    assert values[columns[0]] == pytest.approx(right.value, abs=1e-9)
    assert values[columns[1]] == pytest.approx(right.standard_error, rel=1e-9)
    assert 0.85 < right.value < 0.97


@pytest.mark.parametrize("design", list(DESIGNS))
def test_followed_in_one_go_as_step_by_step(design: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def followed() -> np.ndarray:
        return first_and_last.follow_pairs(DESIGNS[design], HYBRID, CLIENTS, seed=SEED, replicate=0)

    usual = followed()
    monkeypatch.setattr(first_and_last, "_in_one_go", first_and_last._step_by_step)
    np.testing.assert_array_equal(usual, followed())


def test_sums_alone_say_nothing_where_somebody_has_no_last_score() -> None:
    study = DESIGNS["cohort"]
    sums = simulate.stream(study, HYBRID, CLIENTS, SEED).values[None]
    values = outcomes_from_sums(study, sums)
    assert np.isnan(values["gain.care"]).all()
    assert not np.isnan(values["dropout.care"]).any()


def test_moments_of_pairs_by_hand() -> None:
    pre, post = np.array([10.0, 14.0, 20.0]), np.array([4.0, np.nan, 16.0])
    n, *rest = first_and_last._moments(pre, post)
    by_hand = pd.DataFrame({"pre": pre, "post": post, "gain": pre - post}).dropna()
    mean, sd = by_hand.mean(), by_hand.std()
    assert n == 2
    assert rest == pytest.approx([mean.pre, sd.pre, mean.post, sd.post, sd.gain])

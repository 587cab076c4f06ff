"""Every analysis of `power` against R, statsmodels and closed forms, trial by trial."""

import numpy as np
import pytest
from planning.drawn import as_table, small_trials
from scipy.stats import ttest_ind
from statsmodels.regression.mixed_linear_model import MixedLM

from dyadsim.planning import batched_mixed_model, trial_tests
from dyadsim.planning.drawn_trials import draw_trials
from dyadsim.planning.power_design import Assumptions
from dyadsim.planning.trial_batch import NOBODY, Trials, standardised, sums_by_therapist

# R 4.2.2, lme4 1.1-31, lmerTest 3.1-3 on tests/planning/drawn.py::small_trials(3), by
# tests/verification/test_r_power.py: estimate, error, degrees of freedom, p of each trial.
IN_R = {
    "t_test": [
        (0.08496363, 0.2682244, 63, 0.7524706),
        (-0.04133112, 0.2593634, 67, 0.8738678),
        (0.2007988, 0.2372642, 64, 0.4005339),
    ],
    "ancova": [
        (0.1722184, 0.2493752, 62, 0.4923946),
        (-0.122746, 0.1897012, 66, 0.5198442),
        (0.3174158, 0.1992249, 63, 0.1161086),
    ],
    "mixed": [
        (0.2033165, 0.2027823, 55.61708, 0.3203798),
        (-0.1352418, 0.1693937, 59.78106, 0.4278061),
        (0.3174158, 0.1992249, 63, 0.1161086),
    ],
    "mixed_slopes": [
        (0.2189162, 0.2585887, 5.787567, 0.4308354),
        (-0.1352418, 0.1693937, 59.78107, 0.427806),
        (0.3045846, 0.2696638, 6.834691, 0.2967651),
    ],
}
VARIANCE_IN_R = {
    "f_test": (4.258774e-05, 0.003794231, 0.6602252),
    "lrt": (6.509318e-05, 0.003770793, 1),
    "lrt_ml": (0.0001097107, 0.005902873, 1),
}


@pytest.mark.parametrize("name", IN_R)
def test_the_test_of_a_difference_is_that_of_r(name: str) -> None:
    tests = trial_tests.coefficient_tests(small_trials(3), "arms", name)
    values = np.column_stack(tests)
    np.testing.assert_allclose(values, IN_R[name], rtol=2e-3, atol=1e-5)


@pytest.mark.parametrize("name", VARIANCE_IN_R)
def test_the_test_of_the_therapists_variance_is_that_of_r(name: str) -> None:
    p = trial_tests.p_values(small_trials(3), "therapists", name, np.random.default_rng(1))
    np.testing.assert_allclose(p, VARIANCE_IN_R[name], rtol=2e-3)


def test_reml_is_that_of_statsmodels() -> None:
    trials = small_trials(1)
    table = as_table(trials).dropna()
    model = MixedLM.from_formula("outcome ~ before + treated", table, groups=table["therapist"])
    fit = model.fit(reml=True)
    tests = trial_tests.coefficient_tests(trials, "arms", "mixed")
    assert tests.estimate[0] == pytest.approx(fit.params["treated"], rel=1e-4)
    assert tests.error[0] == pytest.approx(fit.bse["treated"], rel=5e-3)


def test_a_balanced_nested_trial_is_a_t_test_of_therapists_means() -> None:
    """The closed form: equal caseloads, no covariate, and an estimated variance above 0."""
    assumptions = Assumptions("bona_fide", 0.4, icc=0.3, before_r=0.0, dropout=(0, 0))
    trials = draw_trials(assumptions, 120, 10, 300, (4,))
    everybody, half = np.ones(trials.outcome.shape), trials.treated - 0.5
    products = batched_mixed_model.products_of(
        trials, [everybody, half, trials.outcome], [everybody]
    )
    tests = batched_mixed_model.mixed_tests(products)
    means = sums_by_therapist(trials.outcome, trials, trials.completed) / 12
    expected = ttest_ind(means[:, :5], means[:, 5:], axis=1)
    above_0 = batched_mixed_model.best_theta(products)[:, 0] > 1e-3
    assert above_0.mean() > 0.9
    np.testing.assert_allclose(tests.freedom[above_0], 8, rtol=1e-3)
    np.testing.assert_allclose(tests.p[above_0], expected.pvalue[above_0], rtol=1e-3)


@pytest.mark.parametrize("slopes", [False, True])
def test_no_other_theta_is_better(slopes: bool) -> None:
    trials = small_trials(200)
    half, everybody = trials.treated - 0.5, np.ones(trials.outcome.shape)
    outcome = np.where(trials.completed, trials.outcome, 0.0)
    effects = [everybody, half][: 1 + slopes]
    products = batched_mixed_model.products_of(
        trials, [everybody, trials.before, half, outcome], effects
    )
    theta = batched_mixed_model.best_theta(products)
    lowest = batched_mixed_model.deviance(products, theta)
    axes = [np.linspace(0, 1.6, 17)] * theta.shape[1]
    for point in np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, theta.shape[1]):
        there = batched_mixed_model.deviance(products, np.tile(point, (200, 1)))
        assert np.all(lowest <= there + 1e-7)


def test_clients_without_therapist_count_as_independent() -> None:
    """Partial nesting: as if each client of the second arm were a therapist's only one."""
    trials = draw_trials(Assumptions("waiting", 0.5, "one_arm", icc=0.2), 60, 5, 40, (9,))
    alone = np.where(trials.therapist == NOBODY, np.arange(60) + 5, trials.therapist)
    half, everybody = trials.treated - 0.5, np.ones(trials.outcome.shape)
    outcome = np.where(trials.completed, trials.outcome, 0.0)
    columns = [everybody, trials.before, half, outcome]
    expected = batched_mixed_model.mixed_tests(
        batched_mixed_model.products_of(
            trials._replace(therapist=alone, therapists=65), columns, [trials.treated]
        )
    )
    tests = trial_tests.coefficient_tests(trials, "arms", "mixed")
    np.testing.assert_allclose(tests.p, expected.p, rtol=1e-4)


def test_a_correlation_is_pearsons() -> None:
    from scipy.stats import pearsonr

    trials = draw_trials(Assumptions("process", 0.3, icc=0.0, process_icc=0.0), 50, 5, 20, (2,))
    p = trial_tests.p_values(trials, "process", "correlation", np.random.default_rng(1))
    for k in range(20):
        known = trials.completed[k]
        expected = pearsonr(trials.predictor[k, known], trials.outcome[k, known]).pvalue
        assert p[k] == pytest.approx(expected, rel=1e-6)


def test_an_interaction_is_that_of_statsmodels() -> None:
    import statsmodels.api as sm

    trials = draw_trials(Assumptions("moderator", 0.4), 60, 6, 3, (2,))
    p = trial_tests.p_values(trials, "moderator", "regression", np.random.default_rng(1))
    completed = trials.completed
    x, z = (standardised(v, completed) for v in (trials.predictor, trials.before))
    for k in range(3):
        rows, half = completed[k], trials.treated[k] - 0.5
        design = np.column_stack([np.ones(60), z[k], half, x[k], half * x[k]])[rows]
        assert p[k] == pytest.approx(sm.OLS(trials.outcome[k][rows], design).fit().pvalues[4])


def test_permutation_agrees_with_the_exact_test() -> None:
    trials = small_trials(60)
    rng = np.random.default_rng(5)
    permuted, exact = trial_tests.permutation_p(trials, rng, 999), trial_tests.f_test_p(trials)
    assert np.abs(permuted - exact).max() < 0.15
    assert np.abs(permuted - exact).mean() < 0.02


def test_trials_without_anything_to_test_are_not_significant() -> None:
    shape = (2, 20)
    nothing, therapist = np.zeros(shape), np.tile(np.arange(20) % 4, (2, 1))
    trials = Trials(nothing, nothing, nothing, nothing, therapist, 4)
    for name in ("t_test", "ancova", "mixed"):
        assert np.all(trial_tests.p_values(trials, "arms", name, np.random.default_rng(1)) > 0.05)
    for name in ("f_test", "lrt", "permutation"):
        p = trial_tests.p_values(trials, "therapists", name, np.random.default_rng(1))
        assert np.all(p > 0.05)

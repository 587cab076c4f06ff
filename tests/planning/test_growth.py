"""Growth over sessions: the closed form of powerlmm, R's lmer, and trials simulated by session."""

import numpy as np
import pytest
from planning.drawn import by_session
from scipy.stats import nct
from scipy.stats import t as student

from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.errors import BadInput
from dyadsim.planning.growth import (
    draw_rates,
    lines_of_scores,
    own_variance_of_rate,
    own_variances,
    shares_that_stay,
    trials_of_lines,
)
from dyadsim.planning.power_design import Assumptions, check_assumptions
from dyadsim.planning.power_formulas import Size, formula_power, standard_error
from dyadsim.planning.power_grid import PowerPlan, drawn_batches, power_of_sizes
from dyadsim.planning.trial_tests import coefficient_tests

BOTH = ("two_level", "three_level")


def test_the_example_of_powerlmm_has_its_power() -> None:
    """Its README: 11 times, 10 x 5 an arm, dropout of 30 and 20 %, d = .8, df = 8.803: 69 %."""
    variance = 0.0
    for lost in (
        [0, 0, 1, 3, 6, 9, 12, 16, 20, 25, 30],
        [0, 0, 1, 2, 4, 5, 8, 10, 13, 17, 20],
    ):
        stays = np.diff([*lost, 100]) / 100  # last score at time 0, 1 ... 10
        # icc_pre_subject .5, var_ratio .02, icc_slope .05: of total change .95 and .05
        variance += (own_variance_of_rate(0.95, 0.5, stays) / 10 + 0.05) / 5
    critical = student.ppf(0.975, 8.803349)
    assert round(float(nct.sf(critical, 8.803349, 0.8 / np.sqrt(variance))), 2) == 0.69


def test_complete_sessions_give_the_closed_form_of_three_levels() -> None:
    """The variance of powerlmm: 2 (s_v^2 + (s_u^2 + s_e^2 / S) / n) / k, k therapists an arm."""
    plan = Assumptions("growth", 0.5, icc=0.1, before_r=0.5, residual=0.3, dropout=(0, 0))
    times = np.arange(13) / 12
    per_client = 0.36 + 0.3 / ((times - times.mean()) ** 2).sum()
    assert standard_error(plan, Size(120, 12)) ** 2 == pytest.approx(
        2 * (0.04 + per_client / 10) / 6
    )


@pytest.mark.parametrize(
    "plan",
    [
        Assumptions("growth", 0.6, icc=0.1, dropout=(0.3, 0.2)),
        Assumptions("growth", 0.5, "one_arm", icc=0.2, dropout=(0.1, 0.4), treated=0.6),
        Assumptions("growth", 0.5, "crossed", icc=0.2, dropout=(0.2, 0.2), sessions=6),
    ],
    ids=lambda plan: plan.layout,
)
def test_simulated_trials_have_the_power_of_the_formula(plan: Assumptions) -> None:
    size = Size(150, 20)
    power = PowerPlan(plan, BOTH, trials=1000)
    table = power_of_sizes(power, [size], drawn_batches(power), kept=KeptSteps())
    main = table[table["analysis"] == "three_level"].iloc[0]
    assert main["estimate"] == pytest.approx(plan.effect, abs=4 * main["estimate_sd"] / 1000**0.5)
    assert main["estimate_sd"] == pytest.approx(standard_error(plan, size), rel=0.1)
    assert main["power"] == pytest.approx(formula_power(plan, size), abs=0.06)
    assert main["type_1_low"] < 0.06
    assert main["completed"] == 1  # who left has a rate until then


def test_ignoring_therapists_finds_too_much() -> None:
    plan = PowerPlan(Assumptions("growth", 0.5, icc=0.3), BOTH, trials=600)
    table = power_of_sizes(plan, [Size(240, 8)], drawn_batches(plan), kept=KeptSteps())
    two, three = table["type_1"]
    assert two > 0.15
    assert three < 0.09


def test_drawn_lines_are_those_of_trials_simulated_session_by_session() -> None:
    plan = Assumptions("growth", 0.4, icc=0.1, dropout=(0.3, 0.3), sessions=8)
    scores, treated, owner = by_session(plan, Size(80, 8), 800, 3)
    simulated = trials_of_lines(lines_of_scores(scores), treated, owner, 8)
    drawn = draw_rates(plan, 80, 8, 800, (4,))
    for name in ("outcome", "weight"):
        simulated_values, drawn_values = getattr(simulated, name), getattr(drawn, name)
        for share in (0.05, 0.25, 0.5, 0.75, 0.95):
            assert np.quantile(simulated_values, share) == pytest.approx(
                np.quantile(drawn_values, share), abs=0.04
            )
    tests = [coefficient_tests(trials, "growth", "three_level") for trials in (simulated, drawn)]
    assert tests[0].error.mean() == pytest.approx(tests[1].error.mean(), rel=0.03)
    assert tests[0].error.mean() == pytest.approx(standard_error(plan, Size(80, 8)), rel=0.06)


def test_lines_are_those_of_polyfit() -> None:
    scores = np.random.default_rng(1).normal(size=(1, 3, 6))
    scores[0, 1, 4:] = np.nan
    scores[0, 2, 1:] = np.nan
    lines = lines_of_scores(scores)
    for client, last in ((0, 6), (1, 4)):
        slope = np.polyfit(np.linspace(0, 1, 6)[:last], scores[0, client, :last], 1, full=True)
        assert lines.rate[0, client] == pytest.approx(slope[0][0])
        assert lines.squares[0, client] == pytest.approx(slope[1][0])
    assert np.isnan(lines.rate[0, 2])
    trials = trials_of_lines(lines, np.array([[1.0, 0, 0]]), np.array([[0, 1, 1]]), 2)
    assert trials.completed.tolist() == [[True, True, False]]


def test_who_leaves_leaves_after_a_session() -> None:
    assert shares_that_stay(12, 0.3).sum() == pytest.approx(1)
    complete, some = own_variances(Assumptions("growth", 0.4, dropout=(0, 0.4)))
    assert some > complete


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Assumptions("growth", 0.4, before_r=0.6, residual=0.5), "task.residual=0.5"),
        (Assumptions("growth", 0.4, sessions=1), "task.sessions"),
        (Assumptions("growth", 0.4, "crossed", effect_sd=0.2), "growth takes no task.effect_sd"),
    ],
)
def test_what_cannot_be_drawn_is_refused(plan: Assumptions, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        check_assumptions(plan)

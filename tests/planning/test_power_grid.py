"""Power against closed forms and other software. False-alarm rate of the file < 1e-3."""

import math
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as f_distribution
from statsmodels.stats.power import TTestIndPower

import dyadsim
from dyadsim.calibration.kept_steps import KeptSteps, steps_key
from dyadsim.errors import BadInput
from dyadsim.planning import planned_power, power_formulas
from dyadsim.planning.drawn_trials import allocate_clients, draw_trials
from dyadsim.planning.planned_power import Question, answer_question
from dyadsim.planning.power_design import (
    DESIGNS,
    Assumptions,
    check_analyses,
    check_assumptions,
    default_analyses,
    published_effect,
)
from dyadsim.planning.power_formulas import Size
from dyadsim.planning.power_grid import (
    PowerPlan,
    check_size,
    drawn_batches,
    power_of_sizes,
    smallest_design,
)
from dyadsim.planning.trial_batch import NOBODY, sums_by_therapist

NO_LOSS = (0.0, 0.0)


def power_of(
    assumptions: Assumptions, size: Size, analyses: tuple[str, ...] = (), trials: int = 3000
) -> pd.DataFrame:
    """Return the rows of one size by analysis."""
    names = check_analyses(assumptions, analyses)
    plan = PowerPlan(check_assumptions(assumptions), names, trials=trials, seed=8)
    rows = power_of_sizes(plan, [size], drawn_batches(plan), kept=KeptSteps())
    return rows.set_index("analysis")


def errors_from(share: float, expected: float, trials: int = 3000) -> float:
    """Return how many Monte-Carlo errors a share lies from its expectation."""
    return abs(share - expected) / math.sqrt(expected * (1 - expected) / trials)


def test_the_t_test_has_the_power_that_statsmodels_says() -> None:
    expected = TTestIndPower().power(0.5, 40, 0.05)
    assert expected == pytest.approx(0.598, abs=0.001)  # R power.t.test(40, .5): .5981469
    rows = power_of(Assumptions("bona_fide", 0.5, icc=0, before_r=0, dropout=NO_LOSS), Size(80, 8))
    assert errors_from(rows["power"]["t_test"], expected) < 4
    assert errors_from(rows["type_1"]["t_test"], 0.05) < 4


@pytest.mark.parametrize(
    ("therapists", "exact", "reml", "ml", "stated"),
    [
        (10, 0.492, 0.449, 0.388, 0.42),
        (20, 0.724, 0.698, 0.657, 0.64),
        (40, 0.925, 0.918, 0.904, 0.90),
    ],
)
def test_the_variance_of_therapists_has_the_power_of_its_closed_forms(
    therapists: int, exact: float, reml: float, ml: float, stated: float
) -> None:
    """20 clients each, ICC 5 %: F / (1 + n icc / (1 - icc)) is F, and likelihood rises with it.

    `stated` are the numbers of the issue that asked for this, within .04 of the test by ML: a
    simulation of some hundred trials.
    """
    plan = Assumptions("therapists", 0.05, before_r=0.0, dropout=NO_LOSS)
    rows = power_of(plan, Size(20 * therapists, therapists), ("f_test", "lrt_ml", "lrt"))
    for name, expected in (("f_test", exact), ("lrt", reml), ("lrt_ml", ml)):
        closed = power_of_variance(therapists, 20, name)
        assert closed == pytest.approx(expected, abs=0.001)
        assert errors_from(rows["power"][name], closed) < 4
    assert errors_from(rows["type_1"]["f_test"], 0.05) < 4
    assert rows["type_1"]["lrt_ml"] < rows["type_1"]["lrt"] < rows["type_1"]["f_test"]
    assert abs(ml - stated) < 0.04


def power_of_variance(therapists: int, clients: int, name: str, icc: float = 0.05) -> float:
    """Return the power of a test of the therapists' variance in closed form, equal caseloads."""
    from scipy.optimize import brentq

    first, total = therapists - 1, therapists * clients
    second = total - therapists

    def restricted(ratio: float) -> float:
        spread = math.log((first * ratio + second) / (total - 1))
        return (total - 1) * spread - first * math.log(ratio)

    def full(ratio: float) -> float:
        spread = math.log((first * ratio + second) / total)
        return total * spread - therapists * math.log(first * ratio / therapists)

    if name == "f_test":
        critical = f_distribution.ppf(0.95, first, second)
    else:
        gain, low = (restricted, 1.0) if name == "lrt" else (full, therapists / first)
        critical = brentq(lambda ratio: gain(ratio) - 2.705543, low + 1e-9, 50)
    return float(f_distribution.sf(critical / (1 + clients * icc / (1 - icc)), first, second))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assumptions", "size", "tolerance"),
    [
        (Assumptions("bona_fide", 0.5, icc=0.2, dropout=NO_LOSS), Size(240, 12), 0.02),
        (Assumptions("bona_fide", 0.4, icc=0.3, spread=0.5), Size(600, 30), 0.05),
        (Assumptions("waiting", 0.5, "one_arm", icc=0.3), Size(240, 12), 0.06),
        (Assumptions("feedback", 0.4, "crossed", icc=0.1), Size(160, 8), 0.03),
        (Assumptions("feedback", 0.5, "crossed", effect_sd=0.6), Size(300, 20), 0.04),
        (Assumptions("process", 0.278), Size(100, 10), 0.03),
        (Assumptions("moderator", 0.4), Size(200, 10), 0.04),
        (Assumptions("therapists", 0.08), Size(240, 12), 0.06),
    ],
)
def test_every_design_has_about_the_power_of_its_formula(
    assumptions: Assumptions, size: Size, tolerance: float
) -> None:
    names = default_analyses(assumptions)[-1:] if assumptions.kind != "therapists" else ("f_test",)
    rows = power_of(assumptions, size, names)
    row = rows.iloc[0]
    assert abs(row["power"] - row["formula"]) < tolerance + 4 * 0.009
    assert errors_from(row["type_1"], 0.05) < 5


def test_ignoring_therapists_finds_too_much_and_by_how_much() -> None:
    """Nested, no covariate: the t value is inflated by the square root of the design effect."""
    plan = Assumptions("bona_fide", 0.3, icc=0.1, before_r=0.0, dropout=NO_LOSS)
    rows = power_of(plan, Size(800, 40))
    effect = rows["design_effect"].iloc[0]
    assert effect == pytest.approx(1 + 19 * 0.1)
    from scipy.stats import norm

    expected = 2 * norm.sf(1.96 / math.sqrt(effect))
    assert errors_from(rows["type_1"]["t_test"], expected) < 5
    assert errors_from(rows["type_1"]["mixed"], 0.05) < 4
    ratio = rows["estimate_sd"]["t_test"] ** 2 / (4 / 800)
    assert ratio == pytest.approx(effect, rel=0.12)


def test_drawn_scores_have_the_variances_and_correlations_that_were_stated() -> None:
    plan = Assumptions("process", 0.3, icc=0.2, process_icc=0.1, before_r=0.5, dropout=(0.3, 0.3))
    trials = draw_trials(plan, 200, 20, 2000, (3,))
    known = trials.completed
    assert known.mean() == pytest.approx(0.7, abs=0.005)
    outcome, predictor = trials.outcome[known], trials.predictor[known]
    assert outcome.var() == pytest.approx(1, abs=0.02)
    assert predictor.var() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(outcome, predictor)[0, 1] == pytest.approx(0.3, abs=0.01)
    assert np.corrcoef(outcome, trials.before[known])[0, 1] == pytest.approx(0.5, abs=0.01)
    sizes = sums_by_therapist(np.ones(known.shape), trials, known)
    means = sums_by_therapist(np.where(known, trials.outcome, 0), trials, known)
    means = means / np.maximum(sizes, 1)
    assert means.var() == pytest.approx(0.2 + 0.8 * (1 / sizes[sizes > 0]).mean(), rel=0.03)


@pytest.mark.parametrize("layout", ["nested", "crossed", "one_arm"])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_therapists_treat_where_the_layout_says(layout: str, spread: float) -> None:
    plan = Assumptions("bona_fide", 0.2, layout, spread=spread, treated=0.4)
    rng = np.random.default_rng(1)
    treated, owner = allocate_clients(plan, 100, 10, trials=50, rng=rng)
    assert np.all(treated.sum(axis=1) == 40)
    for k in range(50):
        first, second = set(owner[k, treated[k] == 1]), set(owner[k, treated[k] == 0])
        assert len((first | second) - {NOBODY}) == 10
        if layout == "nested":
            assert not first & second
        elif layout == "one_arm":
            assert second == {NOBODY}
        elif spread == 0:
            assert first == second
        loads = np.bincount(owner[k][owner[k] != NOBODY])
        assert loads.min() >= 1
        assert spread > 0 or loads.max() - loads.min() <= 3


def test_the_smallest_design_is_searched_between_the_sizes_that_were_tried() -> None:
    plan = Assumptions("bona_fide", 0.8, icc=0.0, before_r=0.0, dropout=NO_LOSS)
    question = Question(
        PowerPlan(plan, ("t_test",), trials=2000), (Size(30, 4), Size(90, 4)), refined=True
    )
    answer = answer_question(question)
    assert answer.smallest is not None
    assert 46 <= answer.smallest["clients"] <= 56  # R power.t.test: 25.5 a group
    assert len(answer.table) > 2
    rows = answer.table.sort_values("clients")
    assert list(rows["clients"]) == sorted(set(rows["clients"]))
    assert smallest_design(rows, 0.9999) is None


def test_a_grid_that_was_stopped_goes_on(tmp_path: Path) -> None:
    plan = PowerPlan(Assumptions("waiting", 0.7, "one_arm"), ("ancova", "mixed"), trials=60)
    sizes = [Size(40, 4), Size(60, 4)]
    everything = power_of_sizes(plan, sizes, drawn_batches(plan), kept=KeptSteps())
    work: list[bool] = []
    kept = KeptSteps(tmp_path / "kept", lambda _, fresh: work.append(fresh))
    power_of_sizes(plan, sizes[:1], drawn_batches(plan), kept=kept)
    again = power_of_sizes(plan, sizes, drawn_batches(plan), kept=kept)
    assert work == [True, False, True]
    pd.testing.assert_frame_equal(again, everything)
    other = planned_power.steps_of(Question(plan._replace(trials=61), tuple(sizes)))
    assert other != planned_power.steps_of(Question(plan, tuple(sizes)))


def test_a_thousand_trials_of_two_hundred_clients_are_quick() -> None:
    """Promised: under 10 s on two cores; it takes some .4 s of processor time."""
    plan = PowerPlan(Assumptions("bona_fide", 0.4), ("t_test", "ancova", "mixed"))
    began = time.process_time()
    power_of_sizes(plan, [Size(200, 20)], drawn_batches(plan), kept=KeptSteps())
    assert time.process_time() - began < 10


def test_published_effects_are_those_of_the_facts() -> None:
    assert {name: published_effect(name).value for name in DESIGNS if DESIGNS[name].fact} == {
        "bona_fide": 0.2,
        "waiting": 0.7,
        "supportive": 0.27,
        "usual_care": 0.31,
        "feedback": 0.15,
        "preference": 0.28,
        "process": 0.278,
        "therapists": 0.05,
        "growth": 0.31,
    }
    assert published_effect("moderator") is None


def test_the_formula_has_no_gap_where_effects_are_far_from_0() -> None:
    """SciPy's noncentral t is not a number for some shifts above 20."""
    plan = Assumptions("bona_fide", 0.5, icc=0.0, before_r=0.0, dropout=NO_LOSS)
    powers = [power_formulas.formula_power(plan, Size(n, 4)) for n in range(200, 40_000, 331)]
    assert np.all(np.diff(powers) >= -1e-9)
    assert power_formulas.clients_needed(plan, 4, 0.8) == 128  # R power.t.test: 63.77 a group


def test_with_few_therapists_clients_alone_do_not_help() -> None:
    plan = Assumptions("bona_fide", 0.2, icc=0.05)
    assert power_formulas.most_power(plan, 12) < 0.35
    assert power_formulas.clients_needed(plan, 12, 0.8) == power_formulas.MANY
    few = power_of(plan, Size(6000, 12), ("mixed",), trials=400)["power"]["mixed"]
    assert few < power_formulas.most_power(plan, 12) + 0.1
    limits = planned_power.limits_of(
        Question(PowerPlan(plan, ("mixed",)), (Size(600, 12), Size(600, 200)))
    )
    assert list(limits) == [12]


@pytest.mark.parametrize(
    ("assumptions", "sentence"),
    [
        (Assumptions("bona_fid", 0.2), "Did you mean bona_fide"),
        (Assumptions("bona_fide", 0.2, "nestd"), "Did you mean nested"),
        (Assumptions("bona_fide", 0.2, icc=0.8, before_r=0.7), "leave no variance"),
        (Assumptions("bona_fide", 0.2, effect_sd=0.3), "task.layout=crossed"),
        (Assumptions("process", 1.2), "task.effect"),
    ],
)
def test_impossible_assumptions_are_refused(assumptions: Assumptions, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        check_assumptions(assumptions)


def test_impossible_sizes_and_analyses_are_refused() -> None:
    plan = Assumptions("waiting", 0.7, "one_arm")
    with pytest.raises(BadInput, match="need 32 clients"):
        check_size(plan, Size(30, 8))
    with pytest.raises(BadInput, match="each arm needs 2"):
        check_size(Assumptions("bona_fide", 0.2), Size(30, 3))
    with pytest.raises(BadInput, match="from 12 to 100000"):
        check_size(plan, Size(8, 2))
    with pytest.raises(BadInput, match="Did you mean mixed"):
        check_analyses(plan, ["mixd"])
    with pytest.raises(BadInput, match="treat in both arms"):
        check_analyses(plan, ["mixed_slopes"])


def test_a_kept_size_is_of_one_world_alone() -> None:
    """Parameters show themselves in one line: values that differ must still be told apart."""
    world = dyadsim.world("hybrid")
    other = world._replace(distress=world.distress._replace(rate=world.distress.rate / 2))
    assert repr(world) == repr(other)
    assert steps_key([[world]]) != steps_key([[other]])
    assert steps_key([{"world": world}]) != steps_key([{"world": other}])


@pytest.mark.parametrize(
    ("clients", "therapists", "spread", "layout"),
    [(120, 8, 2.0, "nested"), (300, 16, 1.0, "crossed"), (200, 10, 0.5, "one_arm")],
)
def test_unequal_caseloads_are_those_that_are_drawn(
    clients: int, therapists: int, spread: float, layout: str
) -> None:
    """n (1 + CV^2) of very many therapists says 102 clients where an arm has 60."""
    plan = Assumptions("bona_fide", 0.2, layout, dropout=(0, 0), spread=spread)
    rng = np.random.default_rng(1)
    _, owners = allocate_clients(plan, clients, therapists, trials=400, rng=rng)
    loads = [np.bincount(owner[owner >= 0].astype(int)) for owner in owners]
    of_mean_client = np.mean([(load**2).sum() / load.sum() for load in loads])
    stated = power_formulas.caseload(plan, Size(clients, therapists))
    assert stated == pytest.approx(of_mean_client, rel=0.05)

"""Attributions against worlds solved by hand and against SALib; false alarms < 1e-4 a test."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from SALib.analyze import sobol
from SALib.sample import sobol as sobol_sample

from dyadsim.analysis.shapley import pair_interactions, shapley_shares, shares_alone, shares_last
from dyadsim.attribution import estimated_shares, true_shares
from dyadsim.attribution.true_shares import Care, Replication, closed_variances
from dyadsim.errors import BadInput
from dyadsim.evidence.observed_study import observe_study
from dyadsim.kernel import intake
from dyadsim.model import worlds
from dyadsim.numerics import random_streams
from dyadsim.numerics.random_streams import Group, Stream
from dyadsim.simulation import simulate

Floats = np.ndarray
N = 200_000
OF_CLIENT = (
    "attachment",
    "weight",
    "readiness",
    "initial_distress",
    "expectancy",
    "dyad_fit",
    "arm",
    "therapist",
    "rater_style",
    "aptitude",
)
OF_THERAPIST = ("empathy", "competence", "presence", "caseload")


def _outcomes(
    law: Callable[..., Floats], draw: Callable[[int, int], Floats], groups: int
) -> Floats:
    """All pick-freeze outcomes of a law; draw(group, again) gives a group's input."""
    inputs = [[draw(group, again) for again in (0, 1)] for group in range(groups)]
    return np.stack(
        [law(*(inputs[g][mask >> g & 1] for g in range(groups))) for mask in range(1 << groups)]
    )


def _normal(group: int, again: int) -> Floats:
    return np.random.default_rng((7, group, again)).normal(size=N)


def test_shapley_is_the_mean_over_all_orders() -> None:
    worth = np.random.default_rng(1).normal(size=16)
    by_hand = np.zeros(4)
    for order in permutations(range(4)):
        present = 0
        for cause in order:
            by_hand[cause] += (worth[present | 1 << cause] - worth[present]) / 24
            present |= 1 << cause
    assert shapley_shares(worth) == pytest.approx(by_hand)
    assert shapley_shares(worth).sum() == pytest.approx(worth[-1] - worth[0])


def test_worths_of_two_causes_by_hand() -> None:
    worth = np.array([0.0, 1, 2, 7])  # alone 1 and 2, together 7: 4 belong to both
    assert shapley_shares(worth).tolist() == [3, 4]
    assert shares_alone(worth).tolist() == [1, 2]
    assert shares_last(worth).tolist() == [5, 6]
    assert pair_interactions(worth).tolist() == [[0, 4], [4, 0]]


def test_worths_must_be_of_all_subsets() -> None:
    with pytest.raises(ValueError, match="2\\^k subsets"):
        shapley_shares(np.zeros(6))


def test_a_linear_world_solved_by_hand() -> None:
    variances = closed_variances(_outcomes(lambda a, b, c: a + 2 * b + 3 * c, _normal, 3))
    assert shapley_shares(variances) == pytest.approx([1, 4, 9], abs=0.2)
    assert shares_alone(variances) == pytest.approx([1, 4, 9], abs=0.25)
    assert shares_last(variances) == pytest.approx([1, 4, 9], abs=0.25)
    assert shapley_shares(variances).sum() == pytest.approx(variances[-1] - variances[0])


def test_a_small_group_beside_a_large_one_has_a_small_error() -> None:
    """What the group does not touch cancels: at 20,000 clients .0001 of the variance is seen."""
    variances = closed_variances(_outcomes(lambda a, b: 10 * a + 0.1 * b, _normal, 2))
    assert shapley_shares(variances)[1] == pytest.approx(0.01, rel=0.05)


def test_a_product_world_is_pure_interaction() -> None:
    variances = closed_variances(_outcomes(lambda a, b: a * b, _normal, 2))
    assert shapley_shares(variances) == pytest.approx([0.5, 0.5], abs=0.04)
    assert shares_alone(variances) == pytest.approx([0, 0], abs=0.04)
    assert shares_last(variances) == pytest.approx([1, 1], abs=0.04)


def test_nested_therapists_with_a_planted_intraclass_correlation() -> None:
    therapist = np.arange(N) // 20

    def draw(group: int, again: int) -> Floats:
        own = _normal(group, again)
        return own[therapist] if group == 0 else own  # one draw for all clients of a therapist

    variances = closed_variances(_outcomes(lambda t, c: 0.5 * t + np.sqrt(0.75) * c, draw, 2))
    assert shapley_shares(variances) / variances[-1] == pytest.approx([0.25, 0.75], abs=0.03)


def test_it_agrees_with_salib() -> None:
    def ishigami(a: Floats, b: Floats, c: Floats) -> Floats:
        return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)

    def draw(group: int, again: int) -> Floats:
        return np.random.default_rng((3, group, again)).uniform(-np.pi, np.pi, N)

    variances = closed_variances(_outcomes(ishigami, draw, 3))
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-np.pi, np.pi]] * 3}
    points = sobol_sample.sample(problem, 2**13, calc_second_order=False, seed=1)
    theirs = sobol.analyze(problem, ishigami(*points.T), calc_second_order=False, seed=1)
    assert shares_alone(variances) / variances[-1] == pytest.approx(theirs["S1"], abs=0.02)
    assert shares_last(variances) / variances[-1] == pytest.approx(theirs["ST"], abs=0.02)


def _intake(groups: int) -> simulate.Run:
    study = true_shares.attribution_study(Care(treatments=("cbt", "supportive")))
    replicate = random_streams.redrawn(3, groups)
    return simulate.start(
        study, worlds.world_parameters("hybrid"), 400, seed=1, replicate=replicate
    )


@pytest.mark.parametrize(
    ("group", "moved"),
    [
        (Group.CLIENT, {"attachment", "weight", "readiness", "initial_distress", "expectancy"}),
        (Group.EXPECTANCY, {"expectancy"}),
        (Group.RELATIONSHIP, {"dyad_fit"}),
        (Group.TECHNIQUE, {"arm"}),
        (Group.THERAPIST, {"empathy", "competence", "presence"}),
        (Group.CHANCE, set()),
    ],
)
def test_drawing_one_group_again_keeps_the_others(group: Group, moved: set[str]) -> None:
    first, second = _intake(0), _intake(1 << group)
    if group == Group.CLIENT:
        moved = moved | {"rater_style", "aptitude"}
    differing = _differing(OF_CLIENT, first.clients, second.clients)
    differing |= _differing(OF_THERAPIST, first.therapists, second.therapists)
    assert differing == moved


def _differing(names: tuple[str, ...], first: object, second: object) -> set[str]:
    return {name for name in names if (getattr(first, name) != getattr(second, name)).any()}


def test_every_stream_has_the_group_that_it_is_said_to_have() -> None:
    expectancy = Stream.CLIENT_TRAIT + 1 + intake.TRAITS.index("expectancy")
    assert random_streams._GROUP_OF[expectancy] == Group.EXPECTANCY
    assert random_streams._GROUP_OF[Stream.LIFE_EVENT] == Group.CLIENT
    assert random_streams._GROUP_OF[Stream.DISTRESS] == Group.CHANCE
    assert random_streams.redrawn(5, 0) == 5


def test_one_treatment_for_all_explains_nothing() -> None:
    care = Care(treatments=("cbt",), sessions=6)
    table = true_shares.variance_shares(
        care, worlds.world_parameters("medical"), replication=Replication(500, 2)
    )
    total = table[(table["attribution"] == "variance total") & (table["group"] == "technique")]
    assert total["share"].tolist() == [0, 0]
    sums = table[table["attribution"] == "variance"].groupby("denominator")["share"].sum()
    assert sums.to_numpy() == pytest.approx([100, 100])


def test_doses_that_differ_make_technique_explain_variance() -> None:
    world = worlds.world_parameters("medical")
    alike, apart = (
        true_shares.variance_shares(
            Care(("cbt",), dose_spread=spread), world, replication=Replication(2000, 2)
        )
        for spread in (0.0, 1.0)
    )
    chosen = (alike["attribution"] == "variance") & (alike["group"] == "technique")
    assert alike[chosen]["share"].abs().max() < 1.5
    assert apart[chosen]["share"].min() > 5


def test_shares_do_not_depend_on_threads() -> None:
    world, care = worlds.world_parameters("hybrid"), Care(sessions=3)
    first, second = (
        true_shares.variance_shares(care, world, replication=Replication(300, 2, 1, threads))
        for threads in (1, 2)
    )
    assert first.equals(second)


def test_full_gating_makes_losses_add_to_more_than_everything() -> None:
    values = {"process_change.gating": 1.0, "distress.specificity": 1.0}
    world = worlds.world_parameters("hybrid", values)
    worths = np.stack(
        [true_shares.effect_worths(Care(), world, clients=600, replicate=k) for k in range(2)]
    )
    table = true_shares.effect_shares(worths).set_index(["attribution", "group"])["share"]
    assert table["effect lost", "sum"] > 120
    assert table["effect"].sum() == pytest.approx(100)
    assert table["effect pairs", "technique and relationship"] > 10  # trust opens the technique
    assert table["effect pairs", "technique and action"] == pytest.approx(0, abs=1)
    assert table["effect", "action"] == pytest.approx(0, abs=0.5)  # specific at every turn


def test_nothing_to_share_where_therapy_has_no_effect() -> None:
    worth = true_shares.effect_worths(
        Care(), worlds.world_parameters("null"), clients=300, replicate=0
    )
    assert np.abs(worth).max() == 0
    assert true_shares.effect_shares(np.stack([worth, worth]))["share"].isna().all()


def test_all_five_are_there_with_their_denominators() -> None:
    table = estimated_shares.decompose_outcome(
        worlds.world_parameters("hybrid"), replication=Replication(1500, 2)
    )
    assert list(table.columns) == ["attribution", "group", "share", "se", "denominator"]
    assert set(table["attribution"]) == {
        "variance",
        "variance alone",
        "variance total",
        "effect",
        "effect lost",
        "effect pairs",
        "estimators",
        "gain",
        "claimed pie",
    }
    assert table["denominator"].str.len().min() > 10
    by_name = table.set_index(["attribution", "group"])["share"]
    assert by_name["gain"].sum() == pytest.approx(100)
    assert by_name["estimators", "sum of squared correlations"] == pytest.approx(
        sum(by_name["estimators", name] for name in estimated_shares.SCORES)
    )
    assert by_name["claimed pie"].sum() == 100


def test_estimates_by_hand() -> None:
    study = true_shares.attribution_study(Care(("cbt", "supportive")))
    run = simulate.run(study, worlds.world_parameters("medical"), 1500, seed=1)
    observed = observe_study(run)
    shares = estimated_shares.estimate_shares(observed)
    gain = observed.gain.reindex(observed.outcome.index)
    is_cbt = (observed.outcome["arm"] == "cbt").astype(float)
    assert shares["arm"] == pytest.approx(100 * is_cbt[gain.notna()].corr(gain.dropna()) ** 2)
    assert shares["model with therapists"] >= shares["model without therapists"] > 0


def test_an_unknown_treatment_is_refused() -> None:
    with pytest.raises(BadInput, match="no therapy 'cbtt'"):
        true_shares.attribution_study(Care(("cbtt",)))

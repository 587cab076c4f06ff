"""How much could it be? The highest share of variance that technique has where no fact forbids it.

Worlds are laid out around the members of the ensemble: each member as it is, and points of a Sobol
sequence over the dials, a quarter, half, three quarters or all of the way from the member's own
values. Treatment gain is solved again at every point, so that treatment does as much for the
member's clients as it did (`simulation.specificity`); then severity moves, which changes who comes.

The rule: a world is in the region if it violates no published fact that its member does not
violate itself. (No calibrated world violates none.) What is undecided forbids nothing.

The highest of many noisy shares is too high, and a world that lies in the region by chance is
easily among the highest. So there are three runs, each with random numbers of its own: `SCREEN`
finds the candidates; `CONFIRM`, larger, drops those that violate a further fact and chooses the
highest; `REPORT`, larger again, says what share that one has. Its number was chosen by nobody.
Layout, rule and sizes are assumptions of this project.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from dyadsim.attribution.kept_points import PointJob, facts_of_point, shares_of_point
from dyadsim.attribution.true_shares import ADJUSTED, EFFECT, GROUPS, VARIANCE, Care, Replication
from dyadsim.errors import BadInput
from dyadsim.evidence.benchmark import FactResult
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.verdict import VERDICTS, VIOLATED, count_verdicts
from dyadsim.model.parameters import Parameters, catalogue, changed, flat
from dyadsim.model.worlds import find_world, member_parameters
from dyadsim.simulation.specificity import GAIN
from dyadsim.sweeps.kept_grid import KeptGrid, Point, plan_grid
from dyadsim.sweeps.sampling import Axis, Sampling, sample_points

DIALS: Mapping[str, str] = {
    "specificity": "distress.specificity",
    "gating": "process_change.gating",
    "therapist_spread": "population.therapist_spread",
    "severity_spread": "population.distress_sd",
}
PULLS = (0.25, 0.5, 0.75, 1.0)
"""How far points go from a member's own values, in turn."""
DOSE = "dose_spread"
TECHNIQUE, SE = "technique", "technique_se"
CANDIDATES = 5  # of each spread of doses


class Stage(NamedTuple):
    """One of the three runs: its clients and repeats as multiples of the first, and its seed."""

    clients: int
    repeats: int
    seed: int
    facts: bool = True


SCREEN, CONFIRM, REPORT = Stage(1, 1, 0), Stage(4, 1, 1), Stage(8, 2, 2, facts=False)


class Plan(NamedTuple):
    """What is searched.

    Attributes
    ----------
    world, members, values
        A world's name, the numbers of its members, and what is set in all of them.
    ranges
        Lowest and highest value of each dial that moves.
    points
        Worlds beside the members; a power of 2.
    doses
        Spreads of doses (0-1), each with all worlds.
    care
        Whose outcome is attributed.
    replication
        Of the first run.
    facts, clients_of_facts, repeats_of_facts
        The facts that judge, and how they are simulated in the first run.
    """

    world: str
    members: tuple[int, ...]
    values: Mapping[str, float]
    ranges: Mapping[str, tuple[float, float]]
    points: int
    doses: tuple[float, ...]
    care: Care
    replication: Replication
    facts: tuple[Fact, ...]
    clients_of_facts: int
    repeats_of_facts: int


class Place(NamedTuple):
    """A world of the search: its member, whether it is the member itself, its parameters."""

    member: int
    is_own: bool
    parameters: Parameters
    own: Parameters


def free_dials(world: str, values: Mapping[str, float]) -> dict[str, str]:
    """Return the dials that a world leaves free and the command line does not set.

    Raises
    ------
    BadInput
        The world has no treatment path, so technique does nothing in it.
    """
    fixed = find_world(world).fixed
    if fixed.get(GAIN) == 0:
        raise BadInput(
            f"region: technique does nothing in the world '{world}', where {GAIN} is fixed at 0: "
            "its share is 0."
        )
    return {
        name: parameter
        for name, parameter in DIALS.items()
        if parameter not in fixed and parameter not in values
    }


def places_of(plan: Plan) -> list[Place]:
    """Return all worlds of a search: the members, then the points around them in turn."""
    own = {member: member_parameters(plan.world, member, plan.values) for member in plan.members}
    places = [Place(member, True, own[member], own[member]) for member in plan.members]
    axes = [Axis(DIALS[name], (), *ends) for name, ends in plan.ranges.items()]
    if not axes:
        return places
    for number, point in enumerate(sample_points(axes, Sampling("sobol", plan.points))):
        member = plan.members[number % len(plan.members)]
        pull = PULLS[number // len(plan.members) % len(PULLS)]
        start = flat(own[member])
        moved = {
            axis.name: start[axis.name] + pull * (float(value) - start[axis.name])
            for axis, value in zip(axes, point, strict=True)
        }
        places.append(Place(member, False, _rounded(own[member], moved), own[member]))
    return places


def _rounded(own: Parameters, moved: Mapping[str, float]) -> Parameters:
    """Return a world with dials as they are printed: to four digits, within their range."""
    values = {}
    for name, value in moved.items():
        about = catalogue()[name].about
        values[name] = min(max(float(f"{value:.4g}"), about.low), about.high)
    return changed(own, values)


def grid_of(plan: Plan, pairs: Sequence[tuple[Place, float]], stage: Stage) -> KeptGrid:
    """Return worlds and spreads of doses as a grid to be computed.

    Parameters
    ----------
    plan
        The search.
    pairs
        World and spread of doses of each point.
    stage
        Which of the three runs.
    """
    first = plan.replication
    replication = Replication(
        stage.clients * first.clients, stage.repeats * first.replicates, first.seed + stage.seed
    )
    jobs = [
        PointJob(
            place.parameters,
            (plan.care._replace(dose_spread=dose),),
            replication,
            plan.facts if stage.facts else (),
            stage.clients * plan.clients_of_facts,
            stage.repeats * plan.repeats_of_facts,
            own=place.own,
        )
        for place, dose in pairs
    ]
    return plan_grid(jobs, [f"member {place.member}" for place, _ in pairs])


def further_violations(facts: Sequence[FactResult], own: Sequence[FactResult]) -> list[str]:
    """Return the facts that a world violates and its calibrated member does not.

    Parameters
    ----------
    facts, own
        The facts of the world, and of the member.
    """
    known = {result.fact.id for result in own if result.verdict == VIOLATED}
    return [
        result.fact.id
        for result in facts
        if result.verdict == VIOLATED and result.fact.id not in known
    ]


def table_of(pairs: Sequence[tuple[Place, float]], points: Sequence[Point]) -> pd.DataFrame:
    """Return what came out, a row a point.

    Parameters
    ----------
    pairs
        World and spread of doses of each point; every member's own world among them where facts
        were judged.
    points
        What was computed.

    Returns
    -------
    DataFrame
        place (number of the world), member, is_own, the dials, dose_spread, treatment_gain; of the
        variance, severity taken out, technique and technique_se (%), the other groups, and
        technique's raw_share; effect and effect_se (technique's share of the mean effect); met,
        violated, undecided (numbers of facts), further (names), inside. A world that cannot have
        the mean effect, or failed, has no shares and is not inside.
    """
    facts = [facts_of_point(point.job, point.numbers) for point in points]
    own = {
        place.member: judged
        for (place, _), judged in zip(pairs, facts, strict=True)
        if place.is_own
    }
    numbers: dict[Place, int] = {}
    rows = []
    for (place, dose), point, judged in zip(pairs, points, facts, strict=True):
        further = further_violations(judged, own[place.member]) if judged else []
        possible = point.numbers[GAIN] == point.numbers[GAIN] and not point.error
        rows.append(
            {
                "place": numbers.setdefault(place, len(numbers)),
                "member": place.member,
                "is_own": place.is_own,
                **{name: flat(place.parameters)[full] for name, full in DIALS.items()},
                DOSE: dose,
                "treatment_gain": point.numbers[GAIN],
                **_shares(point),
                **count_verdicts(result.verdict for result in judged),
                "further": ", ".join(further),
                "inside": possible and not further,
            }
        )
    return pd.DataFrame(rows)


def _shares(point: Point) -> dict[str, float]:
    """Return the shares of one point by column."""
    table = shares_of_point(point.job, point.numbers)
    names = zip(table["attribution"], table["denominator"], table["group"], strict=True)
    numbers = table[["share", "se"]].to_numpy(float).tolist()
    rows = dict(zip(names, numbers, strict=True))
    groups = {group: rows["variance", ADJUSTED, group] for group in GROUPS}
    effect = rows["effect", EFFECT, TECHNIQUE]
    return {
        TECHNIQUE: groups[TECHNIQUE][0],
        SE: groups[TECHNIQUE][1],
        **{name: share for name, (share, _) in groups.items() if name != TECHNIQUE},
        "raw_share": rows["variance", VARIANCE, TECHNIQUE][0],
        "effect": effect[0],
        "effect_se": effect[1],
    }


def candidates(table: pd.DataFrame, count: int = CANDIDATES) -> list[int]:
    """Return the worlds (`place`) that may hold the highest share at some spread of doses.

    Parameters
    ----------
    table
        Of the first run (`table_of`).
    count
        Worlds at each spread of doses: those of the region with the highest shares.
    """
    inside = table[table["inside"]]
    best = inside.sort_values(TECHNIQUE, ascending=False, kind="stable").groupby(DOSE).head(count)
    return sorted({int(place) for place in best["place"]})


def chosen_worlds(confirmed: pd.DataFrame) -> pd.DataFrame:
    """Return the highest share of each spread of doses among the worlds that stay in the region.

    Parameters
    ----------
    confirmed
        Of the second run (`table_of`).
    """
    inside = confirmed[confirmed["inside"]]
    order = inside.sort_values(TECHNIQUE, ascending=False, kind="stable")
    return order.groupby(DOSE).head(1).sort_values(DOSE).reset_index(drop=True)


class SearchTables(NamedTuple):
    """The tables of a search.

    Attributes
    ----------
    table
        All points of the first run (`table_of`).
    confirmed
        The candidates and the members in the second run.
    best
        A row a spread of doses: the columns of the second run for the chosen world, with
        technique, technique_se, raw_share and all other shares of the third; screened and
        confirmed (its share in the runs before).
    """

    table: pd.DataFrame
    confirmed: pd.DataFrame
    best: pd.DataFrame


def reported(chosen: pd.DataFrame, table: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    """Return the chosen worlds with the shares that the third run gives them.

    Parameters
    ----------
    chosen
        See `chosen_worlds`; its `place` is that of `table`.
    table
        Of the first run.
    last
        Of the third run, a row a chosen world.
    """
    fresh = [TECHNIQUE, SE, *(name for name in GROUPS if name != TECHNIQUE), "raw_share"]
    fresh += ["effect", "effect_se"]
    screened = table.set_index(["place", DOSE])[TECHNIQUE]
    best = chosen.assign(
        screened=[screened[key] for key in zip(chosen["place"], chosen[DOSE], strict=True)],
        confirmed=chosen[TECHNIQUE],
    )
    best[fresh] = last[fresh].to_numpy()
    return best


def blocking_facts(table: pd.DataFrame) -> pd.Series:
    """Return how many worlds outside the region violate each further fact, the most first."""
    worlds = table.drop_duplicates("place")
    names = worlds["further"].str.split(", ").explode()
    return names[names != ""].value_counts()


def region_summary(table: pd.DataFrame) -> dict[str, Any]:
    """Return how large the region is, and what its members violate themselves.

    Returns
    -------
    dict
        worlds, inside, impossible (no treatment gain keeps the mean effect), facts, and fewest and
        most facts that a member violates.
    """
    worlds = table.drop_duplicates("place")
    own = worlds[worlds["is_own"]][VIOLATED]
    return {
        "worlds": len(worlds),
        "inside": int(worlds["inside"].sum()),
        "impossible": int(worlds["treatment_gain"].isna().sum()),
        "facts": int(worlds[list(VERDICTS)].iloc[0].sum()),
        "own_violated": [int(own.min()), int(own.max())],
    }

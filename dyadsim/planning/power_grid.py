"""Power over clients and therapists: trials in batches, every analysis, with and without an effect.

Power is the share of trials with a p-value below the level, and type-1 error the same share in
trials without an effect; both have Wilson's interval. Each size has random numbers of its own, so
a grid can be extended, stopped and resumed: what is done keeps its numbers.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.estimate import from_count
from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.errors import BadInput
from dyadsim.planning.drawn_trials import draw_trials, therapists_of_arms
from dyadsim.planning.growth import draw_rates
from dyadsim.planning.power_design import GROWTH, THERAPISTS, Assumptions
from dyadsim.planning.power_formulas import (
    Size,
    caseload,
    design_effect,
    formula_power,
)
from dyadsim.planning.trial_batch import Trials
from dyadsim.planning.trial_tests import coefficient_tests, p_values

BATCH = 300_000  # clients that are in memory together
FEWEST_CLIENTS, MOST_CLIENTS, MOST_THERAPISTS = 12, 100_000, 5_000

type Batches = Callable[[Size, int, bool], Iterator[Trials]]
"""From a size, the number of trials and whether there is an effect to batches of trials."""


class PowerPlan(NamedTuple):
    """What is to be found out.

    Attributes
    ----------
    assumptions
        About the study.
    analyses
        Of `power_design.ANALYSES`; the last one is the main one.
    level
        Of every test.
    trials
        Of each size, with and without an effect.
    seed
        Random seed.
    members
        Worlds that make the trials, in blocks of equal size; 0 = the effect is stated.
    """

    assumptions: Assumptions
    analyses: tuple[str, ...]
    level: float = 0.05
    trials: int = 1000
    seed: int = 1
    members: int = 0

    @property
    def main(self) -> str:
        """The analysis that decides."""
        return self.analyses[-1]


def check_size(assumptions: Assumptions, size: Size) -> Size:
    """Return a size that can be drawn.

    Parameters
    ----------
    assumptions
        About the study.
    size
        Clients and therapists.

    Raises
    ------
    BadInput
        Too few or too many of either, for this layout.
    """
    clients, therapists = size
    if not FEWEST_CLIENTS <= clients <= MOST_CLIENTS:
        raise BadInput(
            f"power: a study has from {FEWEST_CLIENTS} to {MOST_CLIENTS} clients, not {clients}."
        )
    if therapists > MOST_THERAPISTS:
        raise BadInput(f"power: a study has up to {MOST_THERAPISTS} therapists, not {therapists}.")
    own = therapists_of_arms(assumptions, therapists)
    nested = assumptions.two_arms and assumptions.layout == "nested"
    if min(own[: 1 + nested]) < 2:
        raise BadInput(
            f"power: {therapists} therapists are too few: "
            + ("each arm needs 2 or more of its own." if nested else "there must be 2 or more.")
        )
    fewest = fewest_clients(assumptions, therapists)
    if clients < fewest:
        raise BadInput(
            f"power: {therapists} therapists need {fewest} clients or more, 2 for each, not "
            f"{clients}."
        )
    return size


def fewest_clients(assumptions: Assumptions, therapists: int) -> int:
    """Return the fewest clients that a study with so many therapists can have: 2 for each.

    Parameters
    ----------
    assumptions
        About the study.
    therapists
        In all arms.

    Examples
    --------
    >>> fewest_clients(Assumptions("waiting", 0.7, "one_arm"), 8)
    32
    """
    needs = [2 * count for count in therapists_of_arms(assumptions, therapists)]
    if not assumptions.two_arms or assumptions.layout == "crossed":
        return max(FEWEST_CLIENTS, needs[0])
    shares = (assumptions.treated, 1 - assumptions.treated)
    counts = [math.ceil(need / share) for need, share in zip(needs, shares, strict=True)]
    return max(FEWEST_CLIENTS, *counts)


def drawn_batches(plan: PowerPlan) -> Batches:
    """Return what draws trials from the stated effect.

    Parameters
    ----------
    plan
        What is to be found out.
    """

    def batches(size: Size, trials: int, effect: bool) -> Iterator[Trials]:
        assumptions = plan.assumptions if effect else plan.assumptions.without_effect
        draw = draw_rates if assumptions.kind == GROWTH else draw_trials
        for number, count in enumerate(batch_sizes(trials, size.clients)):
            address = (plan.seed, *size, number, int(effect))
            yield draw(assumptions, *size, count, address)

    return batches


def batch_sizes(trials: int, clients: int) -> list[int]:
    """Return how many trials each batch has.

    Examples
    --------
    >>> batch_sizes(1000, 1000)
    [300, 300, 300, 100]
    """
    most = max(1, BATCH // clients)
    return [min(most, trials - first) for first in range(0, trials, most)]


def power_of_sizes(
    plan: PowerPlan,
    sizes: Sequence[Size],
    batches: Batches,
    *,
    kept: KeptSteps,
) -> pd.DataFrame:
    """Return the power of every analysis at every size.

    Parameters
    ----------
    plan
        What is to be found out.
    sizes
        Clients and therapists.
    batches
        Draws trials: `drawn_batches`, or those of a world.
    kept
        Where finished sizes are kept.

    Returns
    -------
    DataFrame
        A row a size and analysis: clients, therapists, caseload (clients with an outcome per
        therapist, as the mean client sees it), analysis, trials, power, power_low, power_high,
        type_1, type_1_low, type_1_high (95 %), estimate, estimate_sd (over trials; missing for the
        variance of therapists), completed (share), design_effect (in a world: variance of the
        estimates over what an analysis without therapists takes it to be), formula (of the main
        analysis, where the effect is stated), member_lowest, member_highest (of an ensemble).
    """
    parts = []
    for size in sizes:
        check_size(plan.assumptions, size)
        name = f"{size.clients}_clients_{size.therapists}_therapists"
        work = size.clients * plan.trials
        tested = kept.step(name, work, partial(analyse_trials, plan, size, batches))
        parts += _rows(plan, size, tested)
    return pd.DataFrame(parts)


def analyse_trials(plan: PowerPlan, size: Size, batches: Batches) -> dict[str, Floats]:
    """Return what each analysis says of every trial of one size.

    Parameters
    ----------
    plan
        What is to be found out.
    size
        Clients and therapists.
    batches
        Draws trials.

    Returns
    -------
    dict
        p, p_null (without an effect), estimate, error: each `(analysis, trial)`; completed.
    """
    count = len(plan.analyses)
    parts: dict[str, list[list[Floats]]] = {
        name: [[] for _ in range(count)] for name in ("p", "p_null", "estimate", "error")
    }
    completed = 0.0
    for effect in (True, False):
        rng = np.random.default_rng([plan.seed, *size, 7])
        for trials in batches(size, plan.trials, effect):
            completed += float(trials.completed.mean(axis=1).sum()) * effect
            for place, name in enumerate(plan.analyses):
                tests = _tested(trials, plan.assumptions.kind, name, rng)
                parts["p" if effect else "p_null"][place].append(tests[0])
                if effect:
                    parts["estimate"][place].append(tests[1])
                    parts["error"][place].append(tests[2])
    arrays = {name: np.array([*map(np.concatenate, rows)]) for name, rows in parts.items()}
    return arrays | {"completed": np.array(completed / plan.trials)}


def _tested(
    trials: Trials, kind: str, analysis: str, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Return p-values, estimates and errors, `(trial,)`; only p of the therapists' variance."""
    if kind == THERAPISTS:
        p = p_values(trials, kind, analysis, rng)
        return p, np.full(len(p), np.nan), np.full(len(p), np.nan)
    tests = coefficient_tests(trials, kind, analysis)
    return tests.p, tests.estimate, tests.error


def _rows(plan: PowerPlan, size: Size, tested: Mapping[str, Floats]) -> list[dict[str, object]]:
    """Return the rows of one size."""
    rows = []
    completed, stated = float(tested["completed"]), plan.members == 0
    for place, name in enumerate(plan.analyses):
        row: dict[str, object] = {
            "clients": size.clients,
            "therapists": size.therapists,
            "caseload": caseload(plan.assumptions, size) * (1 if stated else completed),
            "analysis": name,
            "trials": plan.trials,
        }
        for what, values in (("power", tested["p"][place]), ("type_1", tested["p_null"][place])):
            share = from_count(int((values < plan.level).sum()), plan.trials)
            row |= {what: share.value, f"{what}_low": share.low, f"{what}_high": share.high}
        estimate = tested["estimate"][place]
        row |= {"estimate": estimate.mean(), "estimate_sd": estimate.std(ddof=1)}
        row |= {"completed": completed, "design_effect": np.nan, "formula": np.nan}
        row |= _of_members(plan, tested["p"][place])
        if stated:
            row["design_effect"] = design_effect(plan.assumptions, size)
            row["formula"] = formula_power(plan.assumptions, size, plan.level)
        elif plan.assumptions.kind != THERAPISTS:
            row["design_effect"] = _variance_ratio(plan, tested)
        if name != plan.main:
            row["formula"] = np.nan
        rows.append(row)
    return rows


def _variance_ratio(plan: PowerPlan, tested: Mapping[str, Floats]) -> float:
    """Return variance of the estimates over what an analysis without therapists takes it to be."""
    ignoring = [name for name in ("ancova", "regression") if name in plan.analyses]
    if not ignoring:
        return math.nan
    place = plan.analyses.index(ignoring[0])
    return float(tested["estimate"][place].var(ddof=1) / (tested["error"][place] ** 2).mean())


def _of_members(plan: PowerPlan, p: Floats) -> dict[str, float]:
    """Return the lowest and the highest power among the members of an ensemble."""
    if plan.members < 2:
        return {"member_lowest": math.nan, "member_highest": math.nan}
    member = np.arange(plan.trials) * plan.members // plan.trials
    shares = np.bincount(member, p < plan.level) / np.bincount(member)
    return {"member_lowest": float(shares.min()), "member_highest": float(shares.max())}


def main_rows(table: pd.DataFrame, plan: PowerPlan) -> pd.DataFrame:
    """Return the rows of the main analysis.

    Parameters
    ----------
    table
        As `power_of_sizes` returns it.
    plan
        What was to be found out.
    """
    return table[table["analysis"] == plan.main].reset_index(drop=True)


def smallest_design(rows: pd.DataFrame, target: float) -> "pd.Series[float] | None":
    """Return the row of the smallest design whose power reaches a target.

    Parameters
    ----------
    rows
        Of one analysis, as `power_of_sizes` returns them.
    target
        The power that is wanted.

    Returns
    -------
    Series or None
        The row with the fewest clients, of those the one with the fewest therapists; None where
        no size reaches the target.

    Examples
    --------
    >>> rows = pd.DataFrame({"clients": [80, 60, 60], "therapists": [4, 12, 6],
    ...                      "power": [0.9, 0.85, 0.82]})
    >>> int(smallest_design(rows, 0.8)["therapists"])
    6
    """
    enough = rows[rows["power"] >= target]
    if enough.empty:
        return None
    return enough.sort_values(["clients", "therapists"]).iloc[0]


def grid_work(sizes: Iterable[Size], trials: int) -> int:
    """Return the clients of all trials of a grid, with and without an effect.

    Examples
    --------
    >>> grid_work([Size(100, 4), Size(200, 4)], 1000)
    600000
    """
    return 2 * trials * sum(size.clients for size in sizes)

"""What a calibration leaves: the members' values, how far facts narrowed them, facts inside."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import truncnorm

from dyadsim.calibration.ensemble import Ensemble, ensemble_work, member_evaluations
from dyadsim.calibration.joint_distances import inside
from dyadsim.calibration.joint_space import JointSpace
from dyadsim.calibration.prior import Floats
from dyadsim.calibration.search import Budget, Mode, mode_work, slopes_work, step_work
from dyadsim.evidence.fact import Fact
from dyadsim.model.members import MEMBER
from dyadsim.simulation import records

INTERVAL = (0.05, 0.5, 0.95)  # what members are summed up by: 90 % interval and median


def member_table(space: JointSpace, points: Floats) -> pd.DataFrame:
    """Return the values of members, as `conf/world/members.csv` holds them.

    Parameters
    ----------
    space
        The joint space.
    points
        Coordinates, `(member, column)`.

    Returns
    -------
    DataFrame
        member, a column a shared parameter, a column `world/parameter` a world's own, and the
        parameters that follow from others; 6 significant digits.
    """
    table = pd.DataFrame([space.row(point) for point in points])
    table.insert(0, MEMBER, np.arange(len(points)))
    return table


def spread_table(space: JointSpace, points: Floats) -> pd.DataFrame:
    """Return how far the facts have narrowed every parameter.

    Parameters
    ----------
    space
        The joint space.
    points
        Coordinates, `(member, column)`, the best first.

    Returns
    -------
    DataFrame
        parameter, world ("" for all), allowed_low, allowed_high, best, median, low, high (90 %
        of the members), spread: their standard deviation over the prior's, in coordinates; 1 means
        that the facts say nothing.
    """
    rows = []
    low, high = space.bounds
    for place, (owner, name, prior) in enumerate(
        zip(space.owners, space.names, space.priors, strict=True)
    ):
        column = points[:, place]
        values = [
            prior.value(float(x)) for x in (column[0], *np.quantile(column, (0.5, 0.05, 0.95)))
        ]
        spread = column.std(ddof=1) / truncnorm(low[place], high[place]).std()
        title = f"{name} (odds)" if prior.shape == "odds" else name
        rows.append((title, owner, prior.low, prior.high, *values, spread))
    ends = ["allowed_low", "allowed_high"]
    names = ["parameter", "world", *ends, "best", "median", "low", "high", "spread"]
    return pd.DataFrame(rows, columns=names)


def facts_of_members(
    worlds: Sequence[str], ensemble: Ensemble, facts: Sequence[Fact]
) -> pd.DataFrame:
    """Return every fact in every world, over the members.

    Parameters
    ----------
    worlds
        In the order of the values.
    ensemble
        The members.
    facts
        The published facts.

    Returns
    -------
    DataFrame
        fact, family, world, published_low, published_high, best, low, median, high (90 % of the
        members), inside: the share of members whose value lies inside.
    """
    met, rows = inside(ensemble.values, facts), []
    for world, name in enumerate(worlds):
        for place, fact in enumerate(facts):
            values = ensemble.values[:, world, place]
            known = values[np.isfinite(values)]
            over = np.quantile(known, INTERVAL) if known.size else [np.nan] * 3
            share = met[:, world, place].mean()
            rows.append((fact.id, fact.family, name, fact.low, fact.high, values[0], *over, share))
    published = ["published_low", "published_high"]
    names = ["fact", "family", "world", *published, "best", "low", "median", "high", "inside"]
    return pd.DataFrame(rows, columns=names)


def inside_table(worlds: Sequence[str], ensemble: Ensemble, facts: Sequence[Fact]) -> pd.DataFrame:
    """Return how many facts lie inside: member, cost, and a column a world."""
    counts = inside(ensemble.values, facts).sum(axis=2)
    table = pd.DataFrame(counts, columns=list(worlds))
    table.insert(0, "cost", ensemble.costs)
    table.insert(0, MEMBER, np.arange(len(table)))
    return table


def course_table(mode: Mode) -> pd.DataFrame:
    """Return the course of the search: step, clients, cost before and after."""
    table = pd.DataFrame(mode.course, columns=["clients", "cost_before", "cost"])
    table.insert(0, "step", np.arange(1, len(table) + 1))
    return table


def about_members(
    space: JointSpace, ensemble: Ensemble, facts: Sequence[Fact], *, first: Mapping[str, Any]
) -> dict[str, Any]:
    """Return how an ensemble was made and what it reached, as plain values for `members.json`.

    Parameters
    ----------
    space
        The joint space.
    ensemble
        The members.
    facts
        The facts they were calibrated on.
    first
        The command and whatever else is to stand first.

    Returns
    -------
    dict
        Versions, sizes, and the facts inside on random numbers that no search has seen: of the
        best member, and of the median one.
    """
    text = resources.files("dyadsim.evidence").joinpath("facts.csv").read_bytes()
    run, counts = records.manifest({}, 0.0), inside(ensemble.values, facts).sum(axis=2)
    own = {world: space.owners.count(world) for world in space.worlds}
    return {
        **first,
        "facts_sha256": hashlib.sha256(text).hexdigest(),
        "dyadsim": run["dyadsim"],
        "commit": run.get("commit"),
        "facts": len(facts),
        "members": len(ensemble.points),
        "shared": space.owners.count(""),
        "own": own,
        "inside": dict(zip(space.worlds, counts[0].tolist(), strict=True)),
        "inside_median": dict(zip(space.worlds, np.median(counts, axis=0).tolist(), strict=True)),
    }


def total_work(space: JointSpace, budget: Budget) -> float:
    """Return what a calibration costs, in clients x evaluations of one world."""
    return mode_work(space, budget) + ensemble_work(space, budget)


def largest_batch(budget: Budget) -> int:
    """Return the clients of each study in the largest simulation of a budget."""
    sizes = [stage.clients for stage in budget.stages]
    return max(*sizes, budget.slopes[0], budget.clients_of_member, budget.judged)


def runs_of(space: JointSpace, budget: Budget) -> float:
    """Return how many evaluations of one world a budget takes, whatever their clients."""
    slopes = budget.slopes[1] * slopes_work(space)
    members = budget.members * (member_evaluations(space) + len(space.worlds))
    return len(budget.steps) * step_work(space) + slopes + members

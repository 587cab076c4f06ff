"""One fit from data to doubts: table, posterior, choice among worlds, and whether to believe it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibration.search import Spread
from dyadsim.fitting import coverage, posterior, reference_table, world_choice
from dyadsim.fitting.coverage import Trust
from dyadsim.fitting.free_parameters import FREE, REST, Problem, problem, values
from dyadsim.fitting.posterior import Posterior
from dyadsim.fitting.reference_table import Table
from dyadsim.fitting.target import Evidence
from dyadsim.fitting.world_choice import Choice
from dyadsim.model.parameters import catalogue

type Floats = np.ndarray[Any, np.dtype[np.float64]]

DRAWS_SHOWN = 2000  # of the posterior, equally weighted, that are kept
LEVELS = (0.05, 0.5, 0.95)
AT_AN_END = 0.1  # share of the posterior at an end of the prior from which on it is said
FRESH = 1 << 33  # added to the seed: luck of predictions


class Effort(NamedTuple):
    """draws: of each world's table; held: of the world's, fitted as if data; predicted: draws."""

    draws: int
    held: int
    predicted: int


EFFORTS = {  # by budget
    "small": Effort(600, 60, 60),
    "standard": Effort(5000, 300, 300),
    "large": Effort(20_000, 300, 600),
}


class Fit(NamedTuple):
    """What data say under one world, which world they speak for, and what they cannot say.

    parameters: parameter, unit, low, middle, high (90 %), prior_low, prior_middle, prior_high,
    contraction (for these data), trust.table's columns, identified. draws: (draw, parameter)
    values. prior_checks, posterior_checks: statistics that the fit has not seen. far: share of
    simulated data sets as far from the rest as the data. priors: means under other priors.
    at_an_end: parameters that the data push to the end of their prior.
    shown: name, data, low, middle, high of some that were fitted, under the posterior.
    """

    problem: Problem
    parameters: pd.DataFrame
    draws: pd.DataFrame
    trust: Trust
    choice: Choice | None
    far: Mapping[str, float]
    priors: pd.DataFrame
    prior_checks: pd.DataFrame
    posterior_checks: pd.DataFrame
    shown: pd.DataFrame
    summaries: tuple[str, ...]
    at_an_end: tuple[str, ...]

    def tree(self) -> Any:
        """Return the posterior as an ArviZ DataTree (groups posterior, prior_predictive ...)."""
        from arviz_base import from_dict

        values = {name: self.draws[name].to_numpy()[None] for name in self.draws}
        return from_dict({"posterior": values})


def fit(
    seen: Evidence,
    world: str,
    candidates: Sequence[str] = (),
    free: Sequence[str] = FREE,
    held: Mapping[str, float] | None = None,
    rest: float = REST,
    effort: Effort = EFFORTS["standard"],
    seed: int = 1,
    spread: Spread = map,
    odds: Sequence[float] | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Fit:
    """Return the fit of data.

    Parameters
    ----------
    seen
        the data with their design (`evidence.scores_of`, `moments.read`).
    world
        whose parameters are fitted. candidates: worlds to choose among; none: no choice.
    free, held, rest
        see `problem.problem`.
    effort
        how many simulations. seed: of all luck. spread: a map over processes.
    odds
        prior weights of the candidates; None: equal.
    told
        called with the number of data sets just simulated.

    Raises
    ------
    BadInput
        nothing free, an unknown parameter, a candidate that is no world.
    """
    names = list(dict.fromkeys([world, *candidates]))
    tables: dict[str, Table] = {}
    for name in names:
        count = effort.draws + (effort.held if name == world else 0)
        one = problem(name, free, held if name == world else _allowed(name, held), rest)
        tables[name] = reference_table.table(one, seen, count, seed, spread, told)
    real, checks = seen.real()
    used = reference_table.usable(list(tables.values()), real)
    kept, aside = reference_table.split(tables[world], effort.draws)
    learned = posterior.learn(kept.raw, kept.coordinates, used)
    mine = kept.problem
    found = posterior.infer(
        learned.table, kept.coordinates, learned(real[None])[0], mine.low, mine.high
    )
    trusted = coverage.trust(kept, learned, aside)
    choice = None
    if len(candidates) > 1:
        raws = [tables[name].raw[: effort.draws] for name in candidates]
        choice = world_choice.classify(raws, list(candidates), real, used, odds, seed)
    again = found.drawn(effort.predicted, seed)
    new = reference_table.table(  # with what was not fitted as in the draws that were kept
        mine,
        seen,
        len(again),
        seed + FRESH,
        spread,
        told,
        found.coordinates[again],
        found.rows[again],
        seed,
    )
    return Fit(
        mine,
        _parameters(kept, found, trusted),
        values(mine, found.resampled(DRAWS_SHOWN, seed)),
        trusted,
        choice,
        {name: coverage.inside(one, real, used) for name, one in tables.items()},
        coverage.other_priors(kept, learned, real),
        coverage.predicted(kept.checks, checks, seen.check_names),
        coverage.predicted(new.checks, checks, seen.check_names),
        _shown(seen, new, real),
        tuple(np.array(seen.names)[used]),
        _at_an_end(mine, found),
    )


def _allowed(world: str, held: Mapping[str, float] | None) -> dict[str, float]:
    """Return the held values that another world's claim does not fix."""
    from dyadsim.model import worlds

    fixed = worlds.named(world).fixed
    return {name: value for name, value in (held or {}).items() if name not in fixed}


def _at_an_end(one: Problem, found: Posterior) -> tuple[str, ...]:
    """Return the parameters of which a part of the posterior stands at the end of the prior."""
    ends = (found.coordinates <= one.low) | (found.coordinates >= one.high)
    share = found.weights @ ends
    return tuple(name for name, part in zip(one.names, share, strict=True) if part > AT_AN_END)


def _parameters(kept: Table, found: Posterior, trusted: Trust) -> pd.DataFrame:
    """Return what is known of each parameter, before and after."""
    one, shrunk, rows = kept.problem, coverage.contraction(kept, found), []
    drawn = values(one, found.resampled(DRAWS_SHOWN, 0))
    prior = values(one, np.quantile(kept.coordinates, LEVELS, axis=0))
    for k, name in enumerate(one.names):
        after = np.quantile(drawn[name], LEVELS)
        unit = catalogue()[name].about.unit
        rows.append((name, unit, *after, *prior[name], float(shrunk[k])))
    columns = [
        "parameter",
        "unit",
        "low",
        "middle",
        "high",
        "prior_low",
        "prior_middle",
        "prior_high",
        "contraction_here",
    ]
    table = pd.DataFrame(rows, columns=columns).merge(trusted.table, on="parameter")
    return table.assign(identified=table["contraction"] >= coverage.UNKNOWN)


def _shown(seen: Evidence, new: Table, real: Floats) -> pd.DataFrame:
    """Return those of the fitted numbers that a report shows, with 90 % of their predictions."""
    names, shown = seen.names, seen.shown
    place = [names.index(name) for name in shown]
    return coverage.predicted(new.raw[:, place], real[place], shown)


def paths(draws: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Return specific and common strength of each draw, in units of distress.

    specific: treatment gain x specificity; common: treatment gain x (1 - specificity) + expectancy
    + bond. What the world fixes has its fixed value.
    """

    def value(name: str) -> Any:
        return draws[name] if name in draws else problem.space.held.get(name, 0.0)

    gain, share = value("distress.treatment_gain"), value("distress.specificity")
    beside = value("distress.expectancy_effect") + value("distress.bond_effect")
    common = gain * (1 - share) + beside
    return pd.DataFrame({"specific": gain * share + 0.0 * draws.iloc[:, 0], "common": common})

"""One fit from data to doubts: table, posterior, choice among worlds, and whether to believe it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.distances import ParallelMap
from dyadsim.checks import whole_number
from dyadsim.errors import BadInput
from dyadsim.fitting import coverage
from dyadsim.fitting.coverage import Coverage
from dyadsim.fitting.free_parameters import FREE, REST, Problem, fitting_problem, parameter_values
from dyadsim.fitting.kept_learning import NOTHING_KEPT, KeptLearning
from dyadsim.fitting.posterior import (
    LearnedSummaries,
    Posterior,
    infer_posterior,
    learn_summaries,
)
from dyadsim.fitting.reference_table import (
    Draws,
    ReferenceTable,
    prior_table,
    simulate_draws,
    split_table,
    table_content,
    usable_summaries,
)
from dyadsim.fitting.stability import LEVELS, learn_halves, table_stability
from dyadsim.fitting.target import Evidence
from dyadsim.fitting.undefined import refuse_none_used, refuse_undefined
from dyadsim.fitting.world_choice import (
    FOLDS,
    LearnedWorlds,
    WorldChoice,
    check_odds,
    learn_worlds,
)
from dyadsim.model import worlds
from dyadsim.model.parameters import catalogue

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

DRAWS_SHOWN = 2000  # of the posterior, equally weighted, that are kept
AT_AN_END = 0.1  # share of the posterior at an end of the prior from which on it is reported
PREDICTION_SEED = 1 << 33  # added to the seed: random numbers of predictions


class Effort(NamedTuple):
    """How many data sets are simulated.

    `draws` of each world's table; `held_out` of the world that is fitted, taken for data;
    `predicted`, from the posterior.
    """

    draws: int
    held_out: int
    predicted: int

    def check(self) -> None:
        """Refuse numbers with which nothing can be learned.

        Raises
        ------
        BadInput
            Too few draws, test draws or predictions.
        """
        for name, least in {"draws": 5 * FOLDS, "held_out": 10, "predicted": 2}.items():
            whole_number(f"effort.{name}", getattr(self, name), least, 10**7)


EFFORTS = {  # by budget
    "small": Effort(600, 60, 60),
    "standard": Effort(5000, 300, 300),
    "large": Effort(20_000, 300, 600),
}


class FitPlan(NamedTuple):
    """What is fitted and how.

    `world` is the one whose parameters are fitted. `candidates` are worlds to choose among (none:
    no choice) and `odds` their prior weights (None: equal). `free`, `fixed` and `rest` are as in
    `free_parameters.fitting_problem`. `effort` says how many data sets are simulated, `seed` with
    which random numbers.
    """

    world: str
    candidates: Sequence[str] = ()
    odds: Sequence[float] | None = None
    free: Sequence[str] = FREE
    fixed: Mapping[str, float] | None = None
    rest: float = REST
    effort: Effort = EFFORTS["standard"]
    seed: int = 1

    def problem(self, world: str) -> Problem:
        """Return what is fitted in a world; another world's claim may fix some of `fixed`."""
        fixed = dict(self.fixed or {})
        if world != self.world:
            claim = worlds.find_world(world).fixed
            fixed = {name: value for name, value in fixed.items() if name not in claim}
        return fitting_problem(world, self.free, fixed=fixed, rest=self.rest)

    def check(self) -> None:
        """Refuse a plan that could fail only after everything has been simulated.

        Raises
        ------
        BadInput
            An unknown world or parameter, one named twice, nothing free in a world, odds that are
            not one positive number a candidate, or too few simulations.
        """
        twice = sorted({name for name in self.free if list(self.free).count(name) > 1})
        if twice:
            raise BadInput(f"task.free names {', '.join(twice)} more than once.")
        check_odds(self.candidates, self.odds)
        self.effort.check()
        for world in dict.fromkeys([self.world, *self.candidates]):
            self.problem(world)


class Fit(NamedTuple):
    """What data say under one world, which world they speak for, and what they cannot say.

    `parameters`: parameter, unit, low, middle, high (90 %), prior_low, prior_middle, prior_high,
    contraction_here (for these data), the columns of `coverage.table`, identified, and whether
    another table would give the same interval, `moved` and `stable` (`stability.table_stability`).
    `draws`: (draw, parameter) values. `far`: share of simulated data sets as far from the rest as
    the data, by world; `simulated`: data sets of which that is a share. `priors`: means under other
    priors. `prior_checks`, `posterior_checks`: statistics that the fit has not seen. `shown`: some
    numbers that were fitted, under the posterior. `at_an_end`: parameters that the data push to the
    end of their prior.
    """

    problem: Problem
    parameters: pd.DataFrame
    draws: pd.DataFrame
    coverage: Coverage
    choice: WorldChoice | None
    far: Mapping[str, float]
    simulated: Mapping[str, int]
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


class _Learned(NamedTuple):
    """What is learned from tables: summaries, the same of each half, and classifiers of worlds."""

    summaries: LearnedSummaries
    halves: tuple[LearnedSummaries, ...]
    worlds: LearnedWorlds | None


class _Simulation(NamedTuple):
    """What is simulated for a fit: of which data, by what plan, on which processes, and kept."""

    evidence: Evidence
    plan: FitPlan
    parallel_map: ParallelMap
    on_step: Callable[[int], None]
    kept: KeptLearning

    def tables(self) -> dict[str, ReferenceTable]:
        """Return the reference table of every world; that of the fitted one has test draws too."""
        return {
            world: self.table(world)
            for world in dict.fromkeys([self.plan.world, *self.plan.candidates])
        }

    def table(self, world: str) -> ReferenceTable:
        """Return the reference table of a world."""
        return prior_table(
            self.plan.problem(world),
            self.evidence,
            draws=self.draws(world),
            seed=self.plan.seed,
            parallel_map=self.parallel_map,
            on_step=self.on_step,
            kept=self.kept,
        )

    def draws(self, world: str) -> int:
        """Return the number of draws of a world's table."""
        effort = self.plan.effort
        return effort.draws + (effort.held_out if world == self.plan.world else 0)

    def learn(self, tables: Mapping[str, ReferenceTable], used: Mask) -> "_Learned":
        """Return all that is learned from the tables, whatever the data are."""
        table, _ = split_table(tables[self.plan.world], self.plan.effort.draws)
        content = [
            table_content(
                of_world.problem, self.evidence, draws=self.draws(world), seed=self.plan.seed
            )
            for world, of_world in tables.items()
        ]
        candidates = tuple(self.plan.candidates)

        def compute() -> _Learned:
            learned = learn_summaries(table.raw, table.coordinates, used=used)
            halves = learn_halves(table, used, self.parallel_map)
            if len(candidates) < 2:
                return _Learned(learned, halves, None)
            raws = [tables[name].raw[: self.plan.effort.draws] for name in candidates]
            of_worlds = learn_worlds(raws, candidates, used=used, parallel_map=self.parallel_map)
            return _Learned(learned, halves, of_worlds)

        key = ("learned", self.plan.world, candidates, self.plan.effort, content, used)
        return self.kept.recall(key, compute)

    def predictions(self, problem: Problem, posterior: Posterior) -> ReferenceTable:
        """Return data sets from the posterior; what is not fitted is as in the draws kept."""
        seed = self.plan.seed
        places = posterior.places(self.plan.effort.predicted, seed)
        draws = Draws(problem, posterior.coordinates[places], posterior.rows[places], seed)
        return simulate_draws(
            draws,
            self.evidence,
            seed=seed + PREDICTION_SEED,
            parallel_map=self.parallel_map,
            on_step=self.on_step,
        )


def kept_draws(evidence: Evidence, plan: FitPlan, kept: KeptLearning) -> int:
    """Return how many of the data sets of a fit are kept from earlier ones.

    Parameters
    ----------
    evidence, plan, kept
        As of `fit_data`.
    """
    simulation = _Simulation(evidence, plan, map, lambda _: None, kept)
    total = 0
    for world in dict.fromkeys([plan.world, *plan.candidates]):
        draws, problem = simulation.draws(world), plan.problem(world)
        if kept.has(table_content(problem, evidence, draws=draws, seed=plan.seed)):
            total += draws
    return total


@one_blas_thread()
def fit_data(
    evidence: Evidence,
    plan: FitPlan,
    *,
    parallel_map: ParallelMap = map,
    on_step: Callable[[int], None] = lambda _: None,
    kept: KeptLearning = NOTHING_KEPT,
) -> Fit:
    """Return the fit of data.

    Parameters
    ----------
    evidence
        The data with their design (`target.score_evidence`, `published_moments.read_moments`).
    plan
        Which world is fitted, with which free parameters, and how many simulations.
    parallel_map
        A `map` over processes (`search.process_map`); the numbers are the same.
    on_step
        Called with the number of data sets just simulated, or read.
    kept
        What earlier fits have left (`kept_learning`): the numbers are the same with and without.

    Returns
    -------
    Fit
        Posterior, choice among worlds, coverage and predictions.

    Raises
    ------
    BadInput
        Nothing is free, an unknown parameter or world, or odds that make no sense; before
        anything is simulated.
    BadData
        A statistic of the data that their simulated design does not have.
    """
    plan.check()
    simulation = _Simulation(evidence, plan, parallel_map, on_step, kept)
    real, checks = evidence.real()
    tables = simulation.tables()
    refuse_undefined(evidence.names, real, {name: table.raw for name, table in tables.items()})
    refuse_undefined(evidence.check_names, checks, {plan.world: tables[plan.world].checks})
    used = usable_summaries(list(tables.values()), real)
    refuse_none_used(evidence.names, used)
    table, tested = split_table(tables[plan.world], plan.effort.draws)
    learned, halves, of_worlds = simulation.learn(tables, used)
    posterior = _posterior(table, learned, real)
    checked = coverage.check_coverage(table, learned, tested)
    stability = table_stability(table, posterior, real=real, learned=halves)
    choice = of_worlds.choose(real, plan.odds) if of_worlds else None
    predicted = simulation.predictions(table.problem, posterior)
    resampled = posterior.resampled(DRAWS_SHOWN, plan.seed)
    names = evidence.check_names
    return Fit(
        table.problem,
        _parameter_table(table, posterior, checked).merge(stability, on="parameter"),
        parameter_values(table.problem, resampled),
        checked,
        choice,
        {world: coverage.typicality(tables[world], real, used=used) for world in tables},
        {world: len(tables[world].raw) for world in tables},
        coverage.other_prior_means(table, learned, real),
        coverage.prediction_table(table.checks, checks, names=names),
        coverage.prediction_table(predicted.checks, checks, names=names),
        _shown(evidence, predicted, real),
        tuple(np.array(evidence.names)[used]),
        _at_an_end(table.problem, posterior),
    )


def _posterior(table: ReferenceTable, learned: LearnedSummaries, real: Floats) -> Posterior:
    """Return the posterior given the data's summaries."""
    return infer_posterior(
        learned.table,
        table.coordinates,
        target=learned(real[None])[0],
        bounds=(table.problem.low, table.problem.high),
    )


def _at_an_end(problem: Problem, posterior: Posterior) -> tuple[str, ...]:
    """Return the parameters of which a part of the posterior stands at the end of the prior."""
    coordinates = posterior.coordinates
    ends = (coordinates <= problem.low) | (coordinates >= problem.high)
    shares = zip(problem.names, posterior.weights @ ends, strict=True)
    return tuple(name for name, share in shares if share > AT_AN_END)


def _parameter_table(
    table: ReferenceTable, posterior: Posterior, checked: Coverage
) -> pd.DataFrame:
    """Return what is known of each parameter, before and after."""
    problem, contraction = table.problem, coverage.contraction(table, posterior)
    drawn = parameter_values(problem, posterior.resampled(DRAWS_SHOWN, 0))
    prior = parameter_values(problem, np.quantile(table.coordinates, LEVELS, axis=0))
    rows = []
    for k, name in enumerate(problem.names):
        after, unit = np.quantile(drawn[name], LEVELS), catalogue()[name].about.unit
        rows.append((name, unit, *after, *prior[name], float(contraction[k])))
    columns = ["parameter", "unit", "low", "middle", "high"]
    columns += ["prior_low", "prior_middle", "prior_high", "contraction_here"]
    merged = pd.DataFrame(rows, columns=columns).merge(checked.table, on="parameter")
    return merged.assign(identified=merged["contraction"] >= coverage.UNKNOWN)


def _shown(evidence: Evidence, predicted: ReferenceTable, real: Floats) -> pd.DataFrame:
    """Return those of the fitted numbers that a report shows, with 90 % of their predictions."""
    places = [evidence.names.index(name) for name in evidence.shown]
    return coverage.prediction_table(predicted.raw[:, places], real[places], names=evidence.shown)


def paths(draws: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Return specific and common strength of each draw.

    Parameters
    ----------
    draws
        Values of the free parameters, `(draw, parameter)`.
    problem
        What was fitted; a parameter that is not free has its fixed value.

    Returns
    -------
    DataFrame
        specific: treatment gain x specificity; common: treatment gain x (1 - specificity) +
        expectancy + bond; in units of distress.
    """

    def value(name: str) -> Any:
        return draws[name] if name in draws else problem.space.fixed.get(name, 0.0)

    gain, share = value("distress.treatment_gain"), value("distress.specificity")
    beside = value("distress.expectancy_effect") + value("distress.bond_effect")
    common = gain * (1 - share) + beside
    return pd.DataFrame({"specific": gain * share + 0.0 * draws.iloc[:, 0], "common": common})

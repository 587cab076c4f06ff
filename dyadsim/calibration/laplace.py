"""What the facts say about a world's parameters, and how well it fits for what it may move.

The posterior of a world is described by one normal distribution about the best point. A published
figure is read as normal, its interval as the 95 % one (for bands an assumption). The prior is
standard normal in the coordinates of `prior`. Facts are taken as linear in these coordinates near
the mode, the point where prior times likelihood is highest; their slopes come from common random
numbers. So the posterior is normal, and the evidence, the probability of the published figures
under a world before any fitting, is Laplace's approximation. It is local: a profile over a
parameter (`calibration_space(world, fixed)`) is the way to see far.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import multivariate_normal, norm

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.distances import ParallelMap, distance_simulator
from dyadsim.calibration.gauss_newton import (
    DAMPING,
    REPLICATES,
    Penalty,
    Stage,
    refine_point,
    significant_slopes,
    slopes_at,
)
from dyadsim.calibration.prior import Floats, Space
from dyadsim.evidence.fact import Fact

WIDTH = 1 / 1.96  # standard deviation of a published figure, in half-widths of its interval
SQUARE = Penalty(0.0, np.inf)  # the normal likelihood as a penalty, in half-widths squared
SEED_OFFSET = 3 << 40  # added to the seed: random numbers of this module
UNSEEN = 1 << 32  # first replicate that the search for the mode does not use
Mask = np.ndarray[Any, np.dtype[np.bool_]]


class Effort(NamedTuple):
    """The size of a search for a mode: clients, refining steps, replicates of the slopes."""

    clients: int
    steps: int
    replicates: int

    @property
    def stage(self) -> Stage:
        """The steps towards the mode."""
        return Stage(self.clients, self.steps, SQUARE, WIDTH**2)

    def evaluations(self, parameters: int) -> int:
        """Return how many evaluations of all facts that takes, with so many free parameters."""
        per_step = parameters + REPLICATES * (1 + len(DAMPING))
        return self.steps * per_step + self.replicates * (parameters + 1)


EFFORTS = {  # by the budget of `calibrate`
    "small": Effort(200, 1, 2),
    "standard": Effort(4000, 4, 6),
    "large": Effort(8000, 8, 8),
}


class LaplacePosterior(NamedTuple):
    """The normal approximation to the posterior of one world, at its mode.

    `mode` `(parameter,)` is in coordinates, `distances` `(fact,)` and `slopes` `(fact, parameter)`
    are in half-widths. `used` `(fact,)` says whether a fact took part. `width` is the standard
    deviation of the prior, 1 by default.
    """

    space: Space
    facts: tuple[Fact, ...]
    mode: Floats
    distances: Floats
    slopes: Floats
    used: Mask
    width: float = 1.0

    @property
    def information(self) -> Floats:
        """Information in the facts that took part: slopes' cross product over their variance."""
        slopes = self.slopes[self.used]
        return np.asarray(slopes.T @ slopes / WIDTH**2)

    @property
    def covariance(self) -> Floats:
        """Covariance of the coordinates given the facts, `(parameter, parameter)`."""
        prior = np.eye(self.mode.size) / self.width**2
        return np.asarray(np.linalg.inv(prior + self.information))

    @property
    def spectrum(self) -> Floats:
        """Eigenvalues of the information, largest first; above 1, facts say more than the prior."""
        return np.asarray(np.linalg.eigvalsh(self.information)[::-1] * self.width**2)

    @property
    def effective_parameters(self) -> float:
        """Number of parameters that the facts determine: sum of e / (1 + e) over the spectrum."""
        eigenvalues = np.maximum(self.spectrum, 0.0)
        return float((eigenvalues / (1 + eigenvalues)).sum())

    @property
    def log_likelihood(self) -> float:
        """Log density of the published figures at the mode (figures in half-widths)."""
        return float(norm.logpdf(self.distances[self.used], scale=WIDTH).sum())

    @property
    def log_evidence(self) -> float:
        """Log density of the published figures under the world, all its points by their prior."""
        volume = norm.logpdf(self.mode, scale=self.width).sum() + 0.5 * (
            self.mode.size * np.log(2 * np.pi) + np.linalg.slogdet(self.covariance)[1]
        )
        return self.log_likelihood + float(volume)

    def summary(self) -> dict[str, str | float]:
        """Return world, free, effective, inside, squares, log_likelihood, log_evidence.

        `inside` counts the facts inside their interval at the mode; `squares` is the sum of squared
        z of all facts.
        """
        return {
            "world": self.space.world,
            "free": len(self.space.names),
            "effective": self.effective_parameters,
            "inside": int((np.abs(self.distances) <= 1).sum()),
            "squares": float((self.distances**2).sum() / WIDTH**2),
            "log_likelihood": self.log_likelihood,
            "log_evidence": self.log_evidence,
        }

    def predictive_score(self, left_out: Mask) -> tuple[float, float]:
        """Return the log score of facts that took no part, and the sum of their squared z.

        The prediction is normal: slopes times covariance, and the variance of the published figures
        themselves. The log score is that of all left-out facts together.
        """
        slopes, distances = self.slopes[left_out], self.distances[left_out]
        spread = slopes @ self.covariance @ slopes.T + WIDTH**2 * np.eye(len(slopes))
        score = multivariate_normal.logpdf(distances, np.zeros(len(slopes)), spread)
        return float(score), float((distances**2 / np.diag(spread)).sum())

    def with_prior_width(self, width: float) -> "LaplacePosterior":
        """Return the posterior under a prior of another width, facts taken as linear."""
        slopes, distances = self.slopes[self.used], self.distances[self.used]
        precision = np.eye(self.mode.size) / width**2 + self.information
        mode = np.linalg.solve(precision, slopes.T @ (slopes @ self.mode - distances) / WIDTH**2)
        moved = self.distances + self.slopes @ (mode - self.mode)
        return self._replace(mode=mode, distances=moved, width=width)

    def draws(self, count: int, seed: int) -> Floats:
        """Return draws `(count, parameter)`, clipped to the bounds of the coordinates."""
        factor = np.linalg.cholesky(self.covariance)
        rng = np.random.default_rng([seed, SEED_OFFSET])
        normals = rng.normal(size=(count, self.mode.size))
        return np.clip(self.mode + normals @ factor.T, *self.space.bounds)


@one_blas_thread()
def laplace_posterior(
    space: Space,
    start: Floats,
    *,
    facts: Sequence[Fact],
    effort: Effort,
    seed: int,
    parallel_map: ParallelMap,
) -> LaplacePosterior:
    """Return the normal approximation about the mode that is nearest to a start.

    Slopes below two errors of their mean over replicates count as 0: else noise would pass for
    knowledge.

    Parameters
    ----------
    space
        The free parameters of the world.
    start
        Coordinates to start from, `(parameter,)`.
    facts
        The published facts that take part.
    effort
        One of `EFFORTS`, or another.
    seed
        Random seed.
    parallel_map
        A `map`, over processes or not; the numbers are the same.

    Returns
    -------
    LaplacePosterior
        The posterior at its mode.
    """
    seed += SEED_OFFSET
    simulate = distance_simulator(space, facts, seed=seed, parallel_map=parallel_map)
    mode, _ = refine_point(simulate, start, bounds=space.bounds, stages=[effort.stage])
    unseen = distance_simulator(
        space, facts, seed=seed, parallel_map=parallel_map, first_replicate=UNSEEN
    )
    pairs = [
        slopes_at(unseen, mode, high=space.high, clients=effort.clients, replicates=[replicate])
        for replicate in range(effort.replicates)
    ]
    slopes = significant_slopes(np.array([slopes for _, slopes in pairs]))
    distances = np.mean([distances[0] for distances, _ in pairs], axis=0)
    return LaplacePosterior(space, tuple(facts), mode, distances, slopes, np.ones(len(facts), bool))


def leave_out_facts(
    posterior: LaplacePosterior,
    left_out: Mask,
    *,
    effort: Effort,
    seed: int,
    parallel_map: ParallelMap,
) -> LaplacePosterior:
    """Return the posterior when some facts take no part: the mode moves.

    The search starts with the slopes of the posterior and corrects them by what its steps do.

    Parameters
    ----------
    posterior
        The posterior given all facts.
    left_out
        Which facts take no part, `(fact,)`.
    effort
        One of `EFFORTS`, or another.
    seed
        Random seed.
    parallel_map
        A `map`, over processes or not; the numbers are the same.

    Returns
    -------
    LaplacePosterior
        The posterior given the remaining facts.
    """
    seed += SEED_OFFSET
    space, used = posterior.space, ~left_out
    facts = [fact for fact, take in zip(posterior.facts, used, strict=True) if take]
    mode, _ = refine_point(
        distance_simulator(space, facts, seed=seed, parallel_map=parallel_map),
        posterior.mode,
        bounds=space.bounds,
        stages=[effort.stage],
        slopes=posterior.slopes[used],
    )
    unseen = distance_simulator(
        space, posterior.facts, seed=seed, parallel_map=parallel_map, first_replicate=UNSEEN
    )
    points = np.tile(mode, (effort.replicates, 1))
    distances = unseen(points, effort.clients, range(effort.replicates)).mean(axis=0)
    return posterior._replace(mode=mode, distances=distances, used=used)


def parameter_table(posterior: LaplacePosterior) -> pd.DataFrame:
    """Return prior and posterior of each parameter.

    Parameters
    ----------
    posterior
        The posterior of a world.

    Returns
    -------
    DataFrame
        world, parameter, prior_middle, prior_low, prior_high, value, low, high (95 %), contraction;
        a row a parameter. Contraction is 1 - posterior variance / prior variance, in coordinates;
        0 means that the facts say nothing.
    """
    space, width = posterior.space, posterior.width
    low, high = space.bounds
    spread = np.sqrt(np.diag(posterior.covariance))

    def value(place: int, coordinate: float) -> float:
        point = posterior.mode.copy()
        point[place] = np.clip(coordinate, low[place], high[place])
        return space.untied_values(point)[space.names[place]]  # an end may exclude other values

    rows = []
    for place, name in enumerate(space.names):
        mode, half, prior = posterior.mode[place], 1.96 * spread[place], 1.96 * width
        ends = (0.0, -prior, prior, mode, mode - half, mode + half)
        values = [value(place, coordinate) for coordinate in ends]
        rows.append((space.world, name, *values, 1 - (spread[place] / width) ** 2))
    priors = ["prior_middle", "prior_low", "prior_high"]
    columns = ["world", "parameter", *priors, "value", "low", "high", "contraction"]
    return pd.DataFrame(rows, columns=columns)


def correlated_parameters(posterior: LaplacePosterior, count: int = 12) -> pd.DataFrame:
    """Return the pairs of parameters whose posterior correlation is largest: first, second, r."""
    sd = np.sqrt(np.diag(posterior.covariance))
    r = posterior.covariance / np.outer(sd, sd)
    first, second = np.triu_indices(len(sd), 1)
    order = np.argsort(-np.abs(r[first, second]), kind="stable")[:count]
    names = posterior.space.names
    rows = [(names[first[k]], names[second[k]], r[first[k], second[k]]) for k in order]
    return pd.DataFrame(rows, columns=["first", "second", "r"])

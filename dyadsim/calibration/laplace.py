"""What the facts say about a world's parameters, and how well it fits for what it may move.

One normal picture about the best point. A published figure is read as normal, its interval as the
95 % one (for bands an assumption). The prior is standard normal in the coordinates of `prior`.
Facts are taken as straight in these coordinates near the point where prior times likelihood is
highest, the mode; slopes come from common luck. So the posterior is normal, and the evidence, the
probability of the published figures under a world before any fitting, is Laplace's approximation.
It is local: a profile over a parameter (`space(world, held)`) is the way to see far.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import multivariate_normal, norm

from dyadsim.calibration.gauss_newton import DAMPING, LUCKS, Price, polish, slopes_at
from dyadsim.calibration.prior import Floats, Space
from dyadsim.calibration.search import Spread, simulator
from dyadsim.evidence.fact import Fact

WIDTH = 1 / 1.96  # standard deviation of a published figure, in half-widths of its interval
SQUARE = Price(0.0, np.inf)  # the normal likelihood as a price, in half-widths squared
LUCK = 3 << 40  # added to the seed: luck of this module


class Effort(NamedTuple):
    """What finding a mode may cost: clients, steps of `polish`, and lucks that slopes average."""

    clients: int
    steps: int
    lucks: int

    def evaluations(self, parameters: int) -> int:
        """Return how many evaluations of all facts that is, with so many free parameters."""
        each = parameters + LUCKS * (1 + len(DAMPING))
        return self.steps * each + self.lucks * (parameters + 1)


EFFORTS = {  # by the budget of `calibrate`
    "small": Effort(200, 1, 2),
    "standard": Effort(4000, 4, 6),
    "large": Effort(8000, 8, 8),
}
Mask = np.ndarray[Any, np.dtype[np.bool_]]


class Posterior(NamedTuple):
    """The normal picture of one world, at its mode.

    mode `(parameter,)` in coordinates; far `(fact,)` and slopes `(fact, parameter)` in half-widths;
    used `(fact,)`: whether the fact took part; width: the prior's standard deviation, 1 by default.
    """

    space: Space
    wanted: tuple[Fact, ...]
    mode: Floats
    far: Floats
    slopes: Floats
    used: Mask
    width: float = 1.0

    @property
    def information(self) -> Floats:
        """What the facts that took part say: slopes' cross product over their variance."""
        mine = self.slopes[self.used]
        return np.asarray(mine.T @ mine / WIDTH**2)

    @property
    def covariance(self) -> Floats:
        """Covariance of the coordinates given the facts, `(parameter, parameter)`."""
        prior = np.eye(self.mode.size) / self.width**2
        return np.asarray(np.linalg.inv(prior + self.information))

    @property
    def spectrum(self) -> Floats:
        """Eigenvalues of the information, largest first: directions above 1 tell from the prior."""
        return np.asarray(np.linalg.eigvalsh(self.information)[::-1] * self.width**2)

    @property
    def effective(self) -> float:
        """Number of parameters that the facts determine: sum of e / (1 + e) over the spectrum."""
        known = np.maximum(self.spectrum, 0.0)
        return float((known / (1 + known)).sum())

    @property
    def log_likelihood(self) -> float:
        """Log density of the published figures at the mode (figures in half-widths)."""
        return float(norm.logpdf(self.far[self.used], scale=WIDTH).sum())

    @property
    def log_evidence(self) -> float:
        """Log density of the published figures under the world, all its points by their prior."""
        near = norm.logpdf(self.mode, scale=self.width).sum() + 0.5 * (
            self.mode.size * np.log(2 * np.pi) + np.linalg.slogdet(self.covariance)[1]
        )
        return self.log_likelihood + float(near)

    def worth(self) -> dict[str, str | float]:
        """Return world, free, effective, inside, squares, log_likelihood, log_evidence.

        inside: facts inside their interval at the mode; squares: sum of squared z of all facts.
        """
        return {
            "world": self.space.world,
            "free": len(self.space.names),
            "effective": self.effective,
            "inside": int((np.abs(self.far) <= 1).sum()),
            "squares": float((self.far**2).sum() / WIDTH**2),
            "log_likelihood": self.log_likelihood,
            "log_evidence": self.log_evidence,
        }

    def predicted(self, which: Mask) -> tuple[float, float]:
        """Return the log score of facts that took no part, and the sum of their squared z.

        which: mask `(fact,)`. The prediction is normal: slopes times covariance, and the published
        figures' own variance. The log score is theirs together.
        """
        mine = self.slopes[which]
        spread = mine @ self.covariance @ mine.T + WIDTH**2 * np.eye(len(mine))
        score = multivariate_normal.logpdf(self.far[which], np.zeros(len(mine)), spread)
        return float(score), float((self.far[which] ** 2 / np.diag(spread)).sum())

    def widened(self, width: float) -> "Posterior":
        """Return the picture under a prior that is as wide as `width`, facts taken as straight."""
        mine, far = self.slopes[self.used], self.far[self.used]
        precision = np.eye(self.mode.size) / width**2 + self.information
        mode = np.linalg.solve(precision, mine.T @ (mine @ self.mode - far) / WIDTH**2)
        moved = self.far + self.slopes @ (mode - self.mode)
        return self._replace(mode=mode, far=moved, width=width)

    def draws(self, count: int, seed: int) -> Floats:
        """Return draws `(count, parameter)`, kept between the ends of the coordinates."""
        shape = np.linalg.cholesky(self.covariance)
        drawn = np.random.default_rng([seed, LUCK]).normal(size=(count, self.mode.size))
        return np.clip(self.mode + drawn @ shape.T, self.space.low, self.space.high)


def posterior(
    one: Space, start: Floats, wanted: Sequence[Fact], effort: Effort, seed: int, spread: Spread
) -> Posterior:
    """Return the normal picture of a world about the mode that is nearest to `start`.

    Slopes below two errors of their mean over lucks count as 0: noise would pass for knowledge.
    """
    simulated = simulator(one, wanted, LUCK + seed, spread)
    stages = [(effort.clients, effort.steps, SQUARE)]
    mode, _ = polish(simulated, start, one.low, one.high, stages, home=WIDTH**2)
    unseen = simulator(one, wanted, LUCK + seed, spread, 1 << 32)
    found = [slopes_at(unseen, mode, one.high, effort.clients, [k]) for k in range(effort.lucks)]
    every = np.array([slopes for _, slopes in found])
    error = np.sqrt(every.var(axis=0, ddof=1).mean(axis=1, keepdims=True) / effort.lucks)
    slopes = np.where(np.abs(every.mean(axis=0)) > 2 * error, every.mean(axis=0), 0.0)
    far = np.mean([each[0] for each, _ in found], axis=0)
    return Posterior(one, tuple(wanted), mode, far, slopes, np.ones(len(wanted), bool))


def without(
    found: Posterior, left_out: Mask, effort: Effort, seed: int, spread: Spread
) -> Posterior:
    """Return the picture when the facts of a mask `(fact,)` take no part: the mode moves.

    It starts with the slopes of `found` and mends them by what its steps do.
    """
    one, used = found.space, ~left_out
    mine = [fact for fact, take in zip(found.wanted, used, strict=True) if take]
    mode, _ = polish(
        simulator(one, mine, LUCK + seed, spread),
        found.mode,
        one.low,
        one.high,
        [(effort.clients, effort.steps, SQUARE)],
        home=WIDTH**2,
        slopes=found.slopes[used],
        fresh=False,
    )
    unseen = simulator(one, found.wanted, LUCK + seed, spread, 1 << 32)
    far = unseen(np.tile(mode, (effort.lucks, 1)), effort.clients, range(effort.lucks))
    return found._replace(mode=mode, far=far.mean(axis=0), used=used)


def table(found: Posterior) -> pd.DataFrame:
    """Return world, parameter, prior_*, value, low, high (95 %), contraction; a row a parameter.

    contraction: 1 - posterior variance / prior variance, in coordinates; 0 = the facts say nothing.
    """
    spread = np.sqrt(np.diag(found.covariance))
    ends = found.space.low, found.space.high
    rows = []
    for place, name in enumerate(found.space.names):

        def at(coordinate: float, place: int = place, name: str = name) -> float:
            there = found.mode.copy()
            there[place] = np.clip(coordinate, ends[0][place], ends[1][place])
            return found.space.values(there)[name]

        here, sd, prior = found.mode[place], 1.96 * spread[place], 1.96 * found.width
        rows.append(
            (
                found.space.world,
                name,
                at(0.0),
                at(-prior),
                at(prior),
                at(here),
                at(here - sd),
                at(here + sd),
                1 - (spread[place] / found.width) ** 2,
            )
        )
    columns = [
        "world",
        "parameter",
        "prior_middle",
        "prior_low",
        "prior_high",
        "value",
        "low",
        "high",
        "contraction",
    ]
    return pd.DataFrame(rows, columns=columns)


def ridges(found: Posterior, count: int = 12) -> pd.DataFrame:
    """Return the pairs of parameters whose posterior correlation is largest: first, second, r."""
    sd = np.sqrt(np.diag(found.covariance))
    r = found.covariance / np.outer(sd, sd)
    one, two = np.triu_indices(len(sd), 1)
    order = np.argsort(-np.abs(r[one, two]), kind="stable")[:count]
    names = found.space.names
    rows = [(names[one[k]], names[two[k]], r[one[k], two[k]]) for k in order]
    return pd.DataFrame(rows, columns=["first", "second", "r"])

"""What is fitted: a world with free quantities, simulated in the design of the data.

The one small door of fitting: a `Problem` turns coordinates into simulated data of the same shape
as the real ones (same clients, arms, therapists, weeks and gaps), and nothing above it knows the
model. Any other way of inference can stand on it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim import observe, simulate, worlds
from dyadsim.fitting.observed import Observed
from dyadsim.parameters import Parameters, catalogue, changed, flat
from dyadsim.prior import STABLE, Floats, Space, prior_of, space
from dyadsim.quantity import BadInput, nearest

FREE = (  # what a fit moves unless told otherwise: who comes, how fast, what heals, who leaves
    "population.distress_mean", "population.distress_sd", "distress.rate",
    "distress.treatment_gain", "distress.expectancy_effect", "distress.bond_effect",
    "distress.specificity", "ending.dropout_base",
)  # fmt: skip
REST = 0.5  # prior SDs that calibrated quantities beside them may be off (assumption)
TRIES = 20  # draws of these before they are left where they are


class Problem(NamedTuple):
    """A world with some free quantities, and the design in which it is simulated.

    space: of the free quantities, and after them of those that vary as `rest` says: everything
    else that calibration may move, `rest` prior SDs about its calibrated value. What is not known
    of them is so part of the posterior and of the choice among worlds.
    """

    world: str
    space: Space
    free: int
    rest: float
    observed: Observed
    with_alliance: bool
    ends: tuple[Floats, Floats]  # lowest and highest coordinates of all quantities

    @property
    def names(self) -> tuple[str, ...]:
        """The free quantities."""
        return self.space.names[: self.free]

    @property
    def low(self) -> Floats:
        """The lowest coordinates of the free quantities."""
        return self.ends[0][: self.free]

    @property
    def high(self) -> Floats:
        """The highest coordinates of the free quantities."""
        return self.ends[1][: self.free]


def problem(
    world: str, seen: Observed, free: Sequence[str] = FREE,
    held: Mapping[str, float] | None = None, rest: float = REST,
) -> Problem:  # fmt: skip
    """Return what is fitted: `free` quantities of `world` that its claim does not fix.

    Priors are as in calibration (`prior`), about the world's calibrated values.

    Args:
        world: its name. seen: the design. free: names of quantities.
        held: quantities that stay at a value.
        rest: how far all others that calibration moved may be from it, in prior SDs; 0: not.

    Raises:
        BadInput: an unknown quantity, none left free, or a held one that the claim fixes.
    """
    one, known = worlds.named(world), catalogue()
    for name in free:
        if name not in known:
            raise BadInput(f"fit.free: there is no quantity '{name}'.{nearest(name, known)}")
    if not 0 <= rest <= 1:
        raise BadInput(f"fit.rest must lie in [0, 1] prior SDs, not {rest:g}.")
    values = flat(worlds.parameters(world, held))
    calibrated = space(world, held)
    idle = {**one.fixed, **(held or {})}
    first = tuple(name for name in free if name not in idle)
    if not first:
        raise BadInput(f"fit.free: nothing is left free in the world '{world}'.")
    names = (*first, *(name for name in calibrated.names if name not in first and rest > 0))
    stay = {name: value for name, value in values.items() if name not in names}
    stay |= {"measurement.missing": 0.0, "measurement.missing_assessment": 0.0}  # gaps say it
    priors = tuple(prior_of(known[name], values[name], values[STABLE]) for name in names)
    alliance = bool((~np.isnan(seen.alliance)).any())
    made = Space(world, names, priors, stay)
    return Problem(world, made, len(first), rest, seen, alliance, (made.low, made.high))


def _whole(one: Problem, free: Floats, dice: np.random.Generator) -> Floats:
    """Return coordinates of all quantities: the free ones given, the others drawn."""
    others = one.rest * dice.normal(size=len(one.space.names) - one.free)
    whole = np.concatenate([free, others])
    return np.asarray(np.minimum(np.maximum(whole, one.ends[0]), one.ends[1]))


def parameters(one: Problem, free: Floats, luck: int, seed: int) -> Parameters:
    """Return the world at free coordinates (quantity,), the others drawn by `luck`.

    Where these exclude each other, the others are drawn again, and at last left where they are.

    Raises:
        BadInput: the free values alone exclude each other.
    """
    dice = np.random.default_rng([seed, luck, 2])
    for _ in range(TRIES):
        try:
            return changed(Parameters(), one.space.values(_whole(one, free, dice)))
        except BadInput:
            continue
    none = one._replace(rest=0.0)
    return changed(Parameters(), none.space.values(_whole(none, free, dice)))


def simulated(one: Problem, free: Floats, luck: int, seed: int) -> tuple[Floats, Floats]:
    """Return scores and alliance scores (step, client) as data of this design would have them."""
    seen = one.observed
    run = simulate.advance(
        simulate.start(seen.study, parameters(one, free, luck, seed), len(seen.allocation.arm),
                       seed, luck, allocation=seen.allocation), threads=1,
    )  # fmt: skip
    truth = dict(simulate.variables(run.truth))
    there = observe.seen(run) & ~seen.gaps
    scores = np.where(there, truth["symptom_score"], np.nan).astype(float)
    if not one.with_alliance:
        return scores, np.full_like(scores, np.nan)
    rated = observe.scores(run)["alliance_score"]
    known = ~np.isnan(seen.alliance).all(axis=1)[:, None]
    return scores, np.where(there & known, rated, np.nan).astype(float)


def draw(one: Problem, count: int, dice: np.random.Generator) -> Floats:
    """Return free coordinates drawn from the prior, `(draw, quantity)`.

    Those outside their ranges, or which exclude each other, are drawn again.
    """
    found: list[Floats] = []
    alone = one._replace(rest=0.0)
    while len(found) < count:
        x = dice.normal(size=one.free)
        if (x < one.low).any() or (x > one.high).any():
            continue
        try:
            changed(Parameters(), one.space.values(_whole(alone, x, dice)))
        except BadInput:
            continue
        found.append(x)
    return np.array(found)


def values(one: Problem, coordinates: Floats) -> pd.DataFrame:
    """Return the values of the free quantities at coordinates, `(draw, quantity)` both."""
    priors = one.space.priors
    return pd.DataFrame(
        {
            name: [priors[k].value(float(x)) for x in coordinates[:, k]]
            for k, name in enumerate(one.names)
        }
    )

"""The space in which all worlds are calibrated together: what they share, and what each has alone.

People, their course without therapy, forms and endings are the same in all worlds; a world differs
in its pathways from therapy to distress. So a point has one coordinate for every shared parameter,
and one for every parameter of its own that a world has. The null world has none: it is the shared
population with every pathway off.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from dyadsim.calibration.free_parameters import TIED, tie_parameters
from dyadsim.calibration.prior import Floats, Prior, Space, likely_prior
from dyadsim.errors import BadInput
from dyadsim.model import members, worlds
from dyadsim.model.declarations import own_parameters, shared_parameters
from dyadsim.model.parameters import Parameters, changed, flat

SHARED = ""
Mask = np.ndarray[Any, np.dtype[np.bool_]]


def healing_worlds() -> tuple[str, ...]:
    """Return the worlds that have parameters of their own: all in which something heals."""
    return tuple(name for name, claim in worlds.WORLDS.items() if own_parameters(claim.fixed))


class JointSpace(NamedTuple):
    """Shared parameters once, then the own ones of each world, by coordinate.

    `owners` says to which world a column belongs, "" to all of them; `names` are full names;
    `fixed` holds the parameters that stay at a value wherever a world's claim leaves them free.
    """

    worlds: tuple[str, ...]
    owners: tuple[str, ...]
    names: tuple[str, ...]
    priors: tuple[Prior, ...]
    fixed: Mapping[str, float]

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns' names in tables: 'hybrid/distress.treatment_gain' for a world's own."""
        return tuple(
            members.label_of(name, owner)
            for owner, name in zip(self.owners, self.names, strict=True)
        )

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """The lowest and the highest coordinates, `(column,)` both."""
        space = Space("", self.names, self.priors, {})
        return space.bounds

    @property
    def middle(self) -> Floats:
        """The middle of the prior, `(column,)`."""
        return np.zeros(len(self.names))

    def columns_of(self, world: str) -> Mask:
        """Return which columns belong to a world, `(column,)`: the shared ones, and its own."""
        return np.array([owner in (SHARED, world) for owner in self.owners])

    def space_of(self, world: str) -> Space:
        """Return the space of one world, its columns in the order of these."""
        mine = self.columns_of(world)
        claim = worlds.find_world(world).fixed
        fixed = {name: value for name, value in self.fixed.items() if name not in claim}
        names = tuple(name for name, is_mine in zip(self.names, mine, strict=True) if is_mine)
        priors = tuple(prior for prior, is_mine in zip(self.priors, mine, strict=True) if is_mine)
        return Space(world, names, priors, fixed)

    def values(self, world: str, coordinates: Floats) -> dict[str, float]:
        """Return all values of a world at coordinates `(column,)`: free, fixed and tied."""
        return self.space_of(world).values(coordinates[self.columns_of(world)])

    def row(self, coordinates: Floats, digits: int = 6) -> dict[str, float]:
        """Return the values of a point by label, rounded; tied parameters follow from them.

        Parameters
        ----------
        coordinates
            Of the point, `(column,)`.
        digits
            Significant digits.

        Returns
        -------
        dict
            A value a column, then the fixed and the tied ones: all that a world needs.
        """
        values = {
            members.label_of(name, owner): value
            for world in self.worlds
            for owner, name, value in self._columns(world, coordinates)
        }
        row = {label: float(f"{values[label]:.{digits}g}") for label in self.labels}
        row.update(self.fixed)
        tied = tie_parameters({name: value for name, value in row.items() if "/" not in name})
        row.update({name: float(f"{tied[name]:.{digits}g}") for name in TIED})
        return row

    def _columns(self, world: str, coordinates: Floats) -> list[tuple[str, str, float]]:
        """Return owner, name and value of every column of a world."""
        mine = self.columns_of(world)
        values = self.space_of(world).untied_values(coordinates[mine])
        owners = [owner for owner, is_mine in zip(self.owners, mine, strict=True) if is_mine]
        names = self.space_of(world).names
        return [(owner, name, values[name]) for owner, name in zip(owners, names, strict=True)]

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Return draws of the prior inside the bounds, `(draw, column)`."""
        low, high = (ndtr(bound) for bound in self.bounds)
        return np.asarray(ndtri(low + (high - low) * rng.random((count, len(self.names)))))


def space_of_worlds(
    names: Sequence[str] | None = None,
    fixed: Mapping[str, float] | None = None,
    *,
    shared: Mapping[str, float] | None = None,
) -> JointSpace:
    """Return the space in which worlds are calibrated together.

    Parameters
    ----------
    names
        Of the worlds; None: all in which something heals.
    fixed
        Parameters that stay at a value, in every world whose claim leaves them free.
    shared
        Values of all shared parameters, which then stay: a further world is calibrated beside
        those that are there. None: they are free.

    Returns
    -------
    JointSpace
        Shared columns first, then each world's own.

    Raises
    ------
    BadInput
        An unknown or impossible value, or one that the claim of every world fixes.
    """
    claims = [worlds.find_world(name) for name in (names or healing_worlds())]
    fixed = dict(fixed or {})
    changed(Parameters(), fixed)
    for name in fixed:
        if all(name in claim.fixed for claim in claims):
            first = claims[0]
            raise BadInput(
                f"{name} is fixed at {first.fixed[name]:g} in the world '{first.name}': that is "
                "its claim."
            )
    columns = [(SHARED, name) for name in shared_parameters() if shared is None]
    columns += [(claim.name, name) for claim in claims for name in own_parameters(claim.fixed)]
    columns = [(owner, name) for owner, name in columns if name not in fixed]
    priors = tuple(
        likely_prior((worlds.find_world(owner) if owner else claims[0]).likely_range(name))
        for owner, name in columns
    )
    if not columns:
        raise BadInput("nothing is left free to be calibrated.")
    stay = {name: (shared or {})[name] for name in shared_parameters() if shared is not None}
    owners, free = (tuple(part) for part in zip(*columns, strict=True))
    return JointSpace(tuple(claim.name for claim in claims), owners, free, priors, stay | fixed)


def held_space(world: str, values: Mapping[str, float]) -> JointSpace:
    """Return the space in which one world is calibrated beside those that are there.

    What all worlds share stays as it was calibrated.

    Parameters
    ----------
    world
        Name of the world whose claim it makes.
    values
        What a file or the command line sets; it stays too.

    Returns
    -------
    JointSpace
        The world's own parameters.

    Raises
    ------
    BadInput
        The world has none: nothing heals in it.
    """
    if not own_parameters(worlds.find_world(world).fixed):
        raise BadInput(
            f"The world '{world}' has no parameters of its own: it follows from what all share."
        )
    shared = flat(worlds.world_parameters(world, values))
    return space_of_worlds((world,), values, shared=shared)

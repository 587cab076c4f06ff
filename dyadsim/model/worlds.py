"""Four worlds, and those of one's own: the same machinery, nested by parameters.

A world is a claim, the parameters that the claim fixes, and values for the rest. A claim that some
kind of factor does not heal fixes the strength of every pathway into distress of that kind, as the
mechanisms declare them (`declarations.without`). Starting values are set by hand: `treatment_gain`
was solved once so that each world that heals has the same true effect against waitlist
(`specificity.mean_effect`); nothing else differs. Calibrated values (`dyadsim calibrate`) take
their place: those of member 0 of the ensemble (`model.members`).

A world of one's own is a file (`model.world_file`): the claim of a base world and what it adds to
it. Its members are those of the base with its own values put in.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dyadsim.errors import BadInput
from dyadsim.model import members
from dyadsim.model.declarations import without
from dyadsim.model.mechanism import Factor
from dyadsim.model.parameter import Likely, likely
from dyadsim.model.parameters import Parameters, catalogue, changed
from dyadsim.model.world_file import read_world_file
from dyadsim.search_path import find_choice, said_in

GAIN = "distress.treatment_gain"


class World(NamedTuple):
    """A claim, the values that it fixes, those set by hand, and what is likely, by full name.

    `likely` holds what the claim makes likely of a parameter, in the place of its declaration.
    A world of one's own has a `base`, the values in which it differs beside its claim (`own`), the
    `path` of its file, and perhaps that of its own `ensemble`; else it has its base's members.
    """

    name: str
    claim: str
    fixed: Mapping[str, float]
    start: Mapping[str, float]
    likely: Mapping[str, Likely]
    base: str = ""
    own: Mapping[str, float] = {}
    path: str = ""
    ensemble: Path | None = None

    def likely_range(self, name: str) -> Likely:
        """Return what is believed in this world of a parameter that calibration moves.

        Raises
        ------
        KeyError
            Calibration does not move it.
        """
        about = self.likely.get(name) or catalogue()[name].about.likely
        if about is None:
            raise KeyError(name)
        return about

    @property
    def calibrated_values(self) -> Mapping[str, float]:
        """The values of member 0 of the ensemble; empty where nothing was calibrated."""
        return self.member_values(0)

    def member_values(self, member: int) -> dict[str, float]:
        """Return the calibrated values of a member of its ensemble.

        Raises
        ------
        BadInput
            There is no such member.
        """
        owner = self.name if self.ensemble else self.base or self.name
        return members.member_values(owner, member, self.ensemble)

    @property
    def differences(self) -> Mapping[str, float]:
        """What a world of one's own sets that its base does not; empty in any other world."""
        claimed = WORLDS[self.base].fixed if self.base else self.fixed
        added = {name: value for name, value in self.fixed.items() if name not in claimed}
        return {**self.own, **added}

    @property
    def calibration(self) -> Mapping[str, Any]:
        """How the ensemble was calibrated (facts, seed, budget, commit); empty if never."""
        about = self.ensemble.with_suffix(".json") if self.ensemble else None
        return members.read_about(about or members.folder() / members.ABOUT)

    @property
    def calibrated(self) -> bool:
        """Whether the values were calibrated on `facts.csv`; those of one's own never were."""
        return not self.base and bool(self.calibrated_values)


WORLDS = {
    world.name: world
    for world in (
        World(
            "medical",
            "Only the matched ingredient heals; alliance follows from the therapist and from "
            "improvement, and heals nothing itself, though unresolved ruptures can harm.",
            {
                "distress.specificity": 1.0,
                "process_change.gating": 0.0,
                **without(Factor.COMMON),
            },
            {GAIN: 2.15},
            {GAIN: likely(0.6, 4, "judged: technique alone has all the work to do", own=True)},
        ),
        World(
            "contextual",
            "Real relationship, expectancy, self-regulation and any credible action heal, whatever "
            "the ingredients.",
            {"distress.specificity": 0.0},
            {GAIN: 0.86},
            {GAIN: likely(0.2, 3, "judged: action works beside hope and bond", own=True)},
        ),
        World(
            "hybrid",
            "Matched technique heals as far as the relationship lets it, beside all that heals in "
            "the contextual world.",
            {},
            {GAIN: 1.0},
            {GAIN: likely(0.3, 3.5, "judged: technique works beside hope and bond", own=True)},
        ),
        World(
            "null",
            "Nothing heals or harms: natural course, regression to the mean, and improvement that "
            "raises the alliance.",
            {
                "distress.specificity": 0.0,
                **without(Factor.SPECIFIC, Factor.MEDICATION, Factor.COMMON, Factor.HARM),
            },
            {},
            {},
        ),
    )
}


def find_world(name: str) -> World:
    """Return the world of a name.

    Parameters
    ----------
    name
        One of `WORLDS`, a file of one's own folder, or the path of a file.

    Returns
    -------
    World
        The world; one of one's own is called like its file.

    Raises
    ------
    BadInput
        There is no such world (the message offers the nearest name), or its file cannot be used.
    """
    if name in WORLDS:
        return WORLDS[name]
    choice = find_choice("world", name)
    state = choice.path.stat()
    return _world_of_file(choice.path, state.st_mtime_ns, state.st_size)


@functools.lru_cache(64)
def _world_of_file(path: Path, *_changed: int) -> World:
    """Return the world of a file; it is read again when the file has changed."""
    with said_in(path, "world"):
        file = read_world_file(path, WORLDS)
        base = WORLDS[file.base]
        for name in (*file.fixed, *file.values):
            if name in base.fixed:
                raise BadInput(
                    f"{name} is fixed at {base.fixed[name]:g} in its base '{base.name}': that is "
                    "the claim of that world. Take base: hybrid, where it is free."
                )
    return World(
        path.stem,
        file.claim or f"A world of one's own, from {base.name}.",
        {**base.fixed, **file.fixed},
        base.start,
        base.likely,
        base.name,
        file.values,
        str(path),
        file.members,
    )


def world_parameters(world: World | str, values: Mapping[str, float] | None = None) -> Parameters:
    """Return the parameters of a world, calibrated, with some values of your own.

    Parameters
    ----------
    world
        A world or its name: medical, contextual, hybrid, null, or one of your own (a name in your
        folder of choices, or the path of a file).
    values
        Full names of parameters to numbers; they take the place of the calibrated ones.

    Returns
    -------
    parameters.Parameters
        All parameters.

    Raises
    ------
    BadInput
        An unknown or impossible value, or one that the world's claim fixes.
    """
    return member_parameters(world, 0, values)


def member_parameters(
    world: World | str, member: int, values: Mapping[str, float] | None = None
) -> Parameters:
    """Return the parameters of one member of the ensemble in a world (`model.members`).

    Parameters
    ----------
    world
        A world or its name.
    member
        Number of the member, from 0, which is the mode.
    values
        Full names of parameters to numbers; they take the place of the calibrated ones.

    Returns
    -------
    parameters.Parameters
        All parameters.

    Raises
    ------
    BadInput
        There is no such member; an unknown or impossible value, or one that the claim fixes.
    """
    world = world if isinstance(world, World) else find_world(world)
    if not isinstance(values, Mapping | None):
        raise BadInput(
            "the values of a world map full names of parameters to numbers, such as "
            f"{{'alliance.rate': 0.3}}, not '{values}'."
        )
    values = dict(values or {})
    for name in values:
        if name in world.fixed:
            raise BadInput(
                f"{name} is fixed at {world.fixed[name]:g} in the world '{world.name}': that is "
                f"its claim. {_where_free(world, name)}"
            )
    calibrated = world.member_values(member)
    return changed(
        Parameters(), {**world.start, **calibrated, **world.own, **values, **world.fixed}
    )


def _where_free(world: World, name: str) -> str:
    """Return in which world a parameter that a claim fixes is free."""
    if world.base and name not in WORLDS[world.base].fixed:
        return f"To change it, move it from fixed to parameters in {world.path}."
    return "Use world=hybrid, where it is free."

"""Four worlds: the same machinery, nested by parameters.

A world is a claim, the parameters that the claim fixes, and values for the rest. A claim that some
kind of factor does not heal fixes the strength of every pathway into distress of that kind, as the
mechanisms declare them (`declarations.without`). Starting values are set by hand: `treatment_gain`
was solved once so that each world that heals has the same true effect against waitlist
(`specificity.mean_effect`); nothing else differs. Calibrated values (`dyadsim calibrate`) take
their place: those of member 0 of the ensemble (`model.members`).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dyadsim.errors import BadInput, nearest
from dyadsim.model import members
from dyadsim.model.declarations import without
from dyadsim.model.mechanism import Factor
from dyadsim.model.parameter import Likely, likely
from dyadsim.model.parameters import Parameters, catalogue, changed

GAIN = "distress.treatment_gain"


class World(NamedTuple):
    """A claim, the values that it fixes, those set by hand, and what is likely, by full name.

    `likely` holds what the claim makes likely of a parameter, in the place of its declaration.
    """

    name: str
    claim: str
    fixed: Mapping[str, float]
    start: Mapping[str, float]
    likely: Mapping[str, Likely]

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
        return members.member_values(self.name, 0)

    @property
    def calibration(self) -> Mapping[str, Any]:
        """How the ensemble was calibrated (facts, seed, budget, commit); empty if never."""
        return members.read_about(members.folder() / members.ABOUT)

    @property
    def calibrated(self) -> bool:
        """Whether the values were calibrated on `facts.csv`."""
        return bool(self.calibrated_values)


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

    Raises
    ------
    BadInput
        There is no such world; the message offers the nearest name.
    """
    if name not in WORLDS:
        known = ", ".join(WORLDS)
        raise BadInput(f"There is no world '{name}'.{nearest(name, WORLDS)} Worlds: {known}.")
    return WORLDS[name]


def world_parameters(world: World | str, values: Mapping[str, float] | None = None) -> Parameters:
    """Return the parameters of a world, calibrated, with some values of your own.

    Parameters
    ----------
    world
        A world or its name: medical, contextual, hybrid or null.
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
                "its claim. Use world=hybrid, where it is free."
            )
    own = members.member_values(world.name, member)
    return changed(Parameters(), {**world.start, **own, **values, **world.fixed})

"""The parameters of the mechanisms, of the population and of measurement, gathered."""

import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_type_hints

import numpy as np

from dyadsim.errors import BadInput, nearest
from dyadsim.model.display import html_table
from dyadsim.model.mechanism import Mechanism
from dyadsim.model.mechanism_file import how_to_name, own_mechanisms, with_own_parameters
from dyadsim.model.mechanisms.action import Action
from dyadsim.model.mechanisms.alliance import Alliance
from dyadsim.model.mechanisms.distress import Distress
from dyadsim.model.mechanisms.ending import Ending
from dyadsim.model.mechanisms.expectancy import Expectancy
from dyadsim.model.mechanisms.process_change import ProcessChange
from dyadsim.model.mechanisms.readiness import Readiness
from dyadsim.model.mechanisms.regulation import Regulation
from dyadsim.model.mechanisms.resonance import Resonance
from dyadsim.model.mechanisms.responsiveness import Responsiveness
from dyadsim.model.mechanisms.rupture import Rupture
from dyadsim.model.mechanisms.sudden_gain import SuddenGain
from dyadsim.model.parameter import Parameter, check_value, declared, likely, parameter
from dyadsim.model.population import Population, check_shares


class Measurement(NamedTuple):
    """What stands between a latent and its score, the same for all instruments."""

    style: Annotated[
        float,
        parameter(
            "rater style: SD of its effect in SDs of the true score",
            "SD",
            0,
            1,
            likely=likely(0.15, 0.7, "judged: 2 to 33 % of what is common to a rater's forms"),
        ),
    ] = 0.3
    reliability_factor: Annotated[
        float, parameter("multiplies every instrument's error variance", "1", 0, 5)
    ] = 1.0
    missing: Annotated[
        float, parameter("share of sessions whose questionnaires are missing", "share", 0, 0.95)
    ] = 0.1
    missing_assessment: Annotated[
        float, parameter("share of scheduled assessments that are missing", "share", 0, 0.95)
    ] = 0.1
    anxiety_own: Annotated[
        float, parameter("SD of the part of anxiety that is not distress", "distress", 0, 2)
    ] = 0.3
    anxiety_memory: Annotated[
        float, parameter("share of that part kept from week to week", "share", 0, 0.999)
    ] = 0.93


class Parameters(NamedTuple):
    """All parameters of a world; a field is a config key, and a file in `mechanisms/`."""

    population: Population = Population()
    resonance: Resonance = Resonance()
    responsiveness: Responsiveness = Responsiveness()
    rupture: Rupture = Rupture()
    alliance: Alliance = Alliance()
    expectancy: Expectancy = Expectancy()
    readiness: Readiness = Readiness()
    sudden_gain: SuddenGain = SuddenGain()
    process_change: ProcessChange = ProcessChange()
    action: Action = Action()
    regulation: Regulation = Regulation()
    distress: Distress = Distress()
    ending: Ending = Ending()
    measurement: Measurement = Measurement()

    def __repr__(self) -> str:
        """Return how many there are, and how many differ from their defaults, in one line."""
        changes = sum(changes for _, changes in _counts(self).values())
        return f"<Parameters: {len(catalogue())} in {len(self)} groups, {changes} not at default>"

    def _repr_html_(self) -> str:
        """Return a table of the groups, for notebooks."""
        rows = [(name, str(n), str(changes)) for name, (n, changes) in _counts(self).items()]
        header = ("group", "parameters", "not at default")
        return html_table("Parameters: parameters.alliance shows a group", header, rows)


if not TYPE_CHECKING and own_mechanisms():
    Parameters = with_own_parameters(Parameters)


def _counts(parameters: Parameters) -> dict[str, tuple[int, int]]:
    """Return by group how many parameters there are, and how many are not at their defaults."""
    return {
        name: (len(part), sum(a != b for a, b in zip(part, type(part)(), strict=True)))
        for name, part in parameters._asdict().items()
    }


@cache
def hints() -> dict[str, Any]:
    """Return the named tuple of parameters of each owner, such as 'alliance', in model order."""
    return get_type_hints(Parameters)


@cache
def catalogue() -> dict[str, Parameter]:
    """Return every parameter by its full name, such as 'alliance.rate', in model order."""
    return {
        item.name: item
        for owner, kind in hints().items()
        for item in declared(owner, kind).values()
    }


@cache
def mechanisms() -> dict[str, Mechanism]:
    """Return what each mechanism declares of itself, by its name, in model order."""
    files = {owner: sys.modules[kind.__module__] for owner, kind in hints().items()}
    return {owner: file.MECHANISM for owner, file in files.items() if hasattr(file, "MECHANISM")}


def changed(parameters: Parameters, values: Mapping[str, float]) -> Parameters:
    """Return parameters with some values changed.

    Parameters
    ----------
    parameters
        The parameters to start from.
    values
        Full names, such as 'alliance.rate', to numbers.

    Returns
    -------
    parameters.Parameters
        All parameters.

    Raises
    ------
    BadInput
        An unknown name (the message offers the nearest), no number, or one out of range.
    """
    known, parts = catalogue(), dict[str, dict[str, float]]()
    for name, value in values.items():
        owner, _, field = name.partition(".")
        if name not in known:
            raise BadInput(
                f"There is no parameter '{name}'.{nearest(name, known)}{how_to_name(name, hints())}"
            )
        parts.setdefault(owner, {})[field] = check_value(known[name], value)
    changes: Any = {
        owner: getattr(parameters, owner)._replace(**fields) for owner, fields in parts.items()
    }
    parameters = parameters._replace(**changes)
    check_shares(parameters.population)
    return parameters


def flat(parameters: Parameters) -> dict[str, float]:
    """Return every parameter's value by its full name."""
    return {
        f"{owner}.{field}": float(value)
        for owner, part in parameters._asdict().items()
        for field, value in part._asdict().items()
    }


@lru_cache(maxsize=256)
def as_float32(parameters: Parameters) -> Parameters:
    """Return the same parameters as float32: what the kernel is compiled for."""

    def narrow(part: Any) -> Any:
        return type(part)._make(np.array(part, np.float32))

    return Parameters(*(narrow(part) for part in parameters))

"""A parameter of the model: its meaning, unit, range, prior and source, and the one range check.

A mechanism declares its parameters as a named tuple whose fields carry a `ParameterInfo`:

    class Alliance(NamedTuple):
        bond_rate: Annotated[float, parameter("share of the gap closed", "1/session", 0, 1)] = 0.35

so that the default stands once, in code, beside the equation that uses it.
"""

import math
from typing import Any, NamedTuple, get_type_hints

from dyadsim.errors import BadInput


class ParameterInfo(NamedTuple):
    """What is known of a parameter besides its default: `low <= value <= high`, both included."""

    meaning: str
    unit: str
    low: float
    high: float
    source: str
    prior: str
    free: bool = False


class Parameter(NamedTuple):
    """A parameter with its full name ('alliance.bond_rate') and default."""

    name: str
    default: float
    about: ParameterInfo


def parameter(
    meaning: str,
    unit: str,
    low: float,
    high: float,
    *,
    source: str = "assumption",
    prior: str = "weak",
    free: bool = False,
) -> ParameterInfo:
    """Return the annotation of one parameter.

    Parameters
    ----------
    meaning
        One plain clause.
    unit
        Its unit; "1" for a pure number.
    low, high
        The range outside which a value is refused; both ends are allowed.
    source
        Keys of `references.bib`, separated by ";"; "assumption" where there is none.
    prior
        "weak" about the hand-set value (`prior`), or "uniform" over the range.
    free
        Whether calibration may move it (`calibration.free_parameters`).
    """
    return ParameterInfo(meaning, unit, float(low), float(high), source, prior, free)


def declared(owner: str, kind: type[NamedTuple]) -> dict[str, Parameter]:
    """Return the parameters of a named tuple.

    Parameters
    ----------
    owner
        The name of the mechanism, which starts their full names.
    kind
        The class of the named tuple.

    Returns
    -------
    dict
        Field name to `Parameter`, in the order of the fields.
    """
    hints = get_type_hints(kind, include_extras=True)
    defaults: dict[str, Any] = kind._field_defaults
    return {
        field: Parameter(f"{owner}.{field}", defaults[field], hint.__metadata__[0])
        for field, hint in hints.items()
    }


def check_value(item: Parameter, value: object) -> float:
    """Return `value` as a float inside the range of `item`.

    Raises
    ------
    BadInput
        Not a finite number, or outside the range; the message names parameter, range and value.
    """
    about = item.about
    unit = "" if about.unit == "1" else f" {about.unit}"
    rule = f"{item.name} ({about.meaning}) must lie in [{about.low:g}, {about.high:g}]{unit}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{rule}; '{value}' is not a number.")
    if not math.isfinite(value) or not about.low <= value <= about.high:
        raise BadInput(f"{rule}; the value given is {value:g}.")
    return float(value)

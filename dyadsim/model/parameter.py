"""A parameter of the model: its meaning, unit, ranges and source, and the one range check.

A mechanism declares its parameters as a named tuple whose fields carry a `ParameterInfo`:

    class Alliance(NamedTuple):
        bond_rate: Annotated[float, parameter("share of the gap closed", "1/session", 0, 1)] = 0.35

so that the default stands once, in code, beside the equation that uses it. A parameter has up to
two ranges. `low` to `high` is hard: beyond it a value is refused. What is `likely` is a judgement:
the range in which somebody who knows the field would expect the value, with the reason. Calibration
moves the parameters that have one (`calibration.prior`), and no others.
"""

import math
from typing import Any, NamedTuple, get_type_hints

from dyadsim.errors import BadInput

SHAPES = ("log", "plain", "uniform", "odds")


class Likely(NamedTuple):
    """What is believed of a parameter before any fact: 95 % of its prior lies in [low, high].

    Attributes
    ----------
    low, high
        The ends, in the parameter's unit.
    reason
        Why, in one clause: a measurement, keys of `references.bib`, or that it was judged.
    own
        Whether the parameter belongs to a pathway from therapy to distress, and so to one world
        alone; all others (people, natural course, forms, alliance, endings) are the same in all
        worlds.
    shape
        "log": the logarithm is normal. "plain": the value is. "uniform": flat, and [low, high]
        holds all of it. "odds": low and high are odds, and their logarithm is normal (a share of
        what another share leaves).
    """

    low: float
    high: float
    reason: str
    own: bool
    shape: str


def likely(
    low: float, high: float, reason: str, *, own: bool = False, shape: str | None = None
) -> Likely:
    """Return what is believed of a parameter; the arguments are those of `Likely`.

    Parameters
    ----------
    low, high
        The ends, low < high.
    reason
        Why, in one clause.
    own
        Whether it belongs to one world alone.
    shape
        One of `SHAPES`; None: "log" if `low` is above 0, else "plain".

    Examples
    --------
    >>> likely(0.1, 0.4, "judged").shape, likely(-1.0, 1.0, "judged").shape
    ('log', 'plain')
    """
    return Likely(float(low), float(high), reason, own, shape or ("log" if low > 0 else "plain"))


class ParameterInfo(NamedTuple):
    """What is known of a parameter besides its default: `low <= value <= high`, both included.

    `likely` is None where calibration leaves the parameter at its default.
    """

    meaning: str
    unit: str
    low: float
    high: float
    source: str
    likely: Likely | None = None


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
    likely: Likely | None = None,
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
    likely
        What is believed of it before any fact (`likely`); without it calibration leaves it alone.
    """
    return ParameterInfo(meaning, unit, float(low), float(high), source, likely)


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
    if type(value) is float and math.isfinite(value) and about.low <= value <= about.high:
        return value
    unit = "" if about.unit == "1" else f" {about.unit}"
    rule = f"{item.name} ({about.meaning}) must lie in [{about.low:g}, {about.high:g}]{unit}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{rule}; '{value}' is not a number.")
    if not math.isfinite(value) or not about.low <= value <= about.high:
        raise BadInput(f"{rule}; the value given is {value:g}.")
    return float(value)

"""One client as a case card: a YAML file that describes a person, read and checked here.

name: Anna
symptom_score: 31        # on the study's instrument, at intake
usual_score: 22          # the level that she always returned to so far; default: symptom_score
readiness: 0.6           # stage of change, 0 to 1
expectancy: 0.5          # expected improvement, 0 to 1
processes: {cognitive: 0.5, behavioural: 0.2, emotional: 0.2, interpersonal: 0.1}
theory_of_change: {...}  # the client's own, shares as above; default: the same as processes
attachment: 0            # security, z
resources: 0             # life-context resources, z
good_enough_score: 12    # optional
therapist: {empathy: 1}  # optional: traits in z; without it, a therapist drawn as usual
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from dyadsim.errors import BadInput, nearest
from dyadsim.model.variables import PROCESSES

NEEDED = ("symptom_score", "readiness", "expectancy", "processes")
SKILLS = ("empathy", "congruence", "regard", "repair_skill", "formulation_skill", "competence")
_Z = (-4.0, 4.0)
_RANGES = {"readiness": (0.0, 1.0), "expectancy": (0.0, 1.0), "attachment": _Z, "resources": _Z}
type Shares = tuple[float, float, float, float]


class Case(NamedTuple):
    """A client as a study sees one: scores in points of the study's instrument."""

    name: str
    symptom_score: float
    usual_score: float
    readiness: float
    expectancy: float
    processes: Shares
    theory_of_change: Shares
    attachment: float = 0.0
    resources: float = 0.0
    good_enough_score: float | None = None
    therapist: tuple[tuple[str, float], ...] = ()


def read(path: str | Path) -> Case:
    """Return the client of a case card.

    Raises
    ------
    BadInput
        no such file, no YAML, a value that is missing, unknown or impossible.
    """
    try:
        fields = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"case card '{path}' cannot be read: {error.strerror}.") from None
    except yaml.YAMLError as error:
        raise BadInput(f"case card '{path}' is no YAML: {error}.") from None
    if not isinstance(fields, dict):
        raise BadInput(f"case card '{path}': it must hold names and values, such as readiness: 0.6")
    return case({"name": Path(path).stem, **fields})


def case(fields: Mapping[str, Any]) -> Case:
    """Return a checked client from the fields of a card.

    Raises
    ------
    BadInput
        a value that is missing, unknown or impossible.
    """
    where = f"case card {fields.get('name', 'without a name')}"
    for field in fields:
        if field not in Case._fields:
            raise BadInput(
                f"{where}: there is no field '{field}'.{nearest(str(field), Case._fields)}"
            )
    for field in NEEDED:
        if fields.get(field) is None:
            raise BadInput(f"{where}: '{field}' is missing.")
    score = _number(where, "symptom_score", fields["symptom_score"], 0, 1000)
    processes = _shares(where, "processes", fields["processes"])
    theory = fields.get("theory_of_change")
    enough = fields.get("good_enough_score")
    numbers = {
        name: _number(where, name, fields.get(name, 0.0), *_RANGES[name]) for name in _RANGES
    }
    return Case(
        name=str(fields.get("name", "case")),
        symptom_score=score,
        usual_score=_number(where, "usual_score", fields.get("usual_score", score), 0, 1000),
        processes=processes,
        theory_of_change=processes
        if theory is None
        else _shares(where, "theory_of_change", theory),
        good_enough_score=None
        if enough is None
        else _number(where, "good_enough_score", enough, 0, 1000),
        therapist=_therapist(where, fields.get("therapist") or {}),
        **numbers,
    )


def _number(where: str, field: str, value: object, low: float, high: float) -> float:
    """Return a number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadInput(f"{where}: {field} must be a number in [{low:g}, {high:g}], not '{value}'.")
    return float(value)


def _shares(where: str, field: str, given: object) -> Shares:
    """Return four shares that add to 1, in the order of `PROCESSES`."""
    if not isinstance(given, Mapping):
        raise BadInput(f"{where}: {field} must map processes to shares, not '{given}'.")
    for process in given:
        if process not in PROCESSES:
            raise BadInput(
                f"{where}: {field} has no process '{process}'."
                f"{nearest(str(process), PROCESSES)} Processes: {', '.join(PROCESSES)}."
            )
    found = [_number(where, f"{field}.{one}", given.get(one, 0.0), 0, 1) for one in PROCESSES]
    if abs(sum(found) - 1) > 0.011:
        raise BadInput(f"{where}: the shares of {field} must add to 1; they add to {sum(found):g}.")
    total = sum(found)
    first, second, third, fourth = (share / total for share in found)
    return first, second, third, fourth


def _therapist(where: str, given: object) -> tuple[tuple[str, float], ...]:
    """Return the therapist's traits."""
    if not isinstance(given, Mapping):
        raise BadInput(f"{where}: therapist must map traits to numbers, not '{given}'.")
    for trait in given:
        if trait not in SKILLS:
            raise BadInput(
                f"{where}: a therapist has no trait '{trait}'.{nearest(str(trait), SKILLS)} "
                f"Traits: {', '.join(SKILLS)}."
            )
    return tuple(
        (trait, _number(where, f"therapist.{trait}", value, *_Z)) for trait, value in given.items()
    )

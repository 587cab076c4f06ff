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

from dyadsim import checks
from dyadsim.choices import is_file, read_yaml
from dyadsim.errors import BadInput, nearest
from dyadsim.model import questionnaires
from dyadsim.model.variables import PROCESSES
from dyadsim.search_path import choice_names, find_choice

NEEDED = ("symptom_score", "readiness", "expectancy", "processes")
SKILLS = ("empathy", "congruence", "regard", "repair_skill", "formulation_skill", "competence")
SCORES = ("symptom_score", "usual_score", "good_enough_score")
_Z = (-4.0, 4.0)
_RANGES = {"readiness": (0.0, 1.0), "expectancy": (0.0, 1.0), "attachment": _Z, "resources": _Z}
_ROUNDING = 0.011  # shares written with two decimals may miss 1 by so much
type Shares = tuple[float, float, float, float]


class Case(NamedTuple):
    """A client as a study sees the person: scores in points of the study's instrument."""

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


def find_case(card: str, instrument: str | questionnaires.Instrument) -> Case:
    """Return the client of a card whose scores an instrument can give.

    Parameters
    ----------
    card
        A name in `conf/case/` or in a folder of one's own, or the path of a YAML file.
    instrument
        The study's symptom instrument.

    Returns
    -------
    Case
        The client.

    Raises
    ------
    BadInput
        There is no such card, it cannot be used, or a score is out of the instrument's range.
    """
    known = choice_names("case")
    if card not in known and not (isinstance(card, str | Path) and is_file(card)):
        raise BadInput(
            f"study n_of_1: there is no case card '{card}' and no such file."
            f"{nearest(str(card), known)} Cards: {', '.join(known)}."
        )
    case = read_case(find_choice("case", card).path if card in known else card)
    form = questionnaires.find_instrument(instrument)
    for name in SCORES:
        score = getattr(case, name)
        if score is not None and not form.floor <= score <= form.ceiling:
            raise BadInput(
                f"case card {case.name}: {name} must be a score of {form.name}, from "
                f"{form.floor:g} to {form.ceiling:g}, not {score:g}."
            )
    return case


def read_case(path: str | Path) -> Case:
    """Return the client of a case card.

    Parameters
    ----------
    path
        A YAML file.

    Returns
    -------
    Case
        The client; without a name of its own, it is called like the file.

    Raises
    ------
    BadInput
        No such file, no YAML, or a value that is missing, unknown or impossible.
    """
    fields = read_yaml(path, "case card")
    if not isinstance(fields, dict):
        raise BadInput(f"case card '{path}': it must hold names and values, such as readiness: 0.6")
    return case_from_fields({"name": Path(path).stem, **fields})


def case_from_fields(fields: Mapping[str, Any]) -> Case:
    """Return a checked client from the fields of a card.

    Parameters
    ----------
    fields
        Values by the names of the card.

    Returns
    -------
    Case
        The client.

    Raises
    ------
    BadInput
        A value that is missing, unknown or impossible.
    """
    where = f"case card {fields.get('name', 'without a name')}"
    checks.fields_known("field", fields, Case._fields, where=where)
    for field in NEEDED:
        if fields.get(field) is None:
            raise BadInput(f"{where}: '{field}' is missing.")

    def score(field: str, default: object = None) -> float:
        return checks.number(
            f"{where}: {field}", fields.get(field, default), 0, questionnaires.FURTHEST_SCORE
        )

    processes = _shares(where, "processes", fields["processes"])
    theory, enough = fields.get("theory_of_change"), fields.get("good_enough_score")
    return Case(
        name=str(fields.get("name", "case")),
        symptom_score=score("symptom_score"),
        usual_score=score("usual_score", fields["symptom_score"]),
        processes=processes,
        theory_of_change=processes
        if theory is None
        else _shares(where, "theory_of_change", theory),
        good_enough_score=None if enough is None else score("good_enough_score"),
        therapist=_therapist(where, fields.get("therapist") or {}),
        **{
            field: checks.number(f"{where}: {field}", fields.get(field, 0.0), low, high)
            for field, (low, high) in _RANGES.items()
        },
    )


def _shares(where: str, field: str, shares: object) -> Shares:
    """Return four shares that add to 1, in the order of `PROCESSES`."""
    if not isinstance(shares, Mapping):
        raise BadInput(f"{where}: {field} must map processes to shares, not '{shares}'.")
    checks.fields_known("process", shares, PROCESSES, where=f"{where}: {field}")
    numbers = [
        checks.number(f"{where}: {field}.{process}", shares.get(process, 0.0), 0, 1)
        for process in PROCESSES
    ]
    total = sum(numbers)
    if abs(total - 1) > _ROUNDING:
        raise BadInput(f"{where}: the shares of {field} must add to 1; they add to {total:g}.")
    first, second, third, fourth = (share / total for share in numbers)
    return first, second, third, fourth


def _therapist(where: str, traits: object) -> tuple[tuple[str, float], ...]:
    """Return the therapist's traits."""
    if not isinstance(traits, Mapping):
        raise BadInput(f"{where}: therapist must map traits to numbers, not '{traits}'.")
    checks.fields_known("therapist trait", traits, SKILLS, where=where)
    return tuple(
        (trait, checks.number(f"{where}: therapist.{trait}", value, *_Z))
        for trait, value in traits.items()
    )

"""What can be done to a simulated study: an `Intervention`, checked, from Python or from YAML.

In YAML an intervention is a mapping of the fields below, several are a list of such mappings:

    - {start: 4, hold: {alliance: 0.8}}
    - {remove: [bond], add_rupture: [6]}
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

from dyadsim.errors import BadInput, nearest
from dyadsim.model import questionnaires
from dyadsim.model.declarations import latents, pathways
from dyadsim.studies.study import Study

PATHS = {name: path.strength for name, path in pathways().items()}
HOLDABLE = latents()
SCORE = "symptom_score"
FIRST_ALERT = 3  # an alert needs the score of the second session (ODD, responsiveness)


class Intervention(NamedTuple):
    """What is done to everybody.

    From session `start` on: `hold`, latents of `HOLDABLE` or the `symptom_score` that therapists
    see, each to a value; `remove`, names of `PATHS`; `arm`, name of the arm that everybody is moved
    to; `therapist`, number of the therapist everybody gets. At single sessions: `add_rupture` (it
    may still be repaired), `remove_rupture`, `add_alert`, `remove_alert`.
    """

    hold: Mapping[str, float] = MappingProxyType({})
    remove: tuple[str, ...] = ()
    arm: str | None = None
    therapist: int | None = None
    add_rupture: tuple[int, ...] = ()
    remove_rupture: tuple[int, ...] = ()
    add_alert: tuple[int, ...] = ()
    remove_alert: tuple[int, ...] = ()
    start: int = 1


EVENTS = ("add_rupture", "remove_rupture", "add_alert", "remove_alert")


def read(path: str | Path) -> tuple[Intervention, ...]:
    """Return the interventions of a YAML file.

    Raises
    ------
    BadInput
        no such file, no YAML, or a field that does not exist or fit.
    """
    try:
        given = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"do: the file '{path}' cannot be read: {error.strerror}.") from None
    except yaml.YAMLError as error:
        raise BadInput(f"do: the file '{path}' is no YAML: {error}.") from None
    parts = given if isinstance(given, list) else [given]
    return tuple(intervention(part) for part in parts)


def intervention(fields: object) -> Intervention:
    """Return an intervention from a mapping of its fields.

    Raises
    ------
    BadInput
        no mapping, an unknown field, or a value of the wrong kind.
    """
    if not isinstance(fields, Mapping):
        raise BadInput(f"do: an intervention is a mapping of names to values, not '{fields}'.")
    for name in fields:
        if name not in Intervention._fields:
            raise BadInput(
                f"do: there is no field '{name}'.{nearest(str(name), Intervention._fields)} "
                f"Fields: {', '.join(Intervention._fields)}."
            )
    plain: dict[str, Any] = {key: value for key, value in fields.items() if value is not None}
    for name in ("remove", *EVENTS):
        if name in plain:
            plain[name] = _several(name, plain[name])
    if not isinstance(plain.get("hold", {}), Mapping):
        raise BadInput(f"do: hold maps latents to values, not '{plain['hold']}'.")
    plain["hold"] = MappingProxyType(dict(plain.get("hold", {})))
    return Intervention(**plain)


def _several(name: str, value: object) -> tuple[Any, ...]:
    """Return a list as a tuple; refuse anything else."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadInput(f"do: {name} must be a list, not '{value}'.")
    return tuple(value)


def checked(what: Intervention, study: Study) -> Intervention:
    """Return `what` if it can be done in `study`.

    Raises
    ------
    BadInput
        an unknown latent, path or arm, a value out of range, or a session that is none.
    """
    for name, value in what.hold.items():
        _check_held(name, value, study)
    for name in what.remove:
        if name not in PATHS:
            raise BadInput(
                f"do: there is no path '{name}' to remove.{nearest(str(name), PATHS)} "
                f"Paths: {', '.join(PATHS)}."
            )
    arms = [one.name for one in study.arms]
    if what.arm is not None and what.arm not in arms:
        raise BadInput(f"do: there is no arm '{what.arm}'.{nearest(str(what.arm), arms)}")
    _check_session("it must start at", what.start, 1, study)
    for event in EVENTS:
        for session in getattr(what, event):
            first = FIRST_ALERT if event == "add_alert" else 1
            _check_session(f"{event} must be", session, first, study)
    if what.therapist is not None and (
        isinstance(what.therapist, bool) or not isinstance(what.therapist, int)
    ):
        raise BadInput(f"do: therapist must be a therapist's number, not '{what.therapist}'.")
    return what


def _check_session(rule: str, session: object, first: int, study: Study) -> None:
    """Refuse what is no session of the study."""
    last = study.schedule.sessions
    if isinstance(session, bool) or not isinstance(session, int) or not first <= session <= last:
        raise BadInput(f"do: {rule} a session from {first} to {last}, not {session}.")


def _check_held(name: str, value: object, study: Study) -> None:
    """Refuse an unknown latent or score, or a value that it cannot have."""
    known = [*HOLDABLE, SCORE]
    if name not in known:
        raise BadInput(
            f"do: there is no latent '{name}' to hold.{nearest(str(name), known)} "
            f"To hold: {', '.join(known)}."
        )
    if name == SCORE:
        form = questionnaires.named(study.instrument)
        low, high = form.floor, form.ceiling
    else:
        low, high = HOLDABLE[name].low, HOLDABLE[name].high
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadInput(f"do: {name} is held in [{low:g}, {high:g}], not at {value}.")

"""What can be done to a simulated study: an `Intervention`, checked, from Python or from YAML.

In YAML an intervention is a mapping of the fields below, several are a list of such mappings:

    - {start: 4, hold: {alliance: 0.8}}
    - {remove: [bond], add_rupture: [6]}
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from dyadsim import checks
from dyadsim.choices import read_yaml
from dyadsim.errors import BadInput
from dyadsim.model import questionnaires
from dyadsim.model.declarations import latents, pathways
from dyadsim.studies.study import Study

PATHS = {name: path.strength for name, path in pathways().items()}
HOLDABLE = latents()
SCORE = "symptom_score"
FIRST_ALERT = 3  # an alert needs the score of the second session (ODD, responsiveness)


EVENTS = ("add_rupture", "remove_rupture", "add_alert", "remove_alert")


class Intervention(NamedTuple):
    """What is done to everybody in a study.

    Attributes
    ----------
    hold
        Latents of `HOLDABLE`, or the `symptom_score` that therapists see, each fixed at a value
        from session `start` on.
    remove
        Names of `PATHS` that do nothing from session `start` on.
    arm
        The name of the arm that everybody is moved to at session `start`.
    therapist
        The number of the therapist whom everybody gets at session `start`.
    add_rupture, remove_rupture
        Sessions with a rupture for everybody who comes (it may still be repaired), or for nobody.
    add_alert, remove_alert
        Sessions with an alert for everybody who comes (from session 3 on), or for nobody.
    start
        The session from which on; 1 is the first.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.Intervention(hold={"alliance": 0.8}, start=4)
    Intervention(hold={'alliance': 0.8}, start=4)
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

    def __repr__(self) -> str:
        """Return the fields that say something."""
        plain = {name: getattr(self, name) for name in self._fields} | {"hold": dict(self.hold)}
        usual = {**self._field_defaults, "hold": {}}
        words = [f"{name}={value!r}" for name, value in plain.items() if value != usual[name]]
        return f"Intervention({', '.join(words)})"


def read_interventions(path: str | Path) -> tuple[Intervention, ...]:
    """Return the interventions of a YAML file.

    Parameters
    ----------
    path
        A file with one mapping of fields, or a list of them.

    Returns
    -------
    tuple of Intervention
        In the order of the file.

    Raises
    ------
    BadInput
        No such file, no YAML, or a field that does not exist or fit.
    """
    content = read_yaml(path, "do: the file")
    parts = content if isinstance(content, list) else [content]
    return tuple(intervention_from_fields(part) for part in parts)


def intervention_from_fields(fields: object) -> Intervention:
    """Return an intervention from a mapping of its fields.

    Parameters
    ----------
    fields
        Values by the names of `Intervention`'s fields; None leaves the default.

    Returns
    -------
    Intervention
        The intervention; whether it fits a study is not checked yet (`check_intervention`).

    Raises
    ------
    BadInput
        No mapping, an unknown field, or a value of the wrong kind.
    """
    if not isinstance(fields, Mapping):
        raise BadInput(f"do: an intervention is a mapping of names to values, not '{fields}'.")
    checks.fields_known("field", fields, Intervention._fields, where="do")
    plain: dict[str, Any] = {key: value for key, value in fields.items() if value is not None}
    for name in ("remove", *EVENTS):
        if name in plain:
            plain[name] = _as_tuple(name, plain[name])
    hold = _as_mapping(plain.get("hold", {}))
    return Intervention(**{**plain, "hold": MappingProxyType(dict(hold))})


def _as_mapping(hold: object) -> Mapping[str, float]:
    """Return a mapping; refuse anything else."""
    if not isinstance(hold, Mapping):
        raise BadInput(f"do: hold maps latents to values, not '{hold}'.")
    return hold


def _as_tuple(name: str, value: object) -> tuple[Any, ...]:
    """Return a list as a tuple; refuse anything else."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadInput(f"do: {name} must be a list, not '{value}'.")
    return tuple(value)


def check_intervention(intervention: Intervention, study: Study) -> Intervention:
    """Return an intervention that can be done in a study.

    Parameters
    ----------
    intervention
        What is to be done.
    study
        The study it is to be done in.

    Returns
    -------
    Intervention
        The same intervention.

    Raises
    ------
    BadInput
        An unknown latent, path or arm, a value out of range, or a session that does not exist.
    """
    if not isinstance(intervention, Intervention):
        raise BadInput(
            "do: an intervention must be a dyadsim.Intervention, such as "
            f"dyadsim.Intervention(arm='waitlist'), not '{intervention}'."
        )
    for name, value in _as_mapping(intervention.hold).items():
        _check_fixed(name, value, study)
    for name in _as_tuple("remove", intervention.remove):
        checks.known_name("path to remove", name, PATHS, where="do")
    if intervention.arm is not None:
        checks.known_name("arm", intervention.arm, [arm.name for arm in study.arms], where="do")
    _check_session("it must start at", intervention.start, 1, study)
    for event in EVENTS:
        for session in _as_tuple(event, getattr(intervention, event)):
            first = FIRST_ALERT if event == "add_alert" else 1
            _check_session(f"{event} must be", session, first, study)
    _check_therapist(intervention.therapist)
    return intervention


def _check_therapist(therapist: object) -> None:
    """Refuse what is no number of a therapist."""
    if therapist is not None and (isinstance(therapist, bool) or not isinstance(therapist, int)):
        raise BadInput(f"do: therapist must be a therapist's number, not '{therapist}'.")


def _check_session(rule: str, session: object, first: int, study: Study) -> None:
    """Refuse what is no session of the study."""
    last = study.schedule.sessions
    if isinstance(session, bool) or not isinstance(session, int) or not first <= session <= last:
        raise BadInput(f"do: {rule} a session from {first} to {last}, not {session}.")


def _check_fixed(name: str, value: object, study: Study) -> None:
    """Refuse an unknown latent or score, or a value that it cannot have."""
    checks.known_name("latent to hold", name, [*HOLDABLE, SCORE], where="do")
    if name == SCORE:
        form = questionnaires.find_instrument(study.instrument)
        low, high = form.floor, form.ceiling
    else:
        low, high = HOLDABLE[name].low, HOLDABLE[name].high
    checks.number(f"do: hold.{name}", value, low, high)

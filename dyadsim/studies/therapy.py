"""Therapies are data: a YAML file each, of `conf/therapy/` or of one's own, checked here."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dyadsim import checks
from dyadsim.choices import read_yaml
from dyadsim.errors import BadInput
from dyadsim.model.variables import PROCESSES
from dyadsim.search_path import choice_names, find_choice, said_in

MEDIA = {
    "face_to_face": (1.0, 1.0),
    "video": (0.6, 1.0),
    "internet": (0.0, 1.0),
    "self_help": (0.0, 0.0),
    "pill": (0.0, 1.0),
}
UNTREATED = ("waitlist", "untreated")  # names of arms that get no therapy
HIGHEST_DOSE = 5.0
type Dose = tuple[float, float, float, float]


class Therapy(NamedTuple):
    """A treatment as data.

    Attributes
    ----------
    name, label
        Its key and its name in words.
    dose
        Ingredient dose per process, `(cognitive, behavioural, emotional, interpersonal)`, in units
        of one full session's work; each in [0, 5].
    structure
        How structured and directive, 0-1.
    rationale
        Credibility of its rationale, 0-1.
    bona_fide
        Delivered with intent, rationale and training.
    individualisation
        0 manualised ... 1 led by the therapist's case formulation.
    medium
        A key of `MEDIA`; fixes the bodily channel (0-1) and whether there is a therapist.
    medication
        Dose of medication, 1 = usual; in [0, 3].
    continued
        Medication goes on after the last session for those who ended as agreed.
    source
        Keys of `references.bib`.

    Examples
    --------
    >>> import dyadsim
    >>> cbt = dyadsim.therapy("cbt")
    >>> bare = cbt._replace(name="no_rationale", rationale=0.0)
    >>> dyadsim.rct([cbt, bare, "waitlist"], follow_up=())
    <Study rct: cbt, no_rationale, waitlist; 12 sessions; bdi2>
    """

    name: str
    label: str
    dose: Dose
    structure: float
    rationale: float
    bona_fide: bool = True
    individualisation: float = 0.2
    medium: str = "face_to_face"
    medication: float = 0.0
    continued: bool = False
    source: str = "assumption"

    @property
    def body(self) -> float:
        """How much of the bodily channel the medium carries, 0-1."""
        return MEDIA[self.medium][0]

    @property
    def human(self) -> float:
        """1 where a therapist takes part."""
        return MEDIA[self.medium][1]

    def dose_of(self, process: str) -> float:
        """Return the dose for one process.

        Raises
        ------
        BadInput
            There is no such process.
        """
        return self.dose[_place(self.name, process)]


def with_dose(therapy: Therapy, process: str, dose: float) -> Therapy:
    """Return the therapy with another dose for one process.

    Parameters
    ----------
    therapy
        The therapy to change.
    process
        One of `PROCESSES`.
    dose
        The new dose, in [0, 5].

    Returns
    -------
    Therapy
        The changed therapy, under the same name.

    Raises
    ------
    BadInput
        There is no such process, or the dose is out of range.
    """
    doses = list(therapy.dose)
    place = _place(therapy.name, process)
    doses[place] = checks.number(f"therapy {therapy.name}: dose.{process}", dose, 0, HIGHEST_DOSE)
    cognitive, behavioural, emotional, interpersonal = doses
    return therapy._replace(dose=(cognitive, behavioural, emotional, interpersonal))


def _place(name: str, process: str) -> int:
    """Return the place of a process in `PROCESSES`."""
    return PROCESSES.index(checks.known_name("process", process, PROCESSES, where=_where(name)))


def _where(name: str) -> str:
    """Return what messages about a therapy start with."""
    return f"therapy {name}"


def _dose(where: str, doses: object) -> Dose:
    """Return the doses in the order of `PROCESSES`."""
    if not isinstance(doses, Mapping):
        raise BadInput(f"{where}: 'dose' must map processes to numbers, not '{doses}'.")
    checks.fields_known("process", doses, PROCESSES, where=where)
    cognitive, behavioural, emotional, interpersonal = (
        checks.number(f"{where}: dose.{process}", doses.get(process, 0.0), 0, HIGHEST_DOSE)
        for process in PROCESSES
    )
    return cognitive, behavioural, emotional, interpersonal


def therapy_from_fields(name: str, fields: Mapping[str, Any]) -> Therapy:
    """Return a checked `Therapy` from the fields of its file.

    Parameters
    ----------
    name
        The therapy's key.
    fields
        Values by the names of `Therapy`'s attributes; `dose` maps processes to numbers.

    Returns
    -------
    Therapy
        The therapy.

    Raises
    ------
    BadInput
        An unknown or missing field, an unknown process or medium, or a number out of range.
    """
    where = _where(name)
    if not isinstance(fields, Mapping):
        raise BadInput(f"{where}: it must hold names and values, such as structure: 0.8")
    checks.fields_known("field", fields, Therapy._fields, where=where)
    for field in ("dose", "structure", "rationale"):
        if field not in fields:
            raise BadInput(f"{where}: the field '{field}' is missing.")

    def number(field: str, default: float = 0.0, high: float = 1.0) -> float:
        return checks.number(f"{where}: {field}", fields.get(field, default), 0, high)

    medium = fields.get("medium", "face_to_face")
    return Therapy(
        name=name,
        label=str(fields.get("label", name)),
        dose=_dose(where, fields["dose"]),
        structure=number("structure"),
        rationale=number("rationale"),
        bona_fide=checks.flag(f"{where}: bona_fide", fields.get("bona_fide", True)),
        individualisation=number("individualisation", 0.2),
        medium=checks.known_name("medium", medium, MEDIA, where=where),
        medication=number("medication", high=3.0),
        continued=checks.flag(f"{where}: continued", fields.get("continued", False)),
        source=str(fields.get("source", "assumption")),
    )


def therapies() -> list[str]:
    """Return the names of all therapies: dyadsim's, then one's own."""
    return choice_names("therapy")


@functools.lru_cache(256)
def _read_therapy(path: Path, *_changed: int) -> Therapy:
    """Return the therapy of a file; it is read again when the file has changed."""
    return therapy_from_fields(path.stem, read_yaml(path, "therapy"))


def find_therapy(name: str | Therapy) -> Therapy:
    """Return the therapy of a name.

    Parameters
    ----------
    name
        A name in `conf/therapy/` or in a folder of one's own, the path of a YAML file, or a
        `Therapy`, which is returned as it is.

    Returns
    -------
    Therapy
        The therapy.

    Raises
    ------
    BadInput
        There is no such therapy (the message offers the nearest name), or its file cannot be used.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.therapy("cbt").label
    'Cognitive-behavioural therapy'
    >>> dyadsim.therapy("cbd")
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadInput: There is no therapy 'cbd'. Did you mean cbt? ...
    """
    if isinstance(name, Therapy):
        return name
    choice = find_choice("therapy", name)
    state = choice.path.stat()
    with said_in(choice.path, "therapy"):
        return _read_therapy(choice.path, state.st_mtime_ns, state.st_size)


def find_treatment(name: str | Therapy) -> Therapy | None:
    """Return the therapy of an arm's name, None for a name in `UNTREATED`.

    Raises
    ------
    BadInput
        There is no such therapy.
    """
    return None if name in UNTREATED else find_therapy(name)


def find_guided(name: str | Therapy, design: str, purpose: str) -> Therapy:
    """Return a therapy that has a therapist.

    Parameters
    ----------
    name
        A name in `conf/therapy/`, or a `Therapy`.
    design, purpose
        Which design needs the therapist, and what for, such as "to be trained"; for the message.

    Raises
    ------
    BadInput
        There is no such therapy, or it has no therapist.
    """
    therapy = find_therapy(name)
    if not therapy.human:
        raise BadInput(f"study {design}: {therapy.name} has no therapist {purpose}.")
    return therapy

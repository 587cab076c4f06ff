"""Therapies are data: one YAML file each in `conf/therapy/`, read and checked here."""

import functools
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from dyadsim.choices import conf_folder
from dyadsim.errors import BadInput, nearest
from dyadsim.model.variables import PROCESSES

MEDIA = {
    "face_to_face": (1.0, 1.0),
    "video": (0.6, 1.0),
    "internet": (0.0, 1.0),
    "self_help": (0.0, 0.0),
    "pill": (0.0, 1.0),
}


class Therapy(NamedTuple):
    """A treatment as data.

    Attributes
    ----------
    name, label
        its key and its name in words.
    dose
        ingredient dose per process, `(cognitive, behavioural, emotional, interpersonal)`,
        in units of one full session's work; each in [0, 5].
    structure
        how structured and directive, 0-1.
    rationale
        credibility of its rationale, 0-1.
    bona_fide
        delivered with intent, rationale and training.
    individualisation
        0 manualised ... 1 led by the therapist's case formulation.
    medium
        a key of `MEDIA`; fixes the bodily channel (0-1) and whether there is a therapist.
    medication
        dose of medication, 1 = usual.
    continued
        medication goes on after the last session for those who ended as agreed.
    source
        keys of `references.bib`.
    """

    name: str
    label: str
    dose: tuple[float, float, float, float]
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
            there is no such process.
        """
        return self.dose[_process(self.name, process)]


def with_dose(given: Therapy, process: str, dose: float) -> Therapy:
    """Return the therapy with another dose, in [0, 5], for one process.

    Raises
    ------
    BadInput
        there is no such process, or the dose is out of range.
    """
    place = _process(given.name, process)
    doses = list(given.dose)
    doses[place] = _number(given.name, f"dose.{process}", dose, 5.0)
    return given._replace(dose=(doses[0], doses[1], doses[2], doses[3]))


def _process(name: str, process: str) -> int:
    """Return the place of a process in `PROCESSES`."""
    if process not in PROCESSES:
        raise BadInput(
            f"therapy {name}: there is no process '{process}'."
            f"{nearest(str(process), PROCESSES)} Processes: {', '.join(PROCESSES)}."
        )
    return PROCESSES.index(process)


def _dose(name: str, given: object) -> tuple[float, float, float, float]:
    """Return the doses in the order of `PROCESSES`."""
    if not isinstance(given, dict):
        raise BadInput(f"therapy {name}: 'dose' must map processes to numbers, not '{given}'.")
    for process in given:
        _process(name, process)
    cognitive, behavioural, emotional, interpersonal = (
        _number(name, f"dose.{process}", given.get(process, 0.0), 5.0) for process in PROCESSES
    )
    return cognitive, behavioural, emotional, interpersonal


def _number(name: str, field: str, value: object, high: float = 1.0) -> float:
    """Return `value` as a number in [0, high]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= high:
        raise BadInput(f"therapy {name}: {field} must be a number in [0, {high:g}], not '{value}'.")
    return float(value)


def therapy(name: str, fields: dict[str, Any]) -> Therapy:
    """Return a checked `Therapy` from the fields of its file.

    Raises
    ------
    BadInput
        an unknown field, process or medium, or a number out of range.
    """
    for field in fields:
        if field not in Therapy._fields:
            raise BadInput(
                f"therapy {name}: there is no field '{field}'.{nearest(field, Therapy._fields)}"
            )
    for field in ("dose", "structure", "rationale"):
        if field not in fields:
            raise BadInput(f"therapy {name}: the field '{field}' is missing.")
    medium = fields.get("medium", "face_to_face")
    if medium not in MEDIA:
        raise BadInput(
            f"therapy {name}: there is no medium '{medium}'.{nearest(str(medium), MEDIA)} "
            f"Media: {', '.join(MEDIA)}."
        )
    for field in ("bona_fide", "continued"):
        if not isinstance(fields.get(field, True), bool):
            raise BadInput(f"therapy {name}: {field} must be true or false.")
    return Therapy(
        name=name,
        label=str(fields.get("label", name)),
        dose=_dose(name, fields["dose"]),
        structure=_number(name, "structure", fields["structure"]),
        rationale=_number(name, "rationale", fields["rationale"]),
        bona_fide=fields.get("bona_fide", True),
        individualisation=_number(name, "individualisation", fields.get("individualisation", 0.2)),
        medium=medium,
        medication=_number(name, "medication", fields.get("medication", 0.0), 3.0),
        continued=fields.get("continued", False),
        source=str(fields.get("source", "assumption")),
    )


def therapies() -> dict[str, Therapy]:
    """Return every therapy in `conf/therapy/` by name; the files are read once a process."""
    return dict(_read(conf_folder() / "therapy"))


@functools.cache
def _read(folder: Path) -> dict[str, Therapy]:
    return {
        path.stem: therapy(path.stem, yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.yaml"))
    }


def named(name: str) -> Therapy:
    """Return the therapy called `name`.

    Raises
    ------
    BadInput
        there is no such therapy; offers the nearest name.
    """
    known = therapies()
    if name not in known:
        raise BadInput(
            f"There is no therapy '{name}'.{nearest(name, known)} Therapies: {', '.join(known)}."
        )
    return known[name]

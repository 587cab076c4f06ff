"""A world of one's own as a file: a base world, a claim, what the claim fixes, and other values.

base: hybrid                    # medical, contextual, hybrid or null: what the rest comes from
claim: Hope heals, the bond only carries it.      # in a sentence, for reports
fixed:                          # what the claim says: nobody changes it in this world
  distress.bond_effect: 0
parameters:                     # other values than those of the base; they can be changed and swept
  expectancy.rationale: 1.2
members: hope_members.csv       # of a calibration of this world; without it, those of the base
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dyadsim import checks
from dyadsim.choices import is_file, read_yaml
from dyadsim.errors import BadInput
from dyadsim.model.members import read_label, read_members
from dyadsim.model.parameters import Parameters, changed

FIELDS = ("base", "claim", "fixed", "parameters", "members")
LONGEST_CLAIM = 300  # letters


class WorldFile(NamedTuple):
    """What a file says of a world; `members` is the path of a file, None for those of the base."""

    base: str
    claim: str
    fixed: Mapping[str, float]
    values: Mapping[str, float]
    members: Path | None = None


def read_world_file(path: Path, bases: Iterable[str]) -> WorldFile:
    """Return what a file says of a world.

    Parameters
    ----------
    path
        A YAML file.
    bases
        Names of the worlds that can be a base.

    Returns
    -------
    WorldFile
        Its fields, each value in its parameter's range.

    Raises
    ------
    BadInput
        It cannot be read, a field is missing, unknown or of no use, or a value is impossible.
    """
    fields, where = read_yaml(path, "world"), f"world {path.stem}"
    if not isinstance(fields, Mapping):
        raise BadInput(f"{where}: it must hold names and values, such as base: hybrid")
    checks.fields_known("field", fields, FIELDS, where=where)
    if "base" not in fields:
        raise BadInput(f"{where}: 'base' is missing, one of {', '.join(bases)}.")
    base = "null" if fields["base"] is None else fields["base"]
    checks.known_name("world", base, bases, where=f"{where}: base")
    claim = fields.get("claim") or ""
    if not isinstance(claim, str) or len(claim) > LONGEST_CLAIM:
        raise BadInput(f"{where}: claim must be a sentence of up to {LONGEST_CLAIM} letters.")
    fixed, values = (_values(where, part, fields.get(part)) for part in ("fixed", "parameters"))
    for name in fixed:
        if name in values:
            raise BadInput(f"{where}: {name} stands both in fixed and in parameters.")
    members = _members(where, path, fields.get("members"))
    return WorldFile(base, " ".join(claim.split()), fixed, values, members)


def _members(where: str, path: Path, members: object) -> Path | None:
    """Return the file of the world's own members, counted from the folder of its file.

    Raises
    ------
    BadInput
        There is no such file, or it holds no members.
    """
    if members is None:
        return None
    file = path.parent / Path(str(members)).expanduser()
    if not is_file(file):
        raise BadInput(f"{where}: members: there is no file '{file}'.")
    try:
        rows = read_members(file)
        changed(Parameters(), {read_label(name)[1]: value for name, value in rows[0].items()})
    except (ValueError, TypeError, IndexError, OSError):
        raise BadInput(
            f"{where}: members: '{file}' is no members.csv that dyadsim calibrate writes."
        ) from None
    owners = {read_label(name)[0] for name in rows[0]} - {""}
    if owners and path.stem not in owners:
        raise BadInput(f"{where}: members: '{file}' holds those of {', '.join(sorted(owners))}.")
    return file


def _values(where: str, part: str, values: object) -> dict[str, float]:
    """Return the numbers of a part by the full name of their parameter."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise BadInput(f"{where}: {part} must be pairs such as alliance.rate: 0.4, not '{values}'.")
    numbers: dict[str, Any] = {}
    for name, value in values.items():
        within = value.items() if isinstance(value, Mapping) else [("", value)]
        numbers |= {f"{name}.{field}" if field else str(name): number for field, number in within}
    try:
        changed(Parameters(), numbers)
    except BadInput as error:
        text = str(error)
        raise BadInput(f"{where}: {part}: {text[:1].lower()}{text[1:]}") from None
    return {name: float(value) for name, value in numbers.items()}

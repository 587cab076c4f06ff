"""What a run leaves: clients, therapists, sessions and truth tables, and the manifest.

`SCHEMA` names every column with type, unit and meaning. The first three tables hold what a
researcher would have; `truth` holds the latents, which no analysis reads.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dyadsim.errors import BadData, BadInput
from dyadsim.model.display import html_table
from dyadsim.model.mechanism_file import mechanisms_for_manifest
from dyadsim.model.variables import PROCESSES, RECORDED, VARIABLES
from dyadsim.search_path import choices_for_manifest
from dyadsim.simulation.unfinished import umask, unfinished_prefix

if TYPE_CHECKING:
    import pandas as pd  # slow to import: a refused word should not wait for it

SCHEMA_VERSION = 2
_PACKAGES = ("numpy", "numba", "llvmlite", "pandas", "scipy", "statsmodels", "mesa", "hydra-core")


class Column(NamedTuple):
    """One column: type as pandas names it, unit, meaning."""

    kind: str
    unit: str
    meaning: str


_SCORE = {
    "symptom_score": Column("float32", "points", "the study's symptom instrument; high = bad"),
    "alliance_score": Column("float32", "1-5", "working alliance: mean of bond, goal and task"),
    "bond_score": Column("float32", "1-5", "working alliance, bond items (client)"),
    "goal_score": Column("float32", "1-5", "working alliance, goal items (client)"),
    "task_score": Column("float32", "1-5", "working alliance, task items (client)"),
    "session_rating_score": Column("float32", "0-40", "session rating scale (client)"),
    "real_relationship_score": Column("float32", "1-5", "real relationship (client)"),
    "empathy_score": Column("float32", "1-5", "therapist's empathy as the client reports it"),
    "congruence_score": Column("float32", "1-5", "therapist's congruence (client)"),
    "regard_score": Column("float32", "1-5", "therapist's positive regard (client)"),
    "expectancy_score": Column("float32", "1-9", "expected improvement (client)"),
    "credibility_score": Column(
        "float32", "1-9", "credibility of treatment (client; sessions 1, 2)"
    ),
    "stage_score": Column("float32", "1-5", "stage of change (client)"),
    "attachment_score": Column("float32", "1-7", "attachment security (client, intake)"),
    "adherence_score": Column("float32", "1-7", "adherence to the manual (observer)"),
    "competence_score": Column("float32", "0-6", "competence of delivery (observer)"),
    "process_change_score": Column("float32", "0-4", "change in what maintains distress (client)"),
}
_WHO = {
    "client": Column("int64", "number", "client, from 0"),
    "arm": Column("str", "name", "arm of the study"),
    "therapist": Column("Int64", "number", "therapist, from 0; missing without one"),
}
SCHEMA: dict[str, dict[str, Column]] = {
    "clients": {
        **_WHO,
        "therapy": Column("str", "name", "therapy of the arm's first phase; missing = untreated"),
        "preferred_therapy": Column(
            "str", "name", "the study's therapy that the client would choose; missing without two"
        ),
        "ending": Column(
            "str", "word", "planned, good_enough, dropout, removed, in_care or no_treatment"
        ),
        "n_sessions": Column("int64", "sessions", "sessions attended"),
        "dropped": Column("bool", "yes/no", "the client ended alone, before an agreed end"),
    },
    "therapists": {
        "therapist": _WHO["therapist"]._replace(kind="int64"),
        "caseload": Column("int64", "clients", "full caseload"),
        "observable_skill_score": Column("float32", "z", "facilitative skill, rated from a test"),
    },
    "sessions": {
        **_WHO,
        "occasion": Column("str", "word", "intake, session, assessment or follow_up"),
        "session": Column("int64", "sessions", "sessions attended so far; 0 at intake"),
        "week": Column("float32", "weeks", "weeks since intake"),
        **_SCORE,
    },
    "truth": {
        "client": _WHO["client"],
        "step": Column("int64", "steps", "step of the study's clock; 0 = intake"),
        "week": Column("float32", "weeks", "weeks since intake"),
        **{
            name if VARIABLES[name].shape == "" else f"{name}_{process}": Column(
                "float32", VARIABLES[name].unit, VARIABLES[name].meaning
            )
            for name in RECORDED
            for process in (PROCESSES if VARIABLES[name].shape == "4" else ("",))
        },
    },
}
_NEEDED = ("clients", "therapists", "sessions")  # tables that every run leaves


class Records(NamedTuple):
    """The four tables of a run, as `SCHEMA` describes them.

    Attributes
    ----------
    clients
        One row a client.
    therapists
        One row a therapist who has at least one client.
    sessions
        One row a client and occasion: every score a researcher would have.
    truth
        One row a client and step with every latent; empty unless it was asked for.
    """

    clients: "pd.DataFrame"
    therapists: "pd.DataFrame"
    sessions: "pd.DataFrame"
    truth: "pd.DataFrame"

    def __repr__(self) -> str:
        """Return the number of rows of each table in one line."""
        sizes = ", ".join(f"{name} {len(table)}" for name, table in self._asdict().items())
        return f"<Records, rows: {sizes}>"

    def _repr_html_(self) -> str:
        """Return a table of the tables, for notebooks."""
        rows = [
            (name, str(len(table)), ", ".join(map(str, table.columns)))
            for name, table in self._asdict().items()
        ]
        return html_table("Records: each is a DataFrame", ("table", "rows", "columns"), rows)


def check_records(records: Records) -> Records:
    """Return `records` if every table has exactly the columns and types of `SCHEMA`.

    Parameters
    ----------
    records
        The tables.

    Returns
    -------
    Records
        The same tables.

    Raises
    ------
    BadData
        A table does not follow the schema.
    """
    for name, table in records._asdict().items():
        if name == "truth" and table.empty:
            continue
        schema = {column: about.kind for column, about in SCHEMA[name].items()}
        kinds = {column: str(kind) for column, kind in table.dtypes.items()}
        if list(schema.items()) != list(kinds.items()):
            raise BadData(f"table {name} does not follow the schema: {kinds}")
    return records


def _git(folder: Path, *words: str) -> str | None:
    """Return what git prints about the checkout that holds `folder`, None where it cannot."""
    try:
        process = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return process.stdout.strip() if process.returncode == 0 else None


def _commit() -> tuple[str | None, bool | None]:
    """Return (commit, dirty) of the checkout that holds the package; (None, None) outside one."""
    package = Path(__file__).parents[1]
    if not (package.parent / "pyproject.toml").is_file():
        return None, None
    commit = _git(package, "rev-parse", "HEAD")
    changes = _git(package, "status", "--porcelain")
    return commit, None if changes is None else bool(changes)


def manifest(
    config: Mapping[str, Any], seconds: float, inputs: Mapping[str, Path] | None = None
) -> dict[str, Any]:
    """Return what it takes to repeat a run, as plain values for JSON.

    Parameters
    ----------
    config
        The resolved configuration, seeds included.
    seconds
        Wall time of the run.
    inputs
        Files that were read, by name; their sha256 is kept.

    Returns
    -------
    dict
        Versions, commit, machine, command line, seeds, configuration, inputs, time, and where there
        are some the user's own choices with the sha256 of their files.
    """
    commit, dirty = _commit()
    return {
        "schema_version": SCHEMA_VERSION,
        "dyadsim": importlib.metadata.version("dyadsim"),
        "commit": commit,
        "dirty": dirty,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "argv": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "seeds": {key: config[key] for key in ("seed", "replicate") if key in config},
        "config": dict(config),
        "inputs": {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in (inputs or {}).items()
        },
        **({"own_choices": own} if (own := choices_for_manifest()) else {}),
        **({"own_mechanisms": files} if (files := mechanisms_for_manifest()) else {}),
        "wall_seconds": round(seconds, 3),
    }


def write_folder(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Make a complete folder or none: it is filled under another name beside it, then renamed.

    Parameters
    ----------
    folder
        The folder to make.
    fill
        Writes the files into the folder that it is called with.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OSError
        The place cannot be written; nothing is left behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=unfinished_prefix(folder.name), dir=folder.parent))
    try:
        fill(beside)
        beside.chmod(0o777 & ~umask())
        os.rename(beside, folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return folder


def write_tables(folder: Path, records: Records) -> None:
    """Write the tables as Parquet and `schema.json` into an existing folder.

    Parameters
    ----------
    folder
        The folder.
    records
        The tables; an empty truth is left out.

    Raises
    ------
    BadData
        A table does not follow the schema.
    """
    for name, table in check_records(records)._asdict().items():
        if name != "truth" or not table.empty:
            table.to_parquet(folder / f"{name}.parquet", index=False)
    write_schema(folder)


def write_schema(folder: Path) -> None:
    """Write `schema.json`, the columns of all tables, into an existing folder."""
    schema = {
        table: {column: about._asdict() for column, about in columns.items()}
        for table, columns in SCHEMA.items()
    }
    write_json(folder / "schema.json", {"schema_version": SCHEMA_VERSION, "tables": schema})


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write plain values as readable JSON."""
    path.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def read_records(folder: str | Path) -> Records:
    """Return the records that `write_tables` (and so `dyadsim simulate`) left in a folder.

    Parameters
    ----------
    folder
        A results folder with clients, therapists and sessions, and maybe truth, as Parquet.

    Returns
    -------
    Records
        The tables.

    Raises
    ------
    BadInput
        No such folder, or a table is missing (truth may be).
    BadData
        A table does not follow the schema.
    """
    import pandas as pd

    place = _checked_folder(folder)
    tables = {name: pd.read_parquet(place / f"{name}.parquet") for name in _NEEDED}
    truth = place / "truth.parquet"
    tables["truth"] = pd.read_parquet(truth) if truth.exists() else pd.DataFrame()
    return check_records(Records(**tables))


def _checked_folder(folder: str | Path) -> Path:
    """Return a folder that holds the tables of a run."""
    if not isinstance(folder, str | Path):
        raise BadInput(f"The folder to read tables from must be a path, not '{folder}'.")
    place = Path(folder)
    if not place.is_dir():
        raise BadInput(f"There is no folder '{folder}' to read tables from.")
    for name in _NEEDED:
        if not (place / f"{name}.parquet").is_file():
            raise BadInput(
                f"The folder '{folder}' holds no {name}.parquet: `dyadsim simulate` leaves the "
                "tables in results/simulate/<date>."
            )
    return place

"""Members that are done, kept on disk, so that a run over members goes on where it was stopped.

Each member of each job is a file in `results/.members`, named after everything that decides its
estimates: the source of dyadsim, the values of its worlds, the settings, and the files of the
user's own. So the same command reads what is there and computes the rest, more members take up
those of fewer, and a changed world or law is computed anew. Whether computed or read, what is
summed up is what stands in the file: the same bits. The folder may be removed at any time.
"""

import functools
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from dyadsim.cli.task import Estimates
from dyadsim.errors import BadData

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings

FOLDER = ".members"
_ABOUT = b"dyadsim"  # the key of what stands beside the table in a file
_HOW = (  # settings that say where, how and how many, not what one member gives
    *("task", "members", "threads", "figure", "points", "executor", "outputs", "sweep_name"),
    *("shard", "shards", "results", "experiment", "json", "dry_run", "manifest", "said"),
)


def member_file(settings: "Settings") -> Path:
    """Return the file of the member of some settings.

    Parameters
    ----------
    settings
        Of a job, in one member.
    """
    from dyadsim.model.display import full_repr
    from dyadsim.model.parameters import flat
    from dyadsim.model.worlds import find_world

    worlds = settings.worlds
    parts = (
        _source(),
        tuple(sorted(vars(settings.task).items())),
        tuple((name, getattr(settings, name)) for name in _fields() if name not in _HOW),
        tuple((name, tuple(flat(settings.parameters(name)).items())) for name in worlds),
        tuple((name, find_world(name).base) for name in worlds),
        _own_files(settings),
    )
    digest = hashlib.sha256(full_repr(parts).encode())
    return settings.results / FOLDER / f"{settings.task.name}-{digest.hexdigest()[:24]}.parquet"


def _fields() -> list[str]:
    """Return the names of all settings."""
    from dyadsim.cli.settings import Settings

    return sorted(Settings.__dataclass_fields__)


@functools.cache
def _source() -> str:
    """Return what changes with any file of dyadsim, of its choices and of one's own laws."""
    import numba

    from dyadsim.choices import conf_folder
    from dyadsim.sweeps.content_keys import model_version

    digest = hashlib.sha256(f"{numba.__version__} {model_version()}".encode())
    for folder in (Path(__file__).parents[1], conf_folder()):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".yaml", ".csv") and path.is_file():
                digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def _own_files(settings: "Settings") -> tuple[object, ...]:
    """Return the content of every file of the user's that may count."""
    from dyadsim.search_path import choices_for_manifest

    named = [getattr(settings.task, "facts", None)]
    contents = (hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in named if path)
    return (choices_for_manifest(), *contents)


def read_member(path: Path) -> Estimates | None:
    """Return the estimates that are kept in a file; None where it is not there or not whole."""
    import pyarrow as pa
    from pyarrow import parquet

    if not path.is_file():
        return None
    try:
        table = parquet.read_table(path)
        about = json.loads(table.schema.metadata[_ABOUT])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None
    repeats = about["repeats"]
    return Estimates(table.to_pandas(), about["study"], about["clients"], repeats)


def keep_member(path: Path, estimates: Estimates) -> Estimates:
    """Write the estimates of a member and return them as they stand in the file.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    import pyarrow as pa
    from pyarrow import parquet

    from dyadsim.simulation.unfinished import write_file

    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"study": estimates.study, "clients": estimates.clients, "repeats": estimates.repeats}
    table = pa.Table.from_pandas(estimates.table, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), _ABOUT: json.dumps(about).encode()}
    table = table.replace_schema_metadata(metadata)
    write_file(path, lambda place: parquet.write_table(table, place))
    kept = read_member(path)
    if kept is None:
        raise BadData(f"{path} cannot be read again after it was written.")
    return kept

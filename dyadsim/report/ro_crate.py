"""A results folder described for machines and archives: ro-crate-metadata.json, RO-Crate 1.1.

The specification is https://w3id.org/ro/crate/1.1. Who made the result is left out: it is not
known here, and neither is under which licence it may be used.
"""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dyadsim.report.page import command_text
from dyadsim.simulation import records
from dyadsim.simulation.unfinished import write_file

NAME = "ro-crate-metadata.json"
_PROFILE = "https://w3id.org/ro/crate/1.1"
_FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml",
}
_WORKING = ("parts", "locks", "damaged")  # folders of a sweep's store


def write_crate(folder: Path, manifest: Mapping[str, Any], task: str) -> None:
    """Write ro-crate-metadata.json into a folder whose other files are there.

    Parameters
    ----------
    folder
        The results folder.
    manifest
        How the run can be repeated (`records.manifest`).
    task
        The command.

    Raises
    ------
    OSError
        It cannot be written.
    """
    files = [path for path in sorted(folder.rglob("*")) if _is_part(path, folder)]
    crate = crate_metadata([(path.relative_to(folder), path) for path in files], manifest, task)
    write_file(folder / NAME, lambda path: records.write_json(path, crate))


def _is_part(path: Path, folder: Path) -> bool:
    """Return whether a file belongs to this result: not to a store, nor to a result within it."""
    inner = path.relative_to(folder)
    if not path.is_file() or any(part.startswith(".") for part in inner.parts):
        return False
    if inner.parts[0] in _WORKING or str(inner) == NAME:
        return False
    above = [folder / parent for parent in inner.parents if parent.parts]
    return not any((place / "summary.json").is_file() for place in above)


def crate_metadata(
    files: list[tuple[Path, Path]], manifest: Mapping[str, Any], task: str
) -> dict[str, Any]:
    """Return the metadata of a crate as plain values: JSON-LD, flattened.

    Parameters
    ----------
    files
        Path inside the folder, and path at which the file can be read now.
    manifest
        How the run can be repeated.
    task
        The command.
    """
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    parts = [_file(inner, path) for inner, path in files]
    inputs = [
        {"@id": f"#input-{quote(str(name))}", "@type": "CreativeWork", "name": name, "sha256": mark}
        for name, mark in (manifest.get("inputs") or {}).items()
    ]
    version = str(manifest.get("dyadsim", ""))
    command = command_text(manifest) or f"dyadsim {task}"
    graph: list[dict[str, Any]] = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _PROFILE},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"dyadsim {task}",
            "description": f"What `dyadsim {task}` simulated: no data of real people unless "
            "they are named among the inputs.",
            "datePublished": now,
            "hasPart": [{"@id": part["@id"]} for part in parts],
            "mentions": {"@id": "#run"},
        },
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"Run of dyadsim {task}",
            "description": f"{command}; seeds, versions and the whole configuration: manifest.json",
            "endTime": now,
            "instrument": {"@id": "#dyadsim"},
            "object": [{"@id": entity["@id"]} for entity in inputs],
            "result": [{"@id": "./"}],
        },
        {
            "@id": "#dyadsim",
            "@type": "SoftwareApplication",
            "name": "dyadsim",
            "version": version,
            "softwareVersion": _commit_words(version, manifest),
        },
        *parts,
        *inputs,
    ]
    return {"@context": f"{_PROFILE}/context", "@graph": graph}


def _commit_words(version: str, manifest: Mapping[str, Any]) -> str:
    """Return version and commit, as far as they are known."""
    if not manifest.get("commit"):
        return version
    changed = ", with uncommitted changes" if manifest.get("dirty") else ""
    return f"{version} (commit {manifest['commit']}{changed})"


def _file(inner: Path, path: Path) -> dict[str, Any]:
    """Return a file as an entity."""
    entity: dict[str, Any] = {
        "@id": quote(inner.as_posix()),
        "@type": "File",
        "name": inner.as_posix(),
        "contentSize": str(path.stat().st_size),
    }
    if path.suffix in _FORMATS:
        entity["encodingFormat"] = _FORMATS[path.suffix]
    return entity

"""ro-crate-metadata.json follows RO-Crate 1.1: checked by its rules, and by rocrate if present."""

import importlib.util
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from dyadsim.report.ro_crate import NAME, write_crate

MANIFEST = {
    "dyadsim": "1.2.3",
    "commit": "abc",
    "dirty": True,
    "argv": ["dyadsim", "compare", "seed=7"],
    "inputs": {"data": "00ff"},
}


@pytest.fixture
def crate(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """Return a folder with a crate, and its entities by name."""
    for name in ("summary.json", "a table.csv", "figures/one.png", "parts/p.parquet", ".x/y.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    (tmp_path / "sobol").mkdir()
    (tmp_path / "sobol" / "summary.json").write_text("{}")
    write_crate(tmp_path, MANIFEST, "compare")
    values = json.loads((tmp_path / NAME).read_text(encoding="utf-8"))
    assert values["@context"] == "https://w3id.org/ro/crate/1.1/context"
    return tmp_path, {entity["@id"]: entity for entity in values["@graph"]}


def references(value: Any) -> list[str]:
    """Return every {"@id": ...} within a value."""
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else references(list(value.values()))
    return [name for part in value for name in references(part)] if isinstance(value, list) else []


def test_the_graph_is_flat_and_whole(crate: tuple[Path, dict[str, Any]]) -> None:
    _, entities = crate
    assert all("@type" in entity for entity in entities.values())
    named = {name for entity in entities.values() for name in references(entity)}
    assert {name for name in named if not name.startswith("https:")} <= set(entities)
    descriptor = entities[NAME]
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = entities["./"]
    assert root["@type"] == "Dataset"
    assert {"name", "description", "datePublished", "hasPart"} <= set(root)
    assert "creator" not in root


def test_the_files_are_those_of_the_result(crate: tuple[Path, dict[str, Any]]) -> None:
    folder, entities = crate
    files = {name for name, entity in entities.items() if entity["@type"] == "File"}
    assert files == {"summary.json", "a%20table.csv", "figures/one.png"}
    assert {part["@id"] for part in entities["./"]["hasPart"]} == files
    assert all((folder / unquote(name)).is_file() for name in files)
    assert entities["figures/one.png"]["encodingFormat"] == "image/png"
    assert entities["summary.json"]["contentSize"] == "2"


def test_it_says_how_the_result_was_made(crate: tuple[Path, dict[str, Any]]) -> None:
    _, entities = crate
    run, software = entities["#run"], entities["#dyadsim"]
    assert "dyadsim compare seed=7" in run["description"]
    assert run["instrument"] == {"@id": "#dyadsim"}
    assert run["object"] == [{"@id": "#input-data"}]
    assert software["version"] == "1.2.3"
    assert "commit abc, with uncommitted changes" in software["softwareVersion"]


@pytest.mark.skipif(importlib.util.find_spec("rocrate") is None, reason="rocrate is not installed")
def test_rocrate_reads_it(crate: tuple[Path, dict[str, Any]]) -> None:
    from rocrate.rocrate import ROCrate  # type: ignore[import-not-found]

    folder, entities = crate
    read = ROCrate(str(folder))
    assert read.root_dataset["name"] == "dyadsim compare"
    assert len(read.root_dataset["hasPart"]) == len(entities["./"]["hasPart"])

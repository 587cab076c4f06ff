"""One version everywhere; metadata for archives; two builds with the same bytes."""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
MOST_BYTES = 5_000_000  # of results/


def text_of(name: str) -> str:
    """Return a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_is_the_same_everywhere() -> None:
    """`RELEASING.md` names these places."""
    recipe = yaml.safe_load(text_of("packaging/conda/recipe.yaml"))
    wheel = re.findall(r"dyadsim-([\d.]+)-py3", text_of("docs/tutorial/own_theory.md"))
    versions = {
        "CITATION.cff": CITATION["version"],
        "codemeta.json": json.loads(text_of("codemeta.json"))["version"],
        "recipe.yaml": recipe["context"]["version"],
        "own_theory.md": wheel[0],
        "README.md, wheel": re.findall(r"dyadsim-([\d.]+)-py3", text_of("README.md"))[0],
        "README.md, status": re.findall(r"^Version ([\d.]+\d),", text_of("README.md"), re.M)[0],
        "CHANGELOG.md": re.findall(r"^## ([\d.]+\d) - ", text_of("CHANGELOG.md"), re.M)[0],
    }
    assert set(versions.values()) == {PROJECT["version"]}, versions


def test_metadata_name_the_authors_of_the_citation_file() -> None:
    names = [author["name"] for author in CITATION["authors"]]
    zenodo, codemeta = json.loads(text_of(".zenodo.json")), json.loads(text_of("codemeta.json"))
    assert [creator["name"] for creator in zenodo["creators"]] == names
    assert [author["name"] for author in codemeta["author"]] == names
    assert zenodo["title"] == CITATION["title"]
    assert {zenodo["license"], CITATION["license"], PROJECT["license"]} == {"MIT"}
    assert codemeta["license"].endswith("/MIT")


def test_the_recipe_asks_for_what_the_package_asks_for() -> None:
    recipe = yaml.safe_load(text_of("packaging/conda/recipe.yaml"))
    run = {line.split()[0] for line in recipe["requirements"]["run"]} | {"matplotlib"}
    declared = {re.match(r"[\w-]+", line)[0].lower() for line in PROJECT["dependencies"]}  # type: ignore[index]
    assert run - {"python", "networkx", "matplotlib-base"} == declared


@pytest.mark.parametrize("name", ["conda/recipe.yaml", "container/Containerfile"])
def test_what_is_not_built_here_says_so(name: str) -> None:
    assert text_of(f"packaging/{name}").startswith("# NOT BUILT HERE")


def test_committed_results_stay_small() -> None:
    """Of the files that git knows; without git, of all."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "results"], capture_output=True, text=True, check=False
    )
    names = listed.stdout.split("\n") if listed.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or list((ROOT / "results").rglob("*.*"))
    assert 0 < sum(path.stat().st_size for path in paths if path.is_file()) < MOST_BYTES


def test_two_builds_have_the_same_bytes(tmp_path: Path) -> None:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: make reproducible")
    hashes = []
    for folder in ("first", "second"):
        words = ["-m", "hatchling", "build", "--directory", str(tmp_path / folder)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
        subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, check=True, capture_output=True
        )
        files = sorted((tmp_path / folder).iterdir())
        assert [path.suffix for path in files] == [".whl", ".gz"]
        hashes.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    assert hashes[0] == hashes[1]

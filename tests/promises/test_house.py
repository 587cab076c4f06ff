"""The house: what lies where, how many layers there are, and that open sets are tested."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE, TESTS = ROOT / "dyadsim", ROOT / "tests"
GROUND = {
    "__init__.py",
    "__main__.py",
    "errors.py",
    "checks.py",
    "choices.py",
    "search_path.py",
    "translation.py",
    "references.bib",
}
MOST_LAYERS = 10
BASES = {"__init__", "index", "lesson", "numbers", "statements", "columns", "style"}

# The harnesses of an open set, beside tests/<set>/test_<member>.py. A harness takes every member
# from a registry, or names it.
HARNESSES = {
    "model/mechanisms": ("twin/one_client.py",),
    "studies/designs": ("studies/designs/test_every_design.py",),
    "analysis": ("attribution/test_attribution.py",),
    "lessons": ("lessons/test_every_lesson.py",),
    "plots": (),
    "cli/tasks": ("cli/tasks/test_every_task.py",),
}
REGISTRIES = re.compile(r"\b(?:all_tasks\(\)|LESSONS\b|all_designs\(\)|design_names\(\))")

PACKAGES = sorted(
    file.parent.relative_to(PACKAGE).as_posix()
    for file in PACKAGE.rglob("__init__.py")
    if file.parent != PACKAGE
)
MEMBERS = [
    (folder, file.stem)
    for folder in HARNESSES
    for file in sorted((PACKAGE / folder).glob("*.py"))
    if file.stem not in BASES
]


def test_only_ground_files_stand_at_the_front_door() -> None:
    files = {path.name for path in PACKAGE.iterdir() if path.is_file()}
    assert files == GROUND


@pytest.mark.parametrize("package", PACKAGES)
def test_tests_mirror_the_package(package: str) -> None:
    assert list((TESTS / package).rglob("test_*.py")), f"no tests in tests/{package}"


def test_the_contract_has_few_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = [entry for entry in contracts if entry["type"] == "layers"]
    assert len(contract["layers"]) <= MOST_LAYERS
    named = set(re.findall(r"\w+", " ".join(contract["layers"])))
    assert {package for package in PACKAGES if "/" not in package} <= named


@pytest.mark.parametrize(("folder", "member"), MEMBERS, ids=["/".join(pair) for pair in MEMBERS])
def test_every_member_of_an_open_set_is_tested(folder: str, member: str) -> None:
    own = TESTS / folder / f"test_{member}.py"
    harnesses = [(TESTS / name).read_text(encoding="utf-8") for name in HARNESSES[folder]]
    in_harness = any(
        REGISTRIES.search(text) or re.search(rf"\b{member}\b", text) for text in harnesses
    )
    assert own.is_file() or in_harness, f"no {own.relative_to(ROOT)}, and in no harness"

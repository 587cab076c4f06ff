"""Every dependency declares its lowest version, and `make lowest` runs the suite with these."""

import tomllib
from pathlib import Path

from promises.lowest_versions import EXTRAS, PYPROJECT, declared, same_version

ROOT = PYPROJECT.parent


def test_every_dependency_has_a_lowest_version() -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    every = project["dependencies"] + [
        line for extra in EXTRAS for line in project["optional-dependencies"][extra]
    ]
    assert len(declared()) == len(every) > 20


def test_versions_are_compared_as_numbers() -> None:
    assert same_version("3.1.0", "3.1")
    assert not same_version("3.10", "3.1")


def test_the_lowest_versions_are_tested_by_make_and_by_the_workflow() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verify = makefile.split("\nverify:")[1].split("\n\n")[0]
    assert "$(MAKE) lowest" in verify
    workflow = Path(ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    assert "make lowest" in workflow
    for text in (makefile, workflow):
        assert "lowest_versions.py" in text or "make lowest" in text

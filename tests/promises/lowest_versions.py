"""Say whether this environment has the lowest versions that pyproject.toml declares (make lowest).

Run as a script in that environment: it prints each version and exits 1 where one is another.
"""

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
EXTRAS = ("web", "files", "scale")  # `exact` is for one experiment


def declared(path: Path = PYPROJECT) -> dict[str, str]:
    """Return the lowest version of every package that is declared, by its name."""
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra in EXTRAS:
        lines += project["optional-dependencies"][extra]
    matches = (re.fullmatch(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)(?:,.*)?", line) for line in lines)
    return {match[1]: match[2] for match in matches if match}


def same_version(version: str, other: str) -> bool:
    """Return whether two versions are the same: 3.1 and 3.1.0 are."""
    return _numbers(version) == _numbers(other)


def _numbers(version: str) -> list[str]:
    numbers = version.split(".")
    while numbers[-1] == "0":
        numbers.pop()
    return numbers


def main() -> int:
    """Print what is installed beside what is declared."""
    others = 0
    for name, lowest in declared().items():
        installed = importlib.metadata.version(name)
        mark = "" if same_version(installed, lowest) else f"  declared: {lowest}"
        others += bool(mark)
        print(f"{name} {installed}{mark}")
    return int(others > 0)


if __name__ == "__main__":
    sys.exit(main())

"""Which files of mechanisms of one's own this process has: a mechanism is code, so it is named.

The command line names them (`mechanism=./nocebo.py`), or the environment does, which worker
processes have from their parent; an installed package may offer one as an entry point. A file of
settings cannot. What is named is part of the source: the cache of compiled code, and the keys of
whatever is stored, change with every edit of it.
"""

import os
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

MECHANISMS = "DYADSIM_MECHANISMS"
"""Environment: files of mechanisms, as PATH has folders."""
ENTRY_POINTS = "dyadsim.mechanisms"
"""Group of the entry points by which an installed package offers its mechanisms."""


class OwnFile(NamedTuple):
    """A file of a mechanism: the mechanism's name, its path, and the module where it has one."""

    name: str
    path: Path
    module: str = ""

    @property
    def sources(self) -> tuple[Path, ...]:
        """All files that may be compiled: the one file, or those of the package installed."""
        if not self.module:
            return (self.path,)
        depth = self.module.count(".") + (self.path.name == "__init__.py")
        package = self.path.parents[depth - 1] if depth else None
        return (self.path,) if package is None else tuple(sorted(package.rglob("*.py")))


def own_mechanism_files() -> tuple[OwnFile, ...]:
    """Return the named files in their order, then those of installed packages by name."""
    from importlib.metadata import entry_points  # slow: not for help or a refused word

    stated = os.environ.get(MECHANISMS, "").split(os.pathsep)
    named = dict.fromkeys(Path(part).expanduser().resolve() for part in stated if part)
    installed = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        with suppress(ImportError):  # its package says why, when the module is read
            spec = find_spec(point.module)
            place = Path(spec.origin) if spec and spec.origin else Path(point.module)
            installed.append(OwnFile(point.name, place, point.module))
    return (*(OwnFile(path.stem, path) for path in named), *installed)

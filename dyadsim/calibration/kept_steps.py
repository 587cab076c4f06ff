"""Results of the steps of a long computation, each on disk as soon as it is there.

A step is a function of what came before it, so a computation that was killed and is started again
reads the steps that are done and goes on with the next one: the numbers are the same bits. The
folder is named after everything that decides them, the source among it.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dyadsim.model.display import full_repr
from dyadsim.numerics.jit import source_fingerprint
from dyadsim.simulation.unfinished import tidy_unfinished, write_file

Arrays = dict[str, np.ndarray[Any, Any]]
OnWork = Callable[[float, bool], None]  # (work done, whether it was done just now)
# Packages that decide the numbers, beside what is compiled.
_DECIDE = ("simulation", "analysis", "evidence", "calibration", "fitting")


def _no_report(work: float, fresh: bool) -> None:
    """Show no progress."""


class KeptSteps:
    """Steps by name, in a folder or in memory alone.

    Parameters
    ----------
    folder
        Where they are kept; None: nowhere.
    on_work
        Called after every step with its work, and whether it was done just now.
    """

    def __init__(self, folder: Path | None = None, on_work: OnWork = _no_report) -> None:
        self.folder, self.on_work = folder, on_work
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            tidy_unfinished(folder.glob(".*"))

    def step(self, name: str, work: float, compute: Callable[[], Mapping[str, Any]]) -> Arrays:
        """Return the arrays of a step, read where it is done, else computed and kept.

        Parameters
        ----------
        name
            Of the step, as a file name.
        work
            What it costs, in clients x evaluations.
        compute
            Returns the arrays by name.
        """
        path = None if self.folder is None else self.folder / f"{name}.npz"
        fresh = path is None or not path.is_file()
        if path is not None and not fresh:
            with np.load(path) as file:
                arrays = {key: file[key] for key in file.files}
        else:
            arrays = {key: np.asarray(value) for key, value in compute().items()}
            if path is not None:
                write_file(path, lambda place: _save(place, arrays))
        self.on_work(work, fresh)
        return arrays

    def below(self, name: str) -> "KeptSteps":
        """Return steps in a folder inside this one."""
        return KeptSteps(None if self.folder is None else self.folder / name, self.on_work)

    def remove(self) -> None:
        """Remove the folder: the computation has come to its end."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def _save(place: Path, arrays: Mapping[str, Any]) -> None:
    with place.open("wb") as file:
        np.savez(file, **arrays)


def steps_key(parts: Iterable[object]) -> str:
    """Return twelve hexadecimal digits that change with the source and with any of the parts.

    Parameters
    ----------
    parts
        What decides the numbers: settings, facts, priors; all their fields count (`full_repr`).
    """
    digest = hashlib.sha256(source_fingerprint().encode())
    package = Path(__file__).parents[1]
    for path in sorted(path for name in _DECIDE for path in (package / name).rglob("*.py")):
        digest.update(path.read_bytes())
    for part in parts:
        digest.update(full_repr(part).encode())
    return digest.hexdigest()[:12]

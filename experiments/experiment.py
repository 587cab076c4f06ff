"""What every experiment shares: its command line, and how its tables and figures are saved.

An experiment is a folder with a `question.md` and a `run.py`. The docstring of `run.py` states the
question; below it stand

    TINY = {"clients": 300}         arguments of `compute` that make it a matter of seconds
    compute(clients=20_000, ...)    returns a table, or several by name
    draw(table)                     returns a figure, or several by the names of their tables

and the last line calls `run_experiment`. An experiment that runs dyadsim's own commands takes the
`folder` into which they write; nothing else is saved then.
"""

import inspect
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

RESULTS = Path(__file__).parents[1] / "results"

type Tables = pd.DataFrame | dict[str, pd.DataFrame | str]
type Figures = Figure | dict[str, Figure]


class Request(NamedTuple):
    """What the words of a command line ask for; no folder = nothing is kept."""

    arguments: dict[str, Any]
    folder: Path | None


def run_experiment(
    script: str,
    compute: Callable[..., Tables],
    draw: Callable[..., Figures] | None = None,
    *,
    tiny: dict[str, Any],
) -> None:
    """Compute, print, draw and save, as the words of the command line say.

    Parameters
    ----------
    script
        `__file__` of the experiment; its folder names the experiment.
    compute
        Returns the table, or the tables by name (a text is saved as .txt).
    draw
        Returns the figure of what `compute` returned, or figures by the names of their tables.
    tiny
        Arguments of `compute` for `size=tiny`.
    """
    name = Path(script).parent.name
    request = read_request(sys.argv[1:], compute, tiny, RESULTS / name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = request.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)  # before hours of work, not after
        result = compute(**with_folder(compute, request.arguments, folder))
        tables = by_name(result, name)
        for label, table in tables.items():
            text = table if isinstance(table, str) else table.round(3).to_string(max_rows=60)
            print(f"\n{label}\n{text}")
        if not any(len(table) for table in tables.values()):
            return
        if "folder" not in inspect.signature(compute).parameters:
            save_results(tables, by_name(draw(result), name) if draw else {}, folder)
    print(f"\nSaved in {request.folder}" if request.folder else "\nNothing kept: no folder=...")


def read_request(
    words: list[str], compute: Callable[..., Tables], tiny: dict[str, Any], folder: Path
) -> Request:
    """Read `[number] [name=value ...] [size=tiny] [folder=PATH]`.

    A number is the first argument of `compute`; `name=value` is any of its arguments. Results go
    to `folder`, at `size=tiny` only where the words name a folder.
    """
    names = [name for name in inspect.signature(compute).parameters if name != "folder"]
    words = [f"{names[0]}={word}" if word.isdigit() else word for word in words]
    chosen = dict(word.partition("=")[::2] for word in words)
    place, size = chosen.pop("folder", None), chosen.pop("size", "full")
    if size not in ("full", "tiny") or not chosen.keys() <= set(names):
        raise SystemExit(
            f"Words are a number, size=tiny, folder=PATH, and values of {', '.join(names)}; "
            f"got: {' '.join(words)}"
        )
    values = {key: int(text) if text.isdigit() else text for key, text in chosen.items()}
    if size == "tiny":
        return Request({**tiny, **values}, Path(place) if place else None)
    return Request(values, Path(place) if place else folder)


def with_folder(
    compute: Callable[..., Tables], arguments: dict[str, Any], folder: Path
) -> dict[str, Any]:
    """Return the arguments, with the folder where `compute` takes one."""
    takes_folder = "folder" in inspect.signature(compute).parameters
    return {**arguments, "folder": folder} if takes_folder else arguments


def by_name(result: Any, name: str) -> dict[str, Any]:
    """Return tables or figures by name; one alone bears the name of the experiment."""
    return result if isinstance(result, dict) else {name: result}


def save_results(
    tables: dict[str, pd.DataFrame | str], figures: dict[str, Figure], folder: Path
) -> None:
    """Write each table beside its figure; a table without figure as .csv, a text as .txt."""
    for name, table in tables.items():
        if isinstance(table, str):
            (folder / f"{name}.txt").write_text(table + "\n", encoding="utf-8")
        elif name in figures:
            style.save_figure(figures[name], folder, name, table)
        else:
            if "world" in table:  # a bare "null" would be read back as a missing value
                table = table.assign(world=table["world"] + " world")
            table.to_csv(folder / f"{name}.csv", index=False)

"""One calibration: what it reached, its world file and its tables."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from dyadsim.calibration.search import Calibration
from dyadsim.evidence.verdict import UNDECIDED, VIOLATED, verdicts_text
from dyadsim.report.printed import say
from dyadsim.simulation.unfinished import write_file


def world_file(calibration: Calibration, about: dict[str, Any]) -> str:
    """Return the text of a world file: values and how they were found.

    Parameters
    ----------
    calibration
        What the search found.
    about
        The manifest of the calibration; `command` repeats it.

    Returns
    -------
    str
        YAML for `conf/world/<name>.yaml`.
    """
    values = {name: float(f"{value:.6g}") for name, value in calibration.values.items()}
    body = {"base": calibration.world, "parameters": values, "calibration": about}
    return (
        "# Calibrated on facts.csv. The claim and its switches stand in the base world.\n"
        f"# Again: {about['command']}\n{yaml.safe_dump(body, sort_keys=False)}"
    )


def write_calibration(
    folder: Path,
    calibration: Calibration,
    *,
    about: dict[str, Any],
    facts: pd.DataFrame | None = None,
    posterior: pd.DataFrame | None = None,
) -> None:
    """Write starts.csv, course.csv, facts.csv, posterior.csv and world.yaml, each whole.

    Parameters
    ----------
    folder
        The results folder.
    calibration
        What the search found.
    about
        The manifest of the calibration.
    facts
        The scoreboard of the calibrated world; None: not known yet.
    posterior
        A row a parameter; None: not known yet.
    """
    tables = {
        "starts": calibration.starts,
        "course": calibration.course,
        "facts": facts,
        "posterior": posterior,
    }
    for name, table in tables.items():
        if table is not None:
            write_file(folder / f"{name}.csv", partial(table.to_csv, index=False))
    world = world_file(calibration, about)
    write_file(folder / "world.yaml", lambda path: path.write_text(world, encoding="utf-8"))


def print_calibration(calibration: Calibration, facts: pd.DataFrame, folder: Path) -> None:
    """Print what a calibration reached, and what it did not.

    Parameters
    ----------
    calibration
        What the search found.
    facts
        The scoreboard of the calibrated world.
    folder
        Where the tables were written.
    """
    counts = verdicts_text(facts["verdict"])
    costs = [f"{cost:.2f}" for cost in calibration.starts["cost"]]
    say(
        f"{calibration.world}: of {len(facts)} facts {counts}, with random numbers "
        f" that no search has used; {calibration.starts.shape[1] - 2} free parameters, "
        f"{len(costs)} starts, cost {', '.join(costs)} (0 = all well inside)."
    )
    for verdict in (VIOLATED, UNDECIDED):
        names = facts.loc[facts["verdict"] == verdict, "fact"]
        say(f"{verdict.capitalize()}: {', '.join(names) or 'none'}.")
    place = f"conf/world/{calibration.world}.yaml"
    print(f"Tables: {folder}\nTo use it: copy {folder / 'world.yaml'} to {place}")

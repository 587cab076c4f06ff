"""One calibration: what it reached, its world file and its tables."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from dyadsim.calibration.search import Calibration


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
    facts: pd.DataFrame,
    posterior: pd.DataFrame,
) -> None:
    """Write world.yaml, starts.csv, course.csv, facts.csv and posterior.csv.

    Parameters
    ----------
    folder
        The results folder.
    calibration
        What the search found.
    about
        The manifest of the calibration.
    facts
        The scoreboard of the calibrated world.
    posterior
        A row a parameter.
    """
    (folder / "world.yaml").write_text(world_file(calibration, about), encoding="utf-8")
    tables = {
        "starts": calibration.starts,
        "course": calibration.course,
        "facts": facts,
        "posterior": posterior,
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)


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
    costs = [f"{cost:.2f}" for cost in calibration.starts["cost"]]
    print(
        f"{calibration.world}: {int(facts['met'].sum())} of {len(facts)} facts met, with random "
        f"numbers that no search has used; {calibration.starts.shape[1] - 2} free parameters, "
        f"{len(costs)} starts, cost {', '.join(costs)} (0 = all well inside)."
    )
    missed = facts.loc[~facts["met"], "fact"]
    print(f"Not met: {', '.join(missed) or 'none'}.")
    place = f"conf/world/{calibration.world}.yaml"
    print(f"Tables: {folder}\nTo use it: copy {folder / 'world.yaml'} to {place}")

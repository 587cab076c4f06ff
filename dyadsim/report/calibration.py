"""The scoreboard and a calibration for people."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from rich.console import Console
from rich.table import Table

from dyadsim.calibration import scoreboard
from dyadsim.calibration.search import Calibration
from dyadsim.plots import facts_met, style


def _cell(simulated: float, error: float, met: bool, distance: float) -> str:
    """Return "value ± error ✓", or the value and how many half-widths it is off."""
    if simulated != simulated:
        return "undefined ✗"
    far = "" if distance != distance else f" {distance:.1f}"
    return f"{simulated:.3f} ±{error:.3f}{far} {'✓' if met else '✗'}"


def print_scoreboard(table: pd.DataFrame, totals: pd.DataFrame) -> None:
    """Print facts against worlds: simulated ± Monte-Carlo error, distance, met or not.

    totals: `scoreboard.totals` with the ratio of variances at equal means, and its error.
    """
    names = list(dict.fromkeys(table["world"]))
    shown = Table(title="Published facts: simulated ± error, distance in half-widths, ✓ met")
    for heading in ("fact", "published", *names):
        shown.add_column(heading, justify="left" if heading == "fact" else "right")
    for fact, rows in table.groupby("fact", sort=False):
        low, high = rows["low"].iloc[0], rows["high"].iloc[0]
        published = f"above {low:g}" if high != high else f"{low:g} … {high:g}"
        parts = (rows[name] for name in ("simulated", "se", "met", "distance"))
        shown.add_row(str(fact), published, *(_cell(*one) for one in zip(*parts, strict=True)))
    Console(width=170).print(shown)
    for one in totals.itertuples():
        state = "calibrated" if one.calibrated else "NOT calibrated: values set by hand"
        print(
            f"{one.world:11} meets {one.met} of {one.facts} facts; its calibration may move "
            f"{one.free} parameters ({state}); ratio of post-test variances at equal means "
            f"{one.equal_means_ratio:.2f} ± {one.equal_means_se:.2f}"
        )
    print("The published ratio at equal means is 1.09 to 1.10; variance_ratio is the raw one.")
    nobody = scoreboard.unmet(table)
    print(f"Met in none of these worlds: {', '.join(nobody) or 'none'}.")
    print(
        "± is one Monte-Carlo standard error over studies with new luck; met: value ± 1.96 errors "
        "inside the interval. A world that fits is possible, not true. docs/calibration.md"
    )


def leave_scoreboard(folder: Path, table: pd.DataFrame) -> None:
    """Write scoreboard.csv and the figure, scoreboard.png, into `folder`."""
    style.save(facts_met.figure(table), folder, "scoreboard", table)


def world_file(found: Calibration, about: dict[str, Any]) -> str:
    """Return the text of `conf/world/<name>.yaml`: values and how they were found."""
    body = {
        "base": found.world,
        "parameters": {name: float(f"{value:.6g}") for name, value in found.values.items()},
        "calibration": about,
    }
    return (
        "# Calibrated on facts.csv. The claim and its switches stand in dyadsim/worlds.py.\n"
        f"# Again: {about['command']}\n{yaml.safe_dump(body, sort_keys=False)}"
    )


def leave_calibration(
    folder: Path,
    found: Calibration,
    about: dict[str, Any],
    facts: pd.DataFrame,
    posterior: pd.DataFrame,
) -> None:
    """Write world.yaml, starts.csv, course.csv, facts.csv and posterior.csv into `folder`."""
    (folder / "world.yaml").write_text(world_file(found, about), encoding="utf-8")
    found.starts.to_csv(folder / "starts.csv", index=False)
    found.course.to_csv(folder / "course.csv", index=False)
    facts.to_csv(folder / "facts.csv", index=False)
    posterior.to_csv(folder / "posterior.csv", index=False)


def print_calibration(found: Calibration, facts: pd.DataFrame, folder: Path) -> None:
    """Print what a calibration reached, and what it did not."""
    costs: Sequence[float] = found.starts["cost"].tolist()
    print(
        f"{found.world}: {int(facts['met'].sum())} of {len(facts)} facts met on luck that no "
        f"search has seen; {found.starts.shape[1] - 2} free parameters, {len(costs)} starts, cost "
        f"{', '.join(f'{one:.2f}' for one in costs)} (0 = all well inside)."
    )
    missed = facts.loc[~facts["met"], "fact"]
    print(f"Not met: {', '.join(missed) or 'none'}.")
    place = f"conf/world/{found.world}.yaml"
    print(f"Tables: {folder}\nTo use it: copy {folder / 'world.yaml'} to {place}")

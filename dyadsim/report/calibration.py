"""One calibration: the members of the ensemble, what they reached, and how."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from dyadsim.calibration import member_tables
from dyadsim.calibration.ensemble import Ensemble
from dyadsim.calibration.joint_space import JointSpace
from dyadsim.calibration.search import Mode
from dyadsim.evidence.fact import Fact
from dyadsim.model.members import ABOUT, FILE
from dyadsim.report.printed import say
from dyadsim.simulation.unfinished import write_file

WIDE = 0.9  # of a parameter whose spread is above, the facts say next to nothing
MOST_MISSED = 12  # facts that are named


def tables_of(
    space: JointSpace, mode: Mode, ensemble: Ensemble, facts: Sequence[Fact]
) -> dict[str, pd.DataFrame]:
    """Return the tables of a calibration by name.

    Parameters
    ----------
    space
        The joint space.
    mode
        The mode, with the course of the search.
    ensemble
        The members.
    facts
        The facts they were calibrated on.

    Returns
    -------
    dict
        members (for `conf/world`), course, spread, facts, inside; see `member_tables`.
    """
    return {
        "members": member_tables.member_table(space, ensemble.points),
        "course": member_tables.course_table(mode),
        "spread": member_tables.spread_table(space, ensemble.points),
        "facts": member_tables.facts_of_members(space.worlds, ensemble, facts),
        "inside": member_tables.inside_table(space.worlds, ensemble, facts),
    }


def write_calibration(
    folder: Path, tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]
) -> None:
    """Write a csv file a table, and members.json, each whole.

    Parameters
    ----------
    folder
        The results folder.
    tables
        As `tables_of`.
    about
        How the members were made.
    """
    for name, table in tables.items():
        digits = None if name == "members" else "%.6g"
        write = partial(table.to_csv, index=False, float_format=digits, lineterminator="\n")
        write_file(folder / (FILE if name == "members" else f"{name}.csv"), write)
    text = json.dumps(about, indent=1) + "\n"
    write_file(folder / ABOUT, lambda path: path.write_text(text, encoding="utf-8"))


def print_calibration(
    tables: Mapping[str, pd.DataFrame],
    about: Mapping[str, Any],
    folder: Path,
    *,
    world_file: str = "",
) -> None:
    """Print what a calibration reached, and what it did not.

    Parameters
    ----------
    tables
        As `tables_of`.
    about
        How the members were made.
    folder
        Where the tables were written.
    world_file
        The file of the user's own world that was calibrated.
    """
    counts = ", ".join(f"{count} of {world}" for world, count in about["own"].items())
    say(
        f"{about['members']} members; free parameters: {about['shared']} that all worlds share, "
        f"{counts} alone."
    )
    say(f"Facts inside, of {about['facts']}, with random numbers that no search has used:")
    facts, inside = tables["facts"], tables["inside"]
    for world in about["inside"]:
        members = inside[world]
        low, high = members.quantile([0.05, 0.95])
        say(
            f"  {world:12} {members.iloc[0]} in the best member; median of all "
            f"{members.median():g}, {low:.0f} to {high:.0f} (90 %)",
            " " * 15,
        )
        rare = facts[(facts["world"] == world) & (facts["inside"] < 0.1)]
        names = rare.sort_values("inside", kind="stable")["fact"].tolist()
        more = f" and {len(names) - MOST_MISSED} more" if len(names) > MOST_MISSED else ""
        missed = f"missed by 9 members in 10: {', '.join(names[:MOST_MISSED]) or 'none'}{more}"
        say(" " * 15 + missed, " " * 17)
    spread = tables["spread"]["spread"]
    say(
        f"Spread of the members over that of the prior: median {spread.median():.2f}; "
        f"{(spread > WIDE).sum()} of {len(spread)} parameters above {WIDE:g} (not identified)."
    )
    use = f"copy {FILE} and {ABOUT} from there to conf/world/"
    if world_file:
        place = os.path.relpath(folder / FILE, Path(world_file).parent)
        use = f"a line in {world_file}, members: {place}"
    print(f"Tables: {folder}\nTo use them: {use}")

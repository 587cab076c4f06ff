"""What the calibrated worlds are worth, from the committed files: `make calibrate-check`.

Facts met by world, facts inside over members, spread of the members against the prior, coverage in
planted worlds, and prediction of left-out facts. Under ten minutes on two cores.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from dyadsim.calibration.distances import process_map, simulate_fact_values
from dyadsim.calibration.joint_distances import inside
from dyadsim.calibration.joint_space import JointSpace, space_of_worlds
from dyadsim.calibration.member_tables import spread_table
from dyadsim.calibration.scoreboard import score_worlds, world_totals
from dyadsim.evidence.fact import load_facts
from dyadsim.model import members, worlds
from dyadsim.report.crossvalidation import table_text

RESULTS = Path(__file__).parents[2] / "results"
PREDICTION = RESULTS / "crossvalidate" / "prediction.csv"
PLANTED = RESULTS / "planted_worlds" / "coverage.csv"
MEMBERS, CLIENTS, SEED, PROCESSES = 20, 8000, 9 << 40, 2


@contextmanager
def part(title: str) -> Iterator[None]:
    """Print a title, and the seconds that the part took."""
    print(f"\n{title}", flush=True)
    began = time.monotonic()
    yield
    print(f"[{time.monotonic() - began:.0f} s]", flush=True)


def facts_met() -> None:
    """Print how many facts each world meets, on random numbers that no search has seen."""
    parameters = {name: worlds.world_parameters(name) for name in worlds.WORLDS}
    scores = score_worlds(parameters, until_decided=True)
    print(world_totals(scores, parameters).to_string(index=False))
    for world, rows in scores[scores["verdict"] != "met"].groupby("world", sort=False):
        print(f"{world}: not met: {', '.join(rows['fact'])}")


def _inside(job: tuple[str, int]) -> int:
    world, member = job
    facts = load_facts()
    values = simulate_fact_values(
        worlds.member_parameters(world, member), facts, clients=CLIENTS, seed=SEED, replicate=member
    )
    return int(inside(np.array([values[fact.id] for fact in facts]), facts).sum())


def facts_of_members() -> None:
    """Print how many facts lie inside over members that stand for all."""
    numbers = members.chosen_members(min(MEMBERS, members.member_count()))
    print(
        f"{len(numbers)} of {members.member_count()} members, of {len(load_facts())} facts inside:"
    )
    with process_map(PROCESSES) as parallel_map:
        for world in worlds.WORLDS:
            counts = list(parallel_map(_inside, [(world, number) for number in numbers]))
            low, high = np.quantile(counts, (0.05, 0.95))
            print(f"  {world:12} median {np.median(counts):g}, {low:.0f} to {high:.0f} (90 %)")


def coordinates_of_members(space: JointSpace) -> np.ndarray | None:
    """Return the coordinates of the committed members; None where a column is missing."""
    rows = members.read_members(members.folder() / members.FILE)
    if not rows or not set(space.labels) <= set(rows[0]):
        return None
    points = np.zeros((len(rows), len(space.names)))
    for world in space.worlds:
        mine = space.columns_of(world)
        for number, point in enumerate(points):
            point[mine] = space.space_of(world).coordinates(members.member_values(world, number))
    return points


def spread_of_members() -> None:
    """Print how far the facts have narrowed the parameters."""
    space = space_of_worlds()
    points = coordinates_of_members(space)
    if points is None or len(points) < 3:
        print("No ensemble of the joint space is committed yet: dyadsim calibrate budget=standard")
        return
    table = spread_table(space, points)
    table["world"] = table["world"].replace("", "shared")
    sizes = table.groupby("world", sort=False)["spread"]
    print(sizes.describe()[["count", "min", "25%", "50%", "75%", "max"]].round(2).to_string())


def planted_and_predicted() -> None:
    """Print coverage in planted worlds and prediction of left-out facts, as committed."""
    commands = {
        PLANTED: "python tests/verification/test_planted_worlds.py",
        PREDICTION: "dyadsim crossvalidate budget=standard",
    }
    for path, command in commands.items():
        if not path.is_file():
            print(f"{path.relative_to(RESULTS.parent)} is not there yet: {command}")
            continue
        table = pd.read_csv(path)
        if path == PLANTED:
            print(f"Planted worlds:\n{table.round(3).to_string(index=False)}")
            continue
        table["world"] = table["world"].str.removesuffix(" world")
        print(f"Share of left-out facts inside:\n{table_text(table)}")


def main() -> None:
    """Print all parts."""
    with part("Facts by world, in the best member"):
        facts_met()
    with part("Facts over members"):
        facts_of_members()
    with part("Spread of the members over that of the prior (1: the facts say nothing)"):
        spread_of_members()
    with part("Coverage and prediction, from results/"):
        planted_and_predicted()


if __name__ == "__main__":
    main()

"""The task `decompose`: the five accountings at one point, or over the grid of a multirun."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from dyadsim.cli.results_folder import check_folder, each, finish, rows_of
from dyadsim.cli.settings import Settings, care_of, parameters_of
from dyadsim.errors import BadInput
from dyadsim.model import worlds


def run_decompose(one: Settings) -> None:
    """Print the five accountings of one world and leave their table, figure and page."""
    from dyadsim.attribution import estimated_shares
    from dyadsim.report import attribution

    began = time.perf_counter()
    check_folder(one.results)
    table = estimated_shares.decompose(
        parameters_of(one, one.world),
        care_of(one),
        one.clients,
        one.replicates,
        one.seed,
        one.threads,
        each("repeats"),
    )
    rows = rows_of(table)
    summary = {
        "task": "decompose",
        "world": one.world,
        "seed": one.seed,
        "clients": one.clients,
        "replicates": one.replicates,
        "calibrated": worlds.named(one.world).calibrated,
        "accountings": rows,
    }
    folder = finish(
        one,
        began,
        summary,
        lambda place, manifest: attribution.leave(place, table, one.world, manifest),
    )
    if one.json:
        print(json.dumps(rows))
        return
    attribution.print_accountings(table, one.world, worlds.named(one.world).calibrated)
    print(f"\nReport: {folder / 'report.html'}")
    print("Next: dyadsim decompose world=medical   (the same therapy in another world)")


def run_decompose_grid(jobs: Sequence[Settings], dials: Sequence[Mapping[str, Any]]) -> None:
    """Account at every point of a multirun; leave one table, one figure and the facts' verdicts."""
    from dyadsim.attribution import over_worlds
    from dyadsim.report import attribution

    began = time.perf_counter()
    one = jobs[0]
    check_folder(one.results)
    sizes = {(job.clients, job.replicates, job.clients_per_replicate, job.seed) for job in jobs}
    if len(sizes) > 1:
        raise BadInput("decompose -m: all points need the same size and seed (common luck).")
    points = [
        over_worlds.Point(dial, parameters_of(job, job.world), care_of(job))
        for job, dial in zip(jobs, dials, strict=True)
    ]
    found = over_worlds.over(
        points,
        one.clients,
        one.replicates,
        one.clients_per_replicate,
        one.seed,
        one.threads,
        each("points"),
    )
    names = list(dials[0])
    worlds_met = ", ".join(dict.fromkeys(job.world for job in jobs))
    summary = {
        "task": "decompose",
        "seed": one.seed,
        "clients": one.clients,
        "world": worlds_met,
        "replicates": one.replicates,
        "dials": names,
        "points": [dict(dial) for dial in dials],
    }
    title = f"{worlds_met} world, {one.clients:,} clients in each of {one.replicates} repeats"
    folder = finish(
        one,
        began,
        summary,
        lambda place, _: attribution.leave_grid(place, found, names, title),
    )
    if one.json:
        print(json.dumps(rows_of(found.shares)))
        return
    attribution.print_grid(found, names)
    print(f"\nTables: {folder}\nFigure: {folder / 'grid.png'}")

"""The tasks that hold worlds against the published facts: `facts` and `calibrate`."""

import json
import time

from dyadsim.cli.results_folder import check_folder, each, finish, rows_of, steps
from dyadsim.cli.settings import Settings, budget_of, parameters_of, worlds_of
from dyadsim.model import worlds


def run_facts(one: Settings) -> None:
    """Print every published fact beside its simulated value: all worlds, or the one that is set."""
    from dyadsim.calibration import scoreboard
    from dyadsim.evidence import benchmark
    from dyadsim.report import calibration, comparison

    began = time.perf_counter()
    if one.task["worlds"]:
        check_folder(one.results)
        chosen = {name: parameters_of(one, name) for name in worlds_of(one)}
        table = scoreboard.scoreboard(
            chosen, one.clients_per_replicate, one.replicates, one.seed, each("worlds")
        )
        totals = scoreboard.totals(table)
        ratios = [scoreboard.equal_means_ratio(world, seed=one.seed) for world in chosen.values()]
        totals[["equal_means_ratio", "equal_means_se"]] = ratios
        summary = {"task": "facts", "seed": one.seed, "totals": rows_of(totals)}
        folder = finish(
            one, began, summary, lambda place, _: calibration.leave_scoreboard(place, table)
        )
        if one.json:
            print(json.dumps(rows_of(table)))
            return
        calibration.print_scoreboard(table, totals)
        print(f"Table and figure: {folder}")
        return
    found = benchmark.evaluate(
        parameters_of(one, one.world),
        one.clients_per_replicate,
        one.replicates,
        one.seed,
        each=each("studies"),
    )
    if one.json:
        print(json.dumps([comparison.fact_row(result) for result in found]))
        return
    comparison.print_facts(found, one.world, worlds.named(one.world).calibrated)


def run_calibrate(one: Settings) -> None:
    """Calibrate one world; leave its file, all starts, a posterior and the facts on new luck."""
    from dyadsim.calibration import laplace, scoreboard
    from dyadsim.calibration.prior import space
    from dyadsim.calibration.search import calibrate, manifest, processes
    from dyadsim.evidence import fact as facts
    from dyadsim.report import calibration
    from dyadsim.simulation.simulate import default_threads

    began = time.perf_counter()
    check_folder(one.results)
    budget, workers = budget_of(one), one.threads or default_threads()
    with steps("generations", budget.steps) as told:
        found = calibrate(one.world, budget, one.seed, workers, one.held, told=told)
    mine, effort = space(one.world, one.held), laplace.EFFORTS[str(one.config["budget"])]
    with processes(workers) as spread:
        start = mine.coordinates(found.values)
        known = laplace.posterior(mine, start, facts.load(), effort, one.seed, spread)
    table = scoreboard.scoreboard(
        {one.world: worlds.parameters(one.world, found.values)},
        budget.clients_of_choice,
        one.replicates,
        one.seed,
    )
    about = manifest(found, str(one.config["budget"]), one.seed, one.held, table)
    summary = {"task": "calibrate", **about, "parameters": found.values}
    folder = finish(
        one,
        began,
        summary,
        lambda place, _: calibration.leave_calibration(
            place, found, about, table, laplace.table(known)
        ),
    )
    if one.json:
        print(json.dumps(summary))
        return
    calibration.print_calibration(found, table, folder)

"""Check the installation: versions, compiled kernel, cache, results folder."""

import json
import time
from typing import TYPE_CHECKING

from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


def run(settings: "Settings") -> None:
    """Check the installation and say what is wrong."""
    from dyadsim.cli.results_folder import check_folder
    from dyadsim.fitting.kept_learning import FOLDER
    from dyadsim.model.parameters import Parameters
    from dyadsim.numerics import jit
    from dyadsim.report.printed import say
    from dyadsim.simulation import records, simulate
    from dyadsim.studies.designs.waitlist import waitlist

    began = time.perf_counter()
    check_folder(settings.results)
    run = simulate.run(waitlist(2, (2,)), Parameters(), 300)
    known = records.manifest({}, 0.0)
    lines = {
        "dyadsim": known["dyadsim"],
        "python": known["python"],
        **known["packages"],
        "processors": simulate.default_threads(),
        "kernel": f"ran {run.clients.word.size} dyads in {time.perf_counter() - began:.2f} s",
        "cache": f"{jit.cache_folder()} (kept fits in {FOLDER}; may be removed)",
        "results folder": f"{settings.results} can be written",
    }
    if settings.json:
        print(json.dumps({key: str(value) for key, value in lines.items()}))
        return
    for key, value in lines.items():
        say(f"{key:16} {value}", indent=17 * " ")
    print("All is well.")


TASK = Task(
    name="doctor",
    section="about dyadsim",
    help="check the installation",
    example="dyadsim doctor",
    run=run,
    no_effect=NoEffect(
        *NOT_IN_INFORMATION, instead="doctor checks the installation", parameters=True
    ),
)

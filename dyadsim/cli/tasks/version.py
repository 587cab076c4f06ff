"""Say what this is: version, commit, Python, the folder of the compiled kernel."""

import json
from typing import TYPE_CHECKING

from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


def run(settings: "Settings") -> None:
    """Print version, commit, Python and kernel cache."""
    from dyadsim.numerics import jit
    from dyadsim.report.printed import say
    from dyadsim.simulation import records

    known = records.manifest({}, 0.0)
    changed = " with uncommitted changes" if known["dirty"] else ""
    lines = {
        "dyadsim": known["dyadsim"],
        "commit": f"{known['commit']}{changed}" if known["commit"] else "not in a checkout",
        "python": known["python"],
        "kernel cache": str(jit.cache_folder()),
    }
    if settings.json:
        print(json.dumps(lines))
        return
    for key, value in lines.items():
        say(f"{key:16} {value}", indent=17 * " ")


TASK = Task(
    name="version",
    section="about dyadsim",
    help="version, commit, Python, folder of the compiled kernel",
    example="dyadsim version",
    run=run,
    no_effect=NoEffect(
        *NOT_IN_INFORMATION, "results", instead="version says what is installed", parameters=True
    ),
)

"""Options and words that Hydra people type: which work, which mean a setting here, why others not.

What works and what is refused stands in docs/how_to/hydra.md; each line of that page is a test.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dyadsim.checks import known_name
from dyadsim.choices import conf_folder
from dyadsim.cli.completion_scripts import answer_shell
from dyadsim.errors import BadInput
from dyadsim.search_path import find_choice, own_folders

CONFIGURATIONS = ("job", "hydra", "all")
INFORMATION = ("all", "searchpath", "defaults", "plugins", "config")
PAGE = "docs/how_to/hydra.md"
_SHORT = {"-c": "--cfg", "-i": "--info", "-r": "--run", "-sc": "--shell-completion"}
_OF_OPTUNA = {
    "hydra.sweeper.n_trials": "points.n",
    "hydra.sweeper.direction": "points.direction",
    "hydra.sweeper.sampler.seed": "points.seed",
    "hydra/sweeper/sampler": "points.sampler",
}
"""Settings of Hydra's Optuna sweeper, and what they are called here."""
_RESULTS = ("hydra.run.dir", "hydra.sweep.dir")
_OPTIONS_REFUSED = {
    "--config-name": "there is one main configuration; a file of settings is experiment=FILE",
    "-cn": "there is one main configuration; a file of settings is experiment=FILE",
    "--config-path": "choices of your own are found by --config-dir DIR",
    "-cp": "choices of your own are found by --config-dir DIR",
    "--package": "--cfg prints all of it",
    "-p": "--cfg prints all of it",
    "--experimental-rerun": "the command stands in a result's manifest; dyadsim show prints it",
}
_WORDS_REFUSED = {
    "hydra.searchpath": "choices of your own are found by --config-dir DIR",
    "hydra.job.chdir": "no command changes the folder, so that paths stay those that you typed",
    "hydra.verbose": "dyadsim writes no log; what it does stands on the error output",
    "hydra.sweep.subdir": "each result has a folder of its own, results/COMMAND/TIME",
    "hydra.mode": "-m says that there are many jobs",
    "hydra.sweeper.storage": "results/NAME keeps every point",
    "hydra.sweeper.study_name": "name=... names it",
    "hydra.sweeper.n_jobs": "each point is proposed from all that were tried before",
    "hydra.sweeper.params": "write 'alliance.rate=interval(0.2,0.9)' itself",
    "hydra/sweeper": "there are basic and optuna; further samplings are points=...",
    "hydra.sweeper": "dyadsim sweep has samplings of its own (points=...)",
    "hydra/job_logging": "dyadsim writes no log; what it does stands on the error output",
    "hydra/hydra_logging": "dyadsim writes no log; what it does stands on the error output",
}


class HydraOptions(NamedTuple):
    """What is shown instead of run: `cfg` of `CONFIGURATIONS`, `info` of `INFORMATION`, a text."""

    cfg: str = ""
    info: str = ""
    resolve: bool = False
    text: str | None = None


def read_hydra_options(words: Sequence[str]) -> tuple[HydraOptions, list[str]]:
    """Return Hydra's options, and the other words, Hydra's settings in dyadsim's own words.

    Raises
    ------
    BadInput
        An option or a setting of Hydra's that has no place here; the message says why.

    Examples
    --------
    >>> read_hydra_options(["facts", "--cfg", "hydra", "hydra.run.dir=out"])[0].cfg
    'hydra'
    """
    options, rest, place = HydraOptions(), list[str](), 0
    while place < len(words):
        option, equals, value = words[place].partition("=")
        option, place = _SHORT.get(option, option), place + 1
        if option in ("--cfg", "--info"):
            names = CONFIGURATIONS if option == "--cfg" else INFORMATION
            if not equals and place < len(words) and words[place] in names:
                value, place = words[place], place + 1
            value = known_name(option, value or names[0], names)
            is_cfg = option == "--cfg"
            options = options._replace(cfg=value) if is_cfg else options._replace(info=value)
        elif option == "--resolve":
            options = options._replace(resolve=True)
        elif option == "--hydra-help":
            options = options._replace(text=hydra_help())
        elif option == "--shell-completion":
            request = words[place - 1].partition("=")[2] if equals else " ".join(words[place:][:1])
            return HydraOptions(text=answer_shell(request, os.environ.get("COMP_LINE", ""))), []
        elif option in _OPTIONS_REFUSED:
            raise BadInput(f"{option} has no use here: {_OPTIONS_REFUSED[option]} ({PAGE}).")
        elif option != "--run":
            rest += _word(words[place - 1])
    return options, rest


def _word(word: str) -> list[str]:
    """Return a setting of Hydra's as dyadsim's, with a note; any other word as it is."""
    key, _, value = word.partition("=")
    if key.startswith(("hydra/launcher", "hydra.launcher.")) or not key.startswith("hydra"):
        return [word]
    if key in _RESULTS:
        print(f"dyadsim: note: '{key}' is 'results' here, and has folders in it.", file=sys.stderr)
        return [f"results={value}"]
    if key == "hydra/sweeper" and value in ("basic", "optuna"):
        return ["points=optuna"] if value == "optuna" else []
    if key in _OF_OPTUNA:
        return [f"{_OF_OPTUNA[key]}={value}"]
    if key == "hydra.job.chdir" and value.lower() == "false":
        return []
    near = [known for known in _WORDS_REFUSED if key == known or key.startswith(f"{known}.")]
    why = _WORDS_REFUSED[near[0]] if near else "dyadsim has no use for it"
    raise BadInput(f"'{word}': {why} ({PAGE}).")


def hydra_help() -> str:
    """Return what of Hydra works, in short."""
    lines = [
        "dyadsim composes its settings with Hydra. Of Hydra's command line work:",
        "",
        "  name=value           a setting, a choice of a group, or the path of a choice",
        "  -m, --multirun       lists of values make jobs; with hydra/launcher=joblib or",
        "                       submitit_slurm elsewhere (hydra.launcher.x=...)",
        "  --cfg job|hydra|all  print the composed configuration; --resolve",
        "  --info NAME          searchpath, defaults, plugins, config or all of them",
        "  --config-dir DIR     choices of your own",
        "  hydra.run.dir=DIR    is results=DIR",
        "  hydra/sweeper=optuna is points=optuna, in sweeps",
        "  -sc install=SHELL    the tab key offers names, in bash, zsh and fish:",
        '                       eval "$(dyadsim -sc install=bash)"',
        "",
        f"What is refused, and why: {PAGE}",
        "",
    ]
    return "\n".join(lines)


def information(name: str, choices: dict[str, Any]) -> Iterator[str]:
    """Yield lines about where choices come from, which were taken, and which launchers there are.

    Parameters
    ----------
    name
        One of `INFORMATION`; the configuration itself is printed by who calls.
    choices
        Group -> name of the choice that was taken.
    """
    if name in ("all", "searchpath"):
        yield "search path of choices"
        yield from (f"  {folder} (yours)" for folder in own_folders())
        yield f"  {conf_folder()} (dyadsim's)"
    if name in ("all", "defaults"):
        yield "choices"
        for group, choice in choices.items():
            place = "dyadsim.cli.tasks" if group == "task" else find_choice(group, choice).path
            yield f"  {group}: {choice} ({place})"
    if name in ("all", "plugins"):
        yield "launchers"
        yield from _launchers()


def _launchers() -> Iterator[str]:
    """Yield a line a launcher: whether it is installed."""
    import importlib.util

    from dyadsim.cli.multirun import LAUNCHERS

    for launcher, module in LAUNCHERS.items():
        is_there = importlib.util.find_spec(module.partition(".")[0]) is not None
        is_there = is_there and importlib.util.find_spec(module) is not None
        yield f"  {launcher}: {'installed' if is_there else 'needs dyadsim[scale]'}"

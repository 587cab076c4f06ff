"""The command line: check the words, compose them (`compose`), call the tasks, give an exit code.

Nothing is written before all of it is checked.
"""

import os
import re
import sys
from collections.abc import Sequence
from typing import Any

from dyadsim.cli.compose import GROUPS, choices

OK, FAILED, BAD_INPUT, POINTS_FAILED, BAD_DATA, INTERRUPTED = 0, 1, 2, 3, 4, 130
HELP = """dyadsim: an open simulator of psychotherapy, the known truth beside what a researcher sees

usage: dyadsim [task] [name=value ...]        dyadsim alone runs the main comparison

tasks
  compare   four worlds, the same clients and luck, beside the published numbers (default)
  simulate  one study in one world: clients, therapists, sessions and truth tables
  facts     every published fact in all worlds; in one:  dyadsim facts world=hybrid
  calibrate a world's best chance against the facts:  dyadsim calibrate world=hybrid budget=small
  literature  many small trials: what is published, pooled, certified, called equivalent
  decompose  how much of the outcome is due to what: five accountings with their denominators
  sweep     a design over parameters and choices, kept and resumed (docs/sweeps.md):
            dyadsim sweep name=bond 'distress.bond_effect=interval(0,1)' points=sobol points.n=64
  status    how much of a sweep is finished:  dyadsim status name=bond
  collect   join what shards of a sweep have left:  dyadsim collect name=bond
  sensitivity  which parameters matter for the outputs of a sweep:  dyadsim sensitivity name=bond
  fit       what your data say of a world, and which world they speak for (docs/fitting.md):
            dyadsim fit data.path=scores.csv data.instrument=phq9
  recover   planning: what a study would tell, and what more to measure
  teach     eight lessons in the browser, a bet before every answer (docs/teaching.md)
  lesson    one lesson without the page:  dyadsim lesson alliance world=null
  params    the model's parameters:  dyadsim params  |  dyadsim params alliance
  doctor    check the installation

choices     (one file each in conf/)
{choices}
settings
  seed=1 replicate=0      address of the luck: same seed, same numbers
  size.clients=20000      clients of each study       size=tiny|small|standard|large
  specificity=0.5         share of the treatment path that needs the match, at equal mean effect
  moments=60              simulate the moments within sessions (0 = closed form)
  threads=2               0 = every processor; changes nothing but the time
  do.hold.alliance=0.8    what is done to everybody, beside the same clients left alone:
                          do.start do.hold.x do.remove do.arm do.therapist do.file ...
  alliance.rate=0.4       any parameter of the model (dyadsim params)
  results=results         where output folders go     json=true   print the summary as JSON
  dry_run=true            what it would cost          -m name=a,b run each (Hydra multirun)
  of a sweep: name=bond outputs=[gain,true_d] points.n=256 points.replicates=4 shard=0 shards=8
              alliance.rate=0.2,0.4 (crossed)  'alliance.rate=interval(0.1,0.6)' (filled by points)
  --cfg                   print the composed configuration

exit codes  0 ok · 1 run failed · 2 bad input · 3 some points failed · 4 bad data file
            130 interrupted
"""


def _help(words: Sequence[str] = ()) -> str:
    """Return the help text with the choices that exist; of a task alone where one is named."""
    named = [word for word in words if word in choices("task")]
    if named:
        return _help_of(named[0])
    lines = [f"  {group + '=':12}{' | '.join(choices(group))}" for group in GROUPS[1:]]
    return HELP.format(choices="\n".join(lines) + "\n")


def _help_of(task: str) -> str:
    """Return what a task does and its settings, as the configuration comments on them."""
    from dyadsim.choices import conf_folder

    told = re.search(rf"^  {task} .*?(?=^  \S|^$)", HELP, re.M | re.S)
    own = (conf_folder() / "task" / f"{task}.yaml").read_text(encoding="utf-8").splitlines()
    shown = [told[0].rstrip() if told else task, "", "settings (task.x=...)"]
    shown += [f"  {line}" for line in own if not line.startswith("name:")]
    if task == "fit":
        whole = (conf_folder() / "config.yaml").read_text(encoding="utf-8")
        block = re.search(r"^data:.*?(?=^\w)", whole, re.M | re.S)
        shown += ["", "of your data (data.x=...; docs/fitting.md)"]
        shown += [f"  {line.strip()}" for line in (block[0] if block else "").splitlines()[1:]]
    if task in ("fit", "calibrate"):
        shown += ["", "  budget=small|standard|large    small is a quick try"]
    return "\n".join([*shown, "", "everything else: dyadsim --help", ""])


def _tokens(words: Sequence[str]) -> list[str]:
    """Return the words with the first bare one as task=..., a search word as task.word=..."""
    from dyadsim.errors import BadInput, nearest

    found = list(words)
    bare = [word for word in found if "=" not in word and not word.startswith("-")]
    if bare:
        known = choices("task")
        if bare[0] not in known:
            raise BadInput(
                f"there is no task '{bare[0]}'.{nearest(bare[0], known)} Tasks: {', '.join(known)}."
            )
        place = found.index(bare[0])
        found[place] = f"task={bare[0]}"
        second = {"params": "task.word", "lesson": "task.lesson"}.get(bare[0])
        if second and len(bare) == 2:
            found[found.index(bare[1])] = f"{second}={bare[1]}"
    for word in found:
        if "=" not in word and not word.startswith("-"):
            raise BadInput(f"'{word}' is no setting: settings are written name=value.")
    one_world = any(word.split("=", 1)[0] in ("world", "task.worlds") for word in found)
    if "task=facts" in found and not one_world:
        found.append("task.worlds=[medical,contextual,hybrid,'null']")
    return found


def _run(words: Sequence[str]) -> int:
    """Check everything, then run every job; return the exit code."""
    from dyadsim.cli import compose
    from dyadsim.errors import BadInput

    launcher = [word for word in words if word.startswith(("hydra/launcher=", "hydra.launcher."))]
    known = ("-m", "--multirun", "--cfg", *launcher)
    multirun, shown = any(word in ("-m", "--multirun") for word in words), "--cfg" in words
    if launcher and not multirun:
        raise BadInput(f"'{launcher[0]}' says who runs many jobs: that needs -m (multirun).")
    tokens = _tokens([word for word in words if word not in known])
    if any(word in [f"task={name}" for name in compose.SWEEPS] for word in tokens) and not shown:
        return _sweep(tokens, multirun, launcher)
    with compose.opened():
        jobs = compose.preflight(tokens, multirun, shown).jobs
        configs = [compose.compose(job) for job in jobs]
    _notes(jobs)
    if shown:
        import yaml

        print(yaml.safe_dump(configs[0], sort_keys=False), end="")
        return OK
    if launcher:
        return compose.launch(main, jobs, launcher, str(configs[0]["results"]))
    return _run_jobs(jobs, configs)


def _run_jobs(jobs: list[list[str]], configs: list[dict[str, Any]]) -> int:
    """Run jobs one after the other in this process."""
    from dyadsim.cli import compose, settings
    from dyadsim.cli.tasks import basic

    checked = [settings.settings(config) for config in configs]
    first = checked[0].config
    if len(jobs) > 1 and first["task"]["name"] == "decompose" and not first["dry_run"]:
        from dyadsim.cli.tasks import decompose

        decompose.run_decompose_grid(checked, compose.swept(jobs))
        return OK
    for job, one in zip(jobs, checked, strict=True):
        if len(jobs) > 1:
            print(f"# {' '.join(job)}", file=sys.stderr)
        if one.config["dry_run"]:
            from dyadsim.cli.dry_run import dry_run

            dry_run(one)
        else:
            basic.TASKS[str(one.task["name"])](one)
    return OK


def _sweep(tokens: list[str], multirun: bool, launcher: list[str]) -> int:
    """Run a sweep, or one of the tasks about a sweep: all lists of values make one design."""
    from dyadsim.cli import compose, settings
    from dyadsim.cli.tasks import sweep

    tokens = sweep.remembered(tokens)
    shards = [word for word in tokens if word.startswith("shard=")]
    rest = [word for word in tokens if not word.startswith("shard=")]
    with compose.opened():
        numbers = [job[0] for job in compose.preflight(shards[-1:], multirun).jobs if job]
        asked = compose.preflight(rest, multirun, design=True)
        configs = [compose.compose([*job, *numbers[:1]]) for job in asked.jobs]
    _notes(asked.jobs)
    if launcher:
        jobs = [[*rest, number] for number in numbers or ["shard=0"]]
        code = compose.launch(main, jobs, launcher, str(configs[0]["results"]))
        if code not in (OK, POINTS_FAILED):
            return code
        alone = [word for word in rest if not word.startswith(("shards=", "executor"))]
        return _sweep(alone, False, [])  # takes what the jobs have stored, and tells
    labels, codes = compose.swept(asked.jobs), []
    for number in numbers or ["shard=0"]:
        each = [config | {"shard": int(number.split("=")[1])} for config in configs]
        checked = [settings.settings(config) for config in each]
        codes.append(sweep.run(checked, labels, asked.axes, rest))
    return max(codes)


def _notes(jobs: list[list[str]]) -> None:
    """Say once which settings have no effect."""
    from dyadsim.cli.unused import unused

    for note in dict.fromkeys(note for job in jobs for note in unused(job)):
        print(f"dyadsim: note: {note}", file=sys.stderr)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (see `HELP`)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if any(word in ("-h", "--help", "help") for word in words):
        print(_help(words), end="")
        return OK
    if "--version" in words:
        import importlib.metadata

        print(importlib.metadata.version("dyadsim"))
        return OK
    known = ("-m", "--multirun", "--cfg")
    for word in words:
        if word.startswith("-") and word not in known:
            print(f"dyadsim: there is no option '{word}'. Try dyadsim --help.", file=sys.stderr)
            return BAD_INPUT
    from dyadsim.errors import BadData, BadInput, Failed

    try:
        return _run(words)
    except (BadInput, BadData, Failed) as error:
        print(f"dyadsim: {error}", file=sys.stderr)
        if isinstance(error, Failed):
            return FAILED
        return BAD_INPUT if isinstance(error, BadInput) else BAD_DATA
    except BrokenPipeError:  # whoever read our output has seen enough: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        print("dyadsim: interrupted; nothing half-written was left.", file=sys.stderr)
        return INTERRUPTED

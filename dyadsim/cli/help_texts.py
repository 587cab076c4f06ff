"""What `dyadsim --help` and `dyadsim TASK --help` print, and the commands table of the docs.

All of it is read from the tasks and from the settings classes; nothing is written twice.
"""

import dataclasses
import textwrap
from typing import Any

from dyadsim.cli.own_choices import own_lines
from dyadsim.cli.settings import Config
from dyadsim.cli.task import SECTIONS, SWEEP_SETTINGS, Task, all_tasks
from dyadsim.cli.words import GROUPS, choices
from dyadsim.report.printed import line_width, wrapped

GROUPS_SHOWN = tuple(group for group in GROUPS if group != "task")
WIDTH = 27  # letters of a setting, before its meaning
LINE = 108  # letters of a line at most
_ELSEWHERE = ("task", "data", "do", "job", *GROUPS_SHOWN, *SWEEP_SETTINGS)
MEMBERS_LINE = (
    "members=20",
    "over so many members of the ensemble: medians with 90 % intervals "
    "(docs/background/calibration.md)",
)
EXIT_CODES = """exit codes  0 ok · 1 run failed · 2 bad input · 3 some points failed ·
            4 bad data file · 130 interrupted
"""


def _choices_lines() -> list[str]:
    """Return the names of the choices of every group."""
    lines = []
    for group in GROUPS_SHOWN:
        texts = textwrap.wrap(" | ".join(choices(group)), min(line_width(), LINE) - 15)
        lines += [f"  {group + '=':12}{texts[0]}", *(f"{'':14}{text}" for text in texts[1:])]
    return lines


def _default(field: Any) -> str:
    """Return the default of a settings field as it is typed."""
    if field.default is dataclasses.MISSING:
        value = field.default_factory()
        if isinstance(value, list):
            return f"[{','.join(map(str, value))}]"
        if isinstance(value, dict):
            pairs = (f"{key}:{_typed(value)}" for key, value in value.items())
            return f"{{{','.join(pairs)}}}"
        return "..."
    return _typed(field.default)


def _typed(value: object) -> str:
    """Return a value as YAML writes it."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return str(value)


def _line(word: str, about: str) -> list[str]:
    """Return a setting and its meaning on one line, or on two where the setting is long."""
    first, *rest = textwrap.wrap(about, min(line_width(), LINE) - WIDTH - 3) or [""]
    indent = " " * (WIDTH + 3)
    lines = [f"  {word:{WIDTH}} {first}"] if len(word) <= WIDTH else [f"  {word}", indent + first]
    return [line.rstrip() for line in (*lines, *(indent + text for text in rest))]


def _setting_lines(kind: Any, prefix: str = "", skip: tuple[str, ...] = ("name",)) -> list[str]:
    """Return a line a setting: name=default and its meaning; nested ones below it."""
    lines = []
    for field in dataclasses.fields(kind):
        if field.name in skip:
            continue
        name = f"{prefix}{field.name}"
        nested = field.default_factory
        if isinstance(nested, type) and dataclasses.is_dataclass(nested):
            lines += _setting_lines(nested, f"{name}.", skip=())
            continue
        word = name if field.default == "???" else f"{name}={_default(field)}"
        lines += _line(word, field.metadata.get("help", ""))
    return lines


def help_of_all() -> str:
    """Return the text of `dyadsim --help`."""
    tasks = all_tasks()
    lines = [
        wrapped(
            "dyadsim: an open simulator of psychotherapy; truth beside what a researcher concludes"
        ),
        "",
        "usage: dyadsim [task] [name=value ...]  dyadsim alone gives the main answer",
        "       dyadsim TASK --help              its settings and an example",
    ]
    for section in SECTIONS:
        lines += ["", section]
        named = [task for task in tasks if task.section == section]
        lines += [wrapped(f"  {task.name:14}{task.help}", " " * 16) for task in named]
    lines += ["", "choices     (one file each in conf/)", *_choices_lines()]
    own = [wrapped(f"  {line}", " " * 4) for line in own_lines()]
    lines += ["", "your own    (or a path wherever a name is)", *own] if own else []
    lines += ["", "settings    (name=default)", *_setting_lines(Config, skip=_ELSEWHERE)]
    lines += [
        "  do.start do.hold.x ...      do this to everybody (dyadsim simulate --help)",
        "  alliance.rate=0.4           any parameter of the model (dyadsim params)",
        "  -m name=a,b                 run each (Hydra multirun)",
        "  --cfg job|hydra|all         the composed configuration (docs/how_to/hydra.md)",
        "  --config-dir DIR            choices of your own, beside ./conf (dyadsim init)",
        "  mechanism=FILE.py           a mechanism of your own (dyadsim init writes one)",
        "",
    ]
    return "\n".join(lines) + "\n" + EXIT_CODES


def help_of_task(task: Task) -> str:
    """Return the text of `dyadsim TASK --help`."""
    lines = [wrapped(f"dyadsim {task.name}: {task.help}"), "", f"example: {task.example}"]
    lines += [f"         {text}" for text in task.more]
    if task.takes_members:
        lines += ["", *_line(*MEMBERS_LINE)]
    own = _setting_lines(task.settings, "task.")
    if own:
        lines += ["", "settings    (name=default)", *own]
    for field in dataclasses.fields(Config):
        if field.name in task.shows:
            kind = field.default_factory
            lines += ["", wrapped(field.metadata["help"]), *_setting_lines(kind, f"{field.name}.")]
            if field.name == "figure" and task.panels:
                lines += [wrapped(f"  panels: {', '.join(task.panels)}", " " * 10)]
    return "\n".join([*lines, "", "everything else: dyadsim --help", ""])


def commands_table() -> str:
    """Return the commands as a Markdown table, for the docs."""
    rows = ["| command | what it does | example |", "|---|---|---|"]
    for task in all_tasks():
        example = task.example.replace("|", "\\|")
        rows.append(f"| `{task.name}` | {task.help} | `{example}` |")
    return "\n".join(rows) + "\n"

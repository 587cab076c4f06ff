"""List the model's parameters: default, ranges, unit, meaning, source; what is likely, and why."""

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput, nearest

if TYPE_CHECKING:
    from rich.table import Table

    from dyadsim.cli.settings import Settings
    from dyadsim.model.parameter import Parameter


@dataclasses.dataclass
class ParamsSettings(TaskSettings):
    """Settings of `params`."""

    word: str = setting("", "list only parameters whose name or meaning has this word in it")
    likely: bool = setting(
        False, "list those that calibration moves, and why they are likely there"
    )


def _listed(word: str, *, likely: bool) -> "list[Parameter]":
    """Return the parameters that were asked for."""
    from dyadsim.model.parameters import catalogue

    listed = [
        parameter
        for parameter in catalogue().values()
        if word in parameter.name.lower() or word in parameter.about.meaning.lower()
    ]
    if not listed:
        raise BadInput(
            f"no parameter's name or meaning holds '{word}'.{nearest(word, catalogue())}"
        )
    if not likely:
        return listed
    moved = [parameter for parameter in listed if parameter.about.likely is not None]
    if not moved:
        raise BadInput(f"calibration moves no parameter whose name or meaning holds '{word}'.")
    return moved


def _fields(item: "Parameter") -> dict[str, Any]:
    """Return a parameter as plain mappings, for JSON."""
    about = item.about._asdict()
    if item.about.likely is not None:
        about["likely"] = item.about.likely._asdict()
    return {**item._asdict(), "about": about}


def _likely_text(item: "Parameter") -> str:
    """Return the likely range in words, "" where calibration leaves the parameter alone."""
    likely = item.about.likely
    if likely is None:
        return ""
    kind = "odds " if likely.shape == "odds" else ""
    return f"{kind}{likely.low:g} … {likely.high:g}"


def _range_table(parameters: "list[Parameter]") -> "Table":
    """Return default, ranges, unit, meaning and source of parameters."""
    from rich.table import Table

    header = ("name", "default", "range", "likely", "unit", "meaning", "source")
    table = Table(*header, title="Parameters")
    for item in parameters:
        name, default, about = item
        span = f"{about.low:g} … {about.high:g}"
        likely = _likely_text(item)
        table.add_row(name, f"{default:g}", span, likely, about.unit, about.meaning, about.source)
    return table


def _likely_table(parameters: "list[Parameter]") -> "Table":
    """Return likely ranges, whose they are, their shapes and reasons."""
    from rich.table import Table

    header = ("name", "default", "likely", "shape", "the same", "reason")
    table = Table(
        *header, title="What calibration moves: 95 % of the prior lies in the likely range"
    )
    for item in parameters:
        likely = item.about.likely
        if likely is not None:
            whose = "in one world" if likely.own else "in all worlds"
            row = (item.name, f"{item.default:g}", _likely_text(item), likely.shape)
            table.add_row(*row, whose, likely.reason)
    return table


def run(settings: "Settings") -> None:
    """Print the parameters whose name or meaning contains the word."""
    from dyadsim.report.printed import print_table

    likely: bool = settings.task.likely
    parameters = _listed(settings.task.word.lower(), likely=likely)
    if settings.json:
        print(json.dumps([_fields(item) for item in parameters]))
        return
    print_table(_likely_table(parameters) if likely else _range_table(parameters))


TASK = Task(
    name="params",
    section="about dyadsim",
    help="the model's parameters: default, ranges, meaning, source",
    example="dyadsim params alliance",
    settings=ParamsSettings,
    word="word",
    run=run,
    no_effect=NoEffect(
        *NOT_IN_INFORMATION,
        "results",
        instead="params lists the parameters of the model",
        parameters=True,
    ),
)

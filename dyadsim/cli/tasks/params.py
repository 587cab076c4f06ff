"""List the model's parameters: name, default, range, unit, meaning, source."""

import dataclasses
import json
from typing import TYPE_CHECKING

from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput, nearest

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


@dataclasses.dataclass
class ParamsSettings(TaskSettings):
    """Settings of `params`."""

    word: str = setting("", "list only parameters whose name or meaning has this word in it")


def run(settings: "Settings") -> None:
    """Print the parameters whose name or meaning contains the word."""
    from rich.table import Table

    from dyadsim.model.parameters import catalogue
    from dyadsim.report.printed import print_table

    word = settings.task.word.lower()
    parameters = [
        parameter
        for parameter in catalogue().values()
        if word in parameter.name.lower() or word in parameter.about.meaning.lower()
    ]
    if not parameters:
        raise BadInput(
            f"no parameter's name or meaning holds '{word}'.{nearest(word, catalogue())}"
        )
    if settings.json:
        rows = [{**item._asdict(), "about": item.about._asdict()} for item in parameters]
        print(json.dumps(rows))
        return
    table = Table("name", "default", "range", "unit", "meaning", "source", title="Parameters")
    for name, default, about in parameters:
        span = f"{about.low:g} … {about.high:g}"
        table.add_row(name, f"{default:g}", span, about.unit, about.meaning, about.source)
    print_table(table)


TASK = Task(
    name="params",
    section="about dyadsim",
    help="the model's parameters: default, range, meaning, source",
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

"""The teachers' page: ten lessons in the browser, on this machine (docs/how_to/teaching.md)."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dyadsim.checks import whole_number
from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task, TaskSettings, setting
from dyadsim.cli.tasks.lesson import NOT_IN_LESSONS, lesson_settings
from dyadsim.errors import Failed

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


@dataclasses.dataclass
class TeachSettings(TaskSettings):
    """Settings of `teach`."""

    host: str = setting("", "other machines reach the page only at another address than 127.0.0.1")
    port: int = setting(8765, "0 = any free one")
    browser: bool = setting(True, "open the page")
    in_class: bool = setting(False, "class=true: phones in the same network bet (QR code)")
    per_address: int = setting(3, "with a class: devices that may share one network address")
    address: str = setting("", "with a class: this machine's address for phones, if it is another")
    language: str = setting("en", "of the page: en, de (docs/how_to/teaching.md)")
    keep: str | None = setting(None, "a lesson's name: write it as one file instead, to take home")


def adapt(words: list[str]) -> list[str]:
    """Return the words with `class=true`, which Python cannot name so, as `task.in_class=true`."""
    short = ("class=", "task.class=")
    return [
        f"task.in_class={word.split('=', 1)[1]}" if word.startswith(short) else word
        for word in words
    ]


def run(settings: "Settings") -> None:
    """Serve the page until it is interrupted, or write one lesson as a file."""
    try:
        from dyadsim.web import serving
        from dyadsim.web.language import check_language
    except ImportError:
        raise Failed("teach needs pip install 'dyadsim[web]'.") from None
    if settings.task.keep is not None:
        _keep(settings)
        return
    task = settings.task
    place = serving.Place(
        task.host or ("0.0.0.0" if task.in_class else "127.0.0.1"),
        whole_number("task.port", task.port, 0, 65535),
        task.in_class,
        task.address,
        whole_number("task.per_address", task.per_address, 1, 500),
        check_language(task.language),
    )
    serving.serve(place, task.browser)


def _keep(settings: "Settings") -> None:
    """Write one lesson as one file."""
    from dyadsim.cli.results_folder import check_folder, write_result_file
    from dyadsim.lessons.index import find_lesson
    from dyadsim.web import single_file
    from dyadsim.web.language import check_language

    lesson, language = find_lesson(settings.task.keep), check_language(settings.task.language)
    check_folder(settings.results)
    text = single_file.lesson_file(lesson, lesson_settings(settings), language=language)
    place = write_result_file(settings.results, f"lesson_{lesson.name}.html", text)
    print(f"One file, no server, no network: {place} ({len(text) / 1e6:.1f} MB)")


def no_effect(words: Mapping[str, str]) -> list[NoEffect]:
    """Return what the page does not use, or one lesson that is kept as a file."""
    page = (
        "task.host",
        "task.port",
        "task.browser",
        "task.in_class",
        "task.per_address",
        "task.address",
    )
    if "task.keep" in words:
        return [
            NoEffect(
                *NOT_IN_LESSONS, "experiment", "json", instead="a lesson has its own settings"
            ),
            NoEffect(*page, instead="task.keep writes a file; no page is served"),
        ]
    return [
        NoEffect(
            *NOT_IN_INFORMATION,
            "results",
            "json",
            instead="the page has its own settings",
            parameters=True,
        )
    ]


TASK = Task(
    name="teach",
    section="teaching",
    help="ten lessons in the browser, a bet before every answer (docs/how_to/teaching.md)",
    example="dyadsim teach",
    more=("class=true: phones in the same network join by a QR code and bet",),
    settings=TeachSettings,
    adapt=adapt,
    run=run,
    no_effect=no_effect,
)

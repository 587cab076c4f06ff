"""A folder for a theory of one's own: a world, a therapy, a study, an experiment, a notebook."""

import dataclasses
import json
import shlex
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput, Failed

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings

PROJECT = Path(__file__).parents[1] / "project"


@dataclasses.dataclass
class InitSettings(TaskSettings):
    """Settings of `init`."""

    folder: str = setting("mytheory", "a new or empty folder")


def check(settings: "Settings") -> None:
    """Refuse a place where something is."""
    folder = _folder(settings)
    try:
        if folder.exists() and not folder.is_dir():
            raise BadInput(f"init: '{folder}' is a file; name a new folder.")
        if folder.is_dir() and any(folder.iterdir()):
            raise BadInput(f"init: the folder '{folder}' is not empty; name a new one.")
    except OSError as error:
        raise BadInput(f"init: '{folder}' cannot be used: {error.strerror or error}.") from None


def _folder(settings: "Settings") -> Path:
    text = str(settings.task.folder)
    if not text.strip() or "\0" in text:
        raise BadInput("init needs the name of a folder, such as dyadsim init mytheory.")
    return Path(text).expanduser()


def project_files() -> list[Path]:
    """Return the files of a new project, from its folder; pip leaves compiled ones beside them."""
    files = (path for path in PROJECT.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sorted(path.relative_to(PROJECT) for path in files)


def run(settings: "Settings") -> None:
    """Write a small project; where that fails, nothing of it is left."""
    folder, files = _folder(settings), project_files()
    written: list[Path] = []
    try:
        for file in files:
            for place in reversed((folder / file).parents):
                if not place.exists():
                    place.mkdir()
                    written.append(place)
            written.append(folder / file)
            shutil.copyfile(PROJECT / file, folder / file)
    except (OSError, KeyboardInterrupt) as error:
        for path in reversed(written):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        if isinstance(error, KeyboardInterrupt):
            raise
        raise Failed(f"init: '{folder}' cannot be written: {error.strerror or error}.") from None
    if settings.json:
        print(json.dumps({"task": "init", "folder": str(folder), "files": list(map(str, files))}))
        return
    print(f"A theory of your own: {folder}")
    for file in files:
        print(f"  {file}")
    print(f"Next: cd {shlex.quote(str(folder))} && dyadsim simulate world=hope study=hope_trial")


TASK = Task(
    name="init",
    section="your own theory",
    help="a folder with a world, a therapy and a study of your own (docs/how_to/own_world.md)",
    example="dyadsim init mytheory",
    settings=InitSettings,
    word="folder",
    check=check,
    run=run,
    no_effect=NoEffect(
        *NOT_IN_INFORMATION, "results", instead="init writes files", parameters=True
    ),
)

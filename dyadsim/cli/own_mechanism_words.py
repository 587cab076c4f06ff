"""`mechanism=./nocebo.py` on the command line: code of one's own, named before anything is loaded.

A mechanism is part of the model, and the model is gathered once in a process. So its files are put
into the environment, where this process and its workers find them (`numerics.own_files`); where
the model is there already, as in a notebook, a process of its own does the work.
"""

import dataclasses
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dyadsim.cli.settings import Config
from dyadsim.errors import BadInput
from dyadsim.numerics.own_files import MECHANISMS

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings

WORD = "mechanism="
_LOADED = "dyadsim.numerics.jit"
_OPTIONS = ("--config-dir", "-cd")
_said: list[str] = []  # words of the present command line that name files of one's own


def mechanism_words(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the files that words name as mechanisms, and the other words.

    Raises
    ------
    BadInput
        No file, one that is not there, or one that is not Python.

    Examples
    --------
    >>> mechanism_words(["facts", "world=hybrid"])
    ([], ['facts', 'world=hybrid'])
    """
    texts, rest = list[str](), list[str]()
    for word in words:
        if word.startswith(WORD):
            texts += word.removeprefix(WORD).strip("'\"[]").split(",")
        else:
            rest.append(word)
    files = []
    for text in texts:
        path = Path(text.strip().strip("'\"")).expanduser()
        if path.suffix != ".py" or not path.is_file():
            why = "there is no such file" if path.suffix == ".py" else "it is no Python file"
            raise BadInput(
                f"{WORD}{text}: {why}. A mechanism of your own is a file such as ./nocebo.py "
                "(docs/how_to/own_mechanism.md)."
            )
        if path.stem in {field.name for field in dataclasses.fields(Config)}:
            raise BadInput(
                f"{WORD}{text}: '{path.stem}' is a setting of dyadsim: give the file another name."
            )
        files.append(path.resolve())
    return list(dict.fromkeys(files)), rest


def said_again(command: str) -> str:
    """Return a command that is suggested, with the words that name code and folders of one's own.

    Parameters
    ----------
    command
        Such as "dyadsim facts world=hope".
    """
    return " ".join([command, *_said])


def said_settings(settings: "Settings", *names: str) -> str:
    """Return those of a task's own settings that were said, each as it is typed after a blank.

    Parameters
    ----------
    settings
        Of the present command.
    names
        Of the settings, without "task.".
    """
    from dyadsim.checks import setting_word

    values = {f"task.{name}": getattr(settings.task, name) for name in names}
    return "".join(
        f" {setting_word(name, value)}" for name, value in values.items() if name in settings.said
    )


def _words_of_ones_own(words: Sequence[str]) -> list[str]:
    """Return the words that name mechanisms and folders of choices, as they are typed."""
    pairs = zip(["", *words], words, strict=False)
    return [
        shlex.quote(word)
        for before, word in pairs
        if word.startswith(WORD) or word.partition("=")[0] in _OPTIONS or before in _OPTIONS
    ]


def with_mechanisms(words: Sequence[str], answer: Callable[[Sequence[str]], int]) -> int:
    """Answer a command line with the mechanisms that it names; return the exit code.

    Parameters
    ----------
    words
        The words of the command line.
    answer
        Answers the words without those that name mechanisms.
    """
    _said[:] = _words_of_ones_own(words)
    files, rest = mechanism_words(words)
    stated = os.environ.get(MECHANISMS, "")
    wanted = os.pathsep.join([*map(str, files), *filter(None, [stated])])
    if wanted != stated and _LOADED in sys.modules:
        command = [sys.executable, "-m", "dyadsim", *rest]
        return subprocess.run(
            command, env=os.environ | {MECHANISMS: wanted}, check=False
        ).returncode
    if wanted:
        os.environ[MECHANISMS] = wanted
        said = ", ".join(wanted.split(os.pathsep))
        print(f"dyadsim: your own mechanism: {said}.", file=sys.stderr)
    return answer(rest)

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

from dyadsim.cli.settings import Config
from dyadsim.errors import BadInput
from dyadsim.numerics.own_files import MECHANISMS

WORD = "mechanism="
_LOADED = "dyadsim.numerics.jit"
_OPTIONS = ("--config-dir", "-cd")
_typed: list[str] = []  # the words of the present command line
_said: list[str] = []  # those that name files of one's own


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


def typed_settings(*names: str) -> str:
    """Return those of some settings that were typed, as they were, each after a blank.

    Parameters
    ----------
    names
        Such as "task.worlds".
    """
    return "".join(f" {shlex.quote(word)}" for word in _typed if word.partition("=")[0] in names)


def world_word(name: str) -> str:
    """Return world=NAME as it is typed; the name may be a path.

    Examples
    --------
    >>> print(world_word("./mine.yaml"), world_word("./my own.yaml"))
    world=./mine.yaml 'world="./my own.yaml"'
    """
    from dyadsim.checks import setting_word

    plain = all(letter.isalnum() or letter in "._-/" for letter in name)
    return f"world={name}" if plain else setting_word("world", name)


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
    _typed[:], _said[:] = words, _words_of_ones_own(words)
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

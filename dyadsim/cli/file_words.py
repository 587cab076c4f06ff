"""A file among the words of a command: `dyadsim describe scores.csv`, `dyadsim fit fit.yaml`."""

import shlex
from collections.abc import Sequence
from pathlib import PurePath

from dyadsim.checks import setting_word
from dyadsim.errors import BadInput

STATED = (".yaml", ".yml")  # settings of data, or published moments
TABLES = (
    *(".csv", ".tsv", ".txt", ".dat", ".xlsx", ".xlsm", ".xls", ".sav", ".zsav", ".por", ".dta"),
    *(".parquet", ".pq", ".feather", ".ods", ".rds", ".rda", ".rdata", ".sas7bdat"),  # some refused
)


def file_word(word: str) -> str:
    """Return a file, however it is said, as the setting that it stands for; else the word.

    Examples
    --------
    >>> file_word("scores.csv"), file_word("data=scores.xlsx"), file_word("hybrid")
    ('data.path=scores.csv', 'data.path=scores.xlsx', 'hybrid')
    """
    name, _, path = word.rpartition("=")
    path = path.strip("'\"")
    suffix = PurePath(path).suffix.lower()
    if name in ("", "data") and suffix in TABLES:
        return _quoted("data.path", path)
    if name not in ("", "data", "data.path") or suffix not in STATED:
        return word
    from dyadsim.cli.stated_file import is_stated_file

    if name == "data.path" and not is_stated_file(path):
        return word  # published moments
    return _quoted("data.file", path)


def _quoted(name: str, path: str) -> str:
    """Return a setting as one word of Hydra's grammar."""
    return shlex.split(setting_word(name, path))[0]


def is_file(word: str) -> bool:
    """Return whether a word is a file without the name of its setting."""
    return "=" not in word and file_word(word) != word


def refuse_files(words: Sequence[str], task: str) -> None:
    """Refuse a bare word that is a file, for a task that reads no data.

    Raises
    ------
    BadInput
        With the tasks that read it.
    """
    for word in words:
        if not is_file(word):
            continue
        facts = f"facts={word} are published numbers of your own; " if task == "facts" else ""
        raise BadInput(
            f"'{word}' is a file: {facts}dyadsim describe, analyse, fit or recover {word} reads it."
        )

"""A case of the fuzzer: the words of a command line, and where they are run."""

from typing import NamedTuple


class Case(NamedTuple):
    """Words, the grammar they come from, and the environment they run in.

    Attributes
    ----------
    words
        Of the command line; `{files}` stands for the folder of odd files.
    source
        The grammar: settings, documented, files or real.
    environment
        A name in `environments.ENVIRONMENTS`.
    """

    words: tuple[str, ...]
    source: str
    environment: str = "usual"

"""The register of statistics: what `@statistic` declares, and how a written one is found in it.

A statistic is declared once: its name as `facts.csv` writes it, and a function of a study's scores
and of the arguments in brackets. The functions stand by theme in `statistics_of_...` modules;
`statistics` brings them all.
"""

import inspect
from collections.abc import Callable
from typing import NamedTuple

from dyadsim.checks import known_name
from dyadsim.evidence.statistic_text import Argument, parse_statistic


class Statistic(NamedTuple):
    """How a statistic is computed.

    Attributes
    ----------
    compute
        Function of `ScoreArrays` and of the arguments in brackets.
    arguments
        Names of the arguments that it reads; a further one is a word for the reader, and checked.
    required
        How many of them must be there.
    process_scores
        Whether it reads scores beside the symptom score.
    """

    compute: Callable[..., float]
    arguments: tuple[str, ...]
    required: int
    process_scores: bool


STATISTICS: dict[str, Statistic] = {}


def statistic[**P](
    *names: str, process_scores: bool = False
) -> Callable[[Callable[P, float]], Callable[P, float]]:
    """Declare a function as the statistic of these names; its parameters are the arguments."""

    def declare(function: Callable[P, float]) -> Callable[P, float]:
        arguments = list(inspect.signature(function).parameters.values())[1:]
        required = sum(argument.default is argument.empty for argument in arguments)
        words = tuple(argument.name for argument in arguments)
        for name in names:
            STATISTICS[name] = Statistic(function, words, required, process_scores)
        return function

    return declare


def find_statistic(text: str) -> tuple[Statistic, tuple[Argument, ...]]:
    """Return a statistic and the arguments that it reads.

    Parameters
    ----------
    text
        As `facts.csv` writes it.

    Returns
    -------
    tuple
        The statistic and its arguments.

    Raises
    ------
    ValueError
        It cannot be read, there is no such statistic, or an argument is missing.
    """
    name, arguments = parse_statistic(text)
    declared = STATISTICS[known_name("statistic", name, STATISTICS)]
    needed = declared.arguments[: declared.required]
    if len(arguments) < len(needed):
        raise ValueError(f"{name} needs {len(needed)} argument(s): {', '.join(needed)}")
    return declared, arguments[: len(declared.arguments)]

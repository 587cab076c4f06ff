"""What a user gives to a run, checked once: a study, a world, sizes and random address."""

from functools import lru_cache

import numpy as np

from dyadsim import checks
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameter import check_value
from dyadsim.model.parameters import Parameters, catalogue
from dyadsim.model.population import check_shares
from dyadsim.model.variables import Array
from dyadsim.studies.study import Study

type World = str | Parameters
MOST_CLIENTS = 2**31 - 1
MOST_BEATS = 4000
_LOW_WORD = 0xFFFFFFFF  # the replicate as users know it; above it: `random_streams.redrawn`


def as_parameters(world: World) -> Parameters:
    """Return the parameters of a world, every value in its range.

    Parameters
    ----------
    world
        A world's name, or parameters.

    Returns
    -------
    model.Parameters
        The named world's calibrated parameters, or the parameters as they are.

    Raises
    ------
    BadInput
        An unknown name, another type, or a parameter out of its range.
    """
    if isinstance(world, str):
        return worlds.world_parameters(world)
    if not isinstance(world, Parameters):
        raise BadInput(
            "world must be a world's name or Parameters, such as 'hybrid' or "
            f"dyadsim.world('hybrid'), not {_shown(world)}." + _in_a_list("world", world)
        )
    check_ranges(world)
    return world


@lru_cache(maxsize=256)
def check_ranges(parameters: Parameters) -> None:
    """Refuse parameters of which one lies outside its range.

    Raises
    ------
    BadInput
        The message names the parameter, the rule and the value.
    """
    values = [value for part in parameters for value in part]
    for parameter, value in zip(catalogue().values(), values, strict=True):
        if type(value) is not float or not parameter.about.low <= value <= parameter.about.high:
            check_value(parameter, value.item() if isinstance(value, np.generic) else value)
    check_shares(parameters.population)


def check_input_study(study: object) -> Study:
    """Return the study.

    Raises
    ------
    BadInput
        It is of another type.
    """
    if not isinstance(study, Study):
        raise BadInput(
            "study must be a Study, such as dyadsim.rct(['cbt', 'waitlist']), not "
            f"{_shown(study)}." + _in_a_list("study", study)
        )
    return study


def check_run[R](run: object, kind: type[R]) -> R:
    """Return the run.

    Raises
    ------
    BadInput
        It is of another type.
    """
    if not isinstance(run, kind):
        raise BadInput(f"run must come from dyadsim.run or dyadsim.start, not {_shown(run)}.")
    return run


def check_truth(truth: Array) -> None:
    """Refuse a truth array without clients.

    Raises
    ------
    BadInput
        The run was started with `keep_truth=False`.
    """
    if not truth.shape[2]:
        raise BadInput("this run did not keep its truth: start it without keep_truth=False.")


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number of Python or NumPy as a Python number.

    Raises
    ------
    BadInput
        No whole number, or outside of low to high.
    """
    plain = int(value) if isinstance(value, np.integer) else value
    return checks.whole_number(name, plain, low, high)


def check_replicate(replicate: int) -> int:
    """Return the number of the replicate.

    Raises
    ------
    BadInput
        No whole number, or outside of 0 to 2**31.
    """
    if isinstance(replicate, int | np.integer):
        whole_number("replicate", int(replicate) & _LOW_WORD, 0, 2**31)
        return int(replicate)
    return whole_number("replicate", replicate, 0, 2**31)


def check_threads(threads: int | None) -> int | None:
    """Return the number of threads, None or 0 for every processor.

    Raises
    ------
    BadInput
        No whole number, or below 0.
    """
    return None if threads is None else whole_number("threads", threads, 0, 2**16)


def _in_a_list(name: str, value: object) -> str:
    """Return advice where a value looks like a part of what `mesa.batch_run` walked through."""
    if not isinstance(value, str | tuple):
        return ""
    return f" In mesa.batch_run write '{name}': [{name}], because it walks through a {name}."


def _shown(value: object) -> str:
    """Return a value in a message, short, with its type."""
    words = repr(value)
    words = words if len(words) <= 60 else f"{words[:57]}..."
    return f"{words} ({type(value).__name__})"

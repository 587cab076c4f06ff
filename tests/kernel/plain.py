"""The same source without Numba: a compiled function and all it calls, as plain Python/NumPy."""

import types
from collections.abc import Callable

from numba.core.registry import CPUDispatcher


def plain(function: CPUDispatcher) -> Callable:
    """Return `function` uncompiled, with every compiled function it names uncompiled too."""
    source = function.py_func
    called = {
        name: plain(value)
        for name, value in source.__globals__.items()
        if name in source.__code__.co_names and isinstance(value, CPUDispatcher)
    }
    names = {**source.__globals__, **called}
    return types.FunctionType(source.__code__, names, source.__name__, source.__defaults__)

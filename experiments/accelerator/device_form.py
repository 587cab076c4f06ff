"""Compiled functions as functions of a graphics processor: the same source, other callees.

A compiled function is a Python function with a compiler in front of it. Here the Python function is
taken out and given globals in which every compiled function that it calls is replaced by its own
device form, and so on down to the scalar laws. No law is written twice. What cannot run on the
device (a function that allocates memory, say) is replaced by what stands for it.
"""

from collections.abc import Callable, Iterable
from dis import get_instructions
from types import FunctionType, ModuleType
from typing import Any

type Pairs = Iterable[tuple[Any, Any]]


def device_form(
    function: FunctionType, replaced: Pairs, wrap: Callable[[FunctionType], Any]
) -> FunctionType:
    """Return a plain function whose callees are device functions: compiled ones, and its module's.

    replaced: (callee, what stands for it on the device). wrap: what makes a device function of a
    Python function, such as `cuda.jit(device=True)`.
    """
    done: dict[int, Any] = {}
    stands_for = {id(value): device for value, device in replaced}
    home = function.__module__

    def form(value: Any) -> Any:
        """Return what a global becomes on the device; numbers and types stay as they are."""
        device = stands_for.get(id(value), value)
        source = getattr(device, "py_func", device)
        ours = source is not device or getattr(source, "__module__", "") == home
        if not (ours and isinstance(source, FunctionType)):
            return device
        if id(source) not in done:
            done[id(source)] = wrap(copied(source))
        return done[id(source)]

    def copied(function: FunctionType) -> FunctionType:
        """Return a function with device forms among its globals."""
        names, mine = function.__code__.co_names, dict(function.__globals__)
        for name in {item.argval for item in get_instructions(function) if "GLOBAL" in item.opname}:
            if name not in mine:
                continue  # a built-in function
            value = mine[name]
            mine[name] = shortened(value, names) if isinstance(value, ModuleType) else form(value)
        return FunctionType(function.__code__, mine, function.__name__, function.__defaults__)

    def shortened(module: ModuleType, names: tuple[str, ...]) -> ModuleType:
        """Return a module with device forms, or the module itself where it has none."""
        named = {name: getattr(module, name) for name in names if hasattr(module, name)}
        forms = {name: form(value) for name, value in named.items()}
        if all(forms[name] is value for name, value in named.items()):
            return module
        short = ModuleType(module.__name__)
        vars(short).update(forms)
        return short

    return copied(function)

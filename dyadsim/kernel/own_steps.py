"""Where a step calls mechanisms of one's own: nothing, or a module written for those there are.

The loops of such mechanisms must stand in a step as the others do, by name, to be compiled into it.
So a module that calls them is written into the cache folder, whose name changes with their text.
Without any, the calls are empty and nothing is left of them in the compiled step.
"""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numba.core.errors import NumbaError

from dyadsim.errors import BadInput
from dyadsim.kernel.own_checks import check_names, check_scales
from dyadsim.model.mechanism_file import IN_SESSION, PLACES, OwnMechanism, own_mechanisms
from dyadsim.numerics.jit import cache_folder, compiled_within

_NAME = "dyadsim_own_steps"
_TELLING = ("Untyped", "Cannot", "Unknown", "No impl")  # how Numba's complaints begin
_HEAD = '''"""Calls of mechanisms of one's own; written by dyadsim.kernel.own_steps."""

import sys

from dyadsim.kernel.block import rows_of
from dyadsim.numerics.jit import compiled
'''


@compiled_within
def own_session(b, lanes, p):
    """Do what mechanisms of one's own do at the end of an encounter, in `lanes` lanes."""


@compiled_within
def own_relief(b, lanes, weeks, p):
    """Add what mechanisms of one's own take off the set point."""


@compiled_within
def own_after(b, lanes, weeks, p):
    """Do what mechanisms of one's own do once distress has moved."""


@compiled_within
def own_ending(b, lanes, p):
    """End what mechanisms of one's own end, after the usual endings, in `lanes` lanes."""


def _text() -> str:
    """Return the module that calls the mechanisms there are."""
    own = own_mechanisms()
    parts = [_HEAD, *(f'{item.name} = sys.modules["{item.module.__name__}"]' for item in own)]
    for place in PLACES:
        more = "" if place in IN_SESSION else ", weeks"
        calls = [_call(item, place, more) for item in own if place in item.places]
        head = f"\n\n@compiled\ndef own_{place.removesuffix('_lanes')}(b, lanes{more}, p):"
        parts += [head, *(calls or ["    pass"])]
    return "\n".join(parts) + "\n"


def _call(own: OwnMechanism, place: str, more: str) -> str:
    rows = f"rows_of({own.name}.Rows, b, lanes)"
    return f"    {own.name}.{place}({rows}{more}, p.{own.name})"


def _write(path: Path, text: str) -> None:
    """Write a file whole, unless it is there: Numba compiles anew what is newer."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _load() -> ModuleType:
    """Return the module of the calls, each tried on an empty block."""
    path = cache_folder() / f"{_NAME}.py"
    _write(path, _text())
    spec = importlib.util.spec_from_file_location(_NAME, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = module
    spec.loader.exec_module(module)
    _try(module)
    return module


def _try(module: ModuleType) -> None:
    """Compile every call, and try every mechanism at the corners of what it takes.

    Raises
    ------
    BadInput
        Numba cannot compile a mechanism, or a variable leaves its scale.
    """

    def steps(block: Any, p: Any) -> None:
        lanes, weeks = block.shape[1], np.float32(1)
        module.own_session(block, lanes, p)
        module.own_relief(block, lanes, weeks, p)
        module.own_after(block, lanes, weeks, p)

    def ending(block: Any, p: Any) -> None:
        module.own_ending(block, block.shape[1], p)

    try:
        for own in own_mechanisms():
            check_scales(own, steps, ending)
    except NumbaError as error:
        names = ", ".join(str(own.path) for own in own_mechanisms())
        raise BadInput(f"mechanism={names}: Numba cannot compile it: {_reason(error)}") from error


def _reason(error: NumbaError) -> str:
    """Return what Numba says, in one line: the innermost complaint and its line of code."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    places = [line for line in lines if line.startswith("File ") and "own_steps" not in line]
    telling = [line for line in lines if line.startswith(_TELLING)]
    said = (telling or lines or [type(error).__name__])[-1 if telling else 0]
    return f"{said} {places[-1].rstrip(':')}" if places else said


for _own in own_mechanisms():
    check_names(_own)
if own_mechanisms():
    _calls = _load()
    own_session, own_relief, own_after, own_ending = (
        _calls.own_session,
        _calls.own_relief,
        _calls.own_after,
        _calls.own_ending,
    )

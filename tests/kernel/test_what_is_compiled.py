"""What makes the first compile long is kept out of the kernel."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dyadsim.kernel import sessions, step
from dyadsim.numerics.jit import COMPILED

PACKAGE = Path(sessions.__file__).parents[1]
FILES = sorted(path for folder in COMPILED for path in (PACKAGE / folder).rglob("*.py"))


def compiled_functions(text: str) -> Iterator[ast.FunctionDef]:
    """Give the functions that are compiled."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            names = {getattr(item, "id", "") for item in node.decorator_list}
            if names & {"compiled", "compiled_within"}:
                yield node


def slices_assigned(text: str) -> list[str]:
    """Return the compiled functions that assign to a slice."""
    return [
        f"{function.name}, line {node.lineno}"
        for function in compiled_functions(text)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Subscript)
        and any(isinstance(part, ast.Slice) for part in ast.walk(target.slice))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_slice_is_assigned(path: Path) -> None:
    """Numba would compile 40 functions for its message about unequal shapes: 2 s."""
    assert slices_assigned(path.read_text(encoding="utf-8")) == []


def test_an_assigned_slice_is_seen() -> None:
    assert slices_assigned("@compiled\ndef f(a, b):\n    a[:3] = b\n") == ["f, line 3"]
    assert slices_assigned("@compiled\ndef f(a, b):\n    a[3] = b[:2]\n") == []
    assert slices_assigned("def f(a, b):\n    a[:3] = b\n") == []


def test_parts_of_the_kernel_have_no_way_in_from_python() -> None:
    """The code of that way, for all parameters, took a third of a second for an empty function."""
    for part in (step.meet, step.live, sessions.keep):
        assert part.targetoptions["no_cpython_wrapper"]
        with pytest.raises(TypeError, match="can be called by compiled code only"):
            part()
    assert "no_cpython_wrapper" not in sessions.run_blocks.targetoptions

"""The form of the package: how long functions and files are, and how much a function takes.

python tests/promises/test_form.py prints every measure beside its limit, and the ten worst of each.
Lengths are lines of code in a body, without docstring, blank lines and comments; the lines of a
function inside another count for both.
"""

import ast
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dyadsim"

# The compiled loop over sessions is one function on purpose: Numba keeps its rows in registers.
LONG_BY_DESIGN = ("kernel/sessions.py", "kernel/step.py")
# Compiled functions over lanes of clients take one array a variable: tuples compile far slower.
COMPILED_PACKAGES = ("model/", "kernel/", "numerics/")
MANY_PARAMETERS_ALLOWED: frozenset[str] = frozenset()

MEDIAN_LINES, NINTH_DECILE_LINES, MOST_LINES = 8, 25, 50
MOST_PARAMETERS, MOST_FILE_LINES, MOST_VALUES, MOST_SKIPS = 6, 400, 4, 15


class Function(NamedTuple):
    """A function or method: where it stands, and its size."""

    file: str
    name: str
    lines: int
    parameters: int
    values: int
    compiled: bool

    @property
    def long_by_design(self) -> bool:
        """Whether it may be longer than others."""
        return self.file in LONG_BY_DESIGN

    @property
    def may_take_many(self) -> bool:
        """Whether it may take more parameters than others."""
        lanes = self.compiled and self.file.startswith(COMPILED_PACKAGES)
        return lanes or f"{self.file} {self.name}" in MANY_PARAMETERS_ALLOWED


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef, text: list[str]) -> int:
    """Return the lines of code of a body, without docstring, blank lines and comments."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return 0
    lines = text[body[0].lineno - 1 : node.end_lineno]
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in lines)


def parameter_count(arguments: ast.arguments) -> int:
    """Return how many parameters a function takes, without self, cls and optional keywords.

    Keyword-only parameters with a default, such as the names of a researcher's columns, are what a
    caller may leave out and never counts off by place.
    """
    required = [
        keyword.arg
        for keyword, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)] + required
    return len(names) - (names[:1] in (["self"], ["cls"]))


def returned_values(annotation: ast.expr | None) -> int:
    """Return the length of the longest tuple of fixed length in a return annotation."""
    longest = 0
    for node in ast.walk(annotation) if annotation is not None else ():
        is_tuple = isinstance(node, ast.Subscript) and ast.unparse(node.value) == "tuple"
        if is_tuple and isinstance(node.slice, ast.Tuple):
            values = node.slice.elts
            is_open = any(isinstance(v, ast.Constant) and v.value is ... for v in values)
            longest = max(longest, 0 if is_open else len(values))
    return longest


def functions_of(file: Path) -> Iterator[Function]:
    """Yield every function and method of a file, nested functions included."""
    source = file.read_text(encoding="utf-8")
    text, name = source.splitlines(), file.relative_to(PACKAGE).as_posix()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorators = {ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list}
            yield Function(
                name,
                f"{node.name} (line {node.lineno})",
                code_lines(node, text),
                parameter_count(node.args),
                returned_values(node.returns),
                any("compiled" in decorator or "njit" in decorator for decorator in decorators),
            )


@cache
def all_functions() -> tuple[Function, ...]:
    """Return every function of the package."""
    files = sorted(PACKAGE.rglob("*.py"))
    return tuple(function for file in files for function in functions_of(file))


@cache
def file_lines() -> dict[str, int]:
    """Return the lines of every file of the package."""
    return {
        file.relative_to(PACKAGE).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
        for file in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def formatter_skips() -> dict[str, int]:
    """Return how often each Python file of the repository turns the formatter off."""
    mark = "fmt:" + " skip"
    counts = {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8").count(mark)
        for folder in ("dyadsim", "tests", "experiments")
        for file in sorted((ROOT / folder).rglob("*.py"))
    }
    return {name: count for name, count in counts.items() if count}


def described(function: Function, size: int) -> str:
    """Return a line about a function."""
    return f"{size:4d}  {function.file}: {function.name}"


def too_long() -> list[Function]:
    """Return functions above the limit, the longest first."""
    long = [f for f in all_functions() if f.lines > MOST_LINES and not f.long_by_design]
    return sorted(long, key=lambda f: -f.lines)


def too_many_parameters() -> list[Function]:
    """Return functions with more parameters than they may have, the worst first."""
    many = [f for f in all_functions() if f.parameters > MOST_PARAMETERS and not f.may_take_many]
    return sorted(many, key=lambda f: -f.parameters)


def test_formatter_decides() -> None:
    skips = formatter_skips()
    assert sum(skips.values()) <= MOST_SKIPS, skips


def test_median_function_is_short() -> None:
    assert statistics.median(f.lines for f in all_functions()) <= MEDIAN_LINES


def test_nine_in_ten_functions_are_short() -> None:
    deciles = statistics.quantiles((f.lines for f in all_functions()), n=10)
    assert deciles[-1] <= NINTH_DECILE_LINES


def test_no_function_is_long() -> None:
    assert [described(f, f.lines) for f in too_long()] == []


def test_no_function_takes_many_parameters() -> None:
    assert [described(f, f.parameters) for f in too_many_parameters()] == []


def test_no_function_returns_a_long_tuple() -> None:
    long = [described(f, f.values) for f in all_functions() if f.values > MOST_VALUES]
    assert long == []


def test_no_file_is_long() -> None:
    assert {name: count for name, count in file_lines().items() if count > MOST_FILE_LINES} == {}


@pytest.mark.parametrize(
    ("annotation", "count"),
    [
        ("tuple[int, int]", 2),
        ("tuple[int, ...]", 0),
        ("list[tuple[int, int, str]] | None", 3),
        ("int", 0),
    ],
)
def test_tuples_in_annotations_are_counted(annotation: str, count: int) -> None:
    assert returned_values(ast.parse(annotation, mode="eval").body) == count


def print_measures() -> None:
    """Print every measure beside its limit, and the ten worst of each."""
    functions, files, skips = all_functions(), file_lines(), formatter_skips()
    lines = [f.lines for f in functions]
    rows = [
        ("places where the formatter is off", sum(skips.values()), MOST_SKIPS),
        ("functions", len(functions), ""),
        ("lines of a function: median", statistics.median(lines), MEDIAN_LINES),
        ("90 % are at most", statistics.quantiles(lines, n=10)[-1], NINTH_DECILE_LINES),
        (f"functions above {MOST_LINES} lines", len(too_long()), 0),
        (f"functions with over {MOST_PARAMETERS} parameters", len(too_many_parameters()), 0),
        ("values in a returned tuple, most", max(f.values for f in functions), MOST_VALUES),
        ("lines of a file, most", max(files.values()), MOST_FILE_LINES),
    ]
    print("| measured | here | limit |\n|---|---:|---:|")
    for name, value, limit in rows:
        print(f"| {name} | {value:g} | {limit} |")
    shown = {
        "Longest functions": [(f.lines, f) for f in functions if not f.long_by_design],
        "Most parameters": [(f.parameters, f) for f in functions if not f.may_take_many],
        "Longest tuples returned": [(f.values, f) for f in functions],
    }
    for title, pairs in shown.items():
        print(f"\n{title}")
        for size, function in sorted(pairs, key=lambda pair: -pair[0])[:10]:
            print(described(function, size))
    for title, counts in {"Longest files": files, "Formatter turned off": skips}.items():
        print(f"\n{title}")
        for name, count in sorted(counts.items(), key=lambda item: -item[1])[:10]:
            print(f"{count:4d}  {name}")


if __name__ == "__main__":
    print_measures()

"""Measure the house: parts, arrows, depth, length of functions. Prints one table.

python tests/promises/measure_house.py [ROOT ...]     one column a checkout, this one by default

Arrows and depth come from grimp, which import-linter brings along. A part is a package or a file
directly in `dyadsim/`, without `__init__` and `__main__`. Lengths are lines of code from `def` to
the end, without docstring, blank lines and comments.
"""

import ast
import importlib
import statistics
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import grimp

HERE = Path(__file__).parents[2]
LINE_LIMIT, PARAMETER_LIMIT = 50, 6


class Function(NamedTuple):
    """One function or method of the package."""

    name: str
    lines: int
    parameters: int
    in_kernel: bool


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef, text: list[str]) -> int:
    """Return the lines of code of a function, without docstring, blank lines and comments."""
    lines = set(range(node.lineno, node.end_lineno + 1))
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        lines -= set(range(first.lineno, first.end_lineno + 1))
    return sum(bool(text[line - 1].split("#")[0].strip()) for line in lines)


def functions(root: Path) -> Iterator[Function]:
    """Yield every function and method in `dyadsim/`, nested ones included."""
    for path in sorted((root / "dyadsim").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        text = source.splitlines()
        relative = path.relative_to(root / "dyadsim").as_posix()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                args = node.args
                names = [a.arg for a in (*args.posonlyargs, *args.args)]
                names = names[1:] if names[:1] in (["self"], ["cls"]) else names
                yield Function(
                    f"{relative}:{node.lineno} {node.name}",
                    code_lines(node, text),
                    len(names) + len(args.kwonlyargs),
                    "kernel" in relative or "mechanisms" in relative,
                )


def import_graph(root: Path) -> "grimp.ImportGraph":
    """Return the import graph of the package in a checkout."""
    import grimp  # the suite with the lowest versions runs without it

    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    try:
        return grimp.build_graph("dyadsim", cache_dir=None)
    finally:
        sys.path.remove(str(root))


def part(module: str) -> str:
    """Return the part of the house in which a module lies; '' for the front door itself."""
    names = module.split(".")
    return names[1] if len(names) > 1 and names[1] != "__main__" else ""


def arrows_between_parts(graph: "grimp.ImportGraph") -> set[tuple[str, str]]:
    """Return (importing part, imported part) for every pair of parts."""
    pairs = {
        (part(module), part(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    }
    return {(above, below) for above, below in pairs if above and below and above != below}


def circles_and_depth(arrows: set[tuple[str, str]]) -> tuple[int, int]:
    """Return how many parts lie on a circle, and the parts on the longest way down.

    Leaves are taken away until nothing is left; what never becomes a leaf is on a circle or above
    one, and then the depth counts the floors below it.
    """
    below = {above: set() for pair in arrows for above in pair}
    for above, imported in arrows:
        below[above].add(imported)
    on_circle = {name for name in below if name in _reachable(name, below)}
    floors = 0
    while below:
        leaves = {name for name in below if not (below[name] - on_circle)} or set(below)
        below = {name: below[name] - leaves for name in below if name not in leaves}
        floors += 1
    return len(on_circle), floors


def _reachable(start: str, below: dict[str, set[str]]) -> set[str]:
    """Return all parts that a part imports, directly or not."""
    reached: set[str] = set()
    ahead = set(below[start])
    while ahead:
        name = ahead.pop()
        reached.add(name)
        ahead |= below[name] - reached
    return reached


def contract(root: Path) -> tuple[int, int]:
    """Return how many storeys the layers contract has, and how many imports it excuses."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [entry for entry in contracts if entry["type"] == "layers"]
    return len(layers["layers"]), len(layers.get("ignore_imports", []))


def skips(root: Path, *folders: str) -> int:
    """Return how many lines of Python turn the formatter off."""
    mark = "fmt:" + " skip"
    return sum(
        path.read_text(encoding="utf-8").replace("fmt:skip", mark).count(mark)
        for folder in folders
        for path in (root / folder).rglob("*.py")
    )


def measures(root: Path) -> dict[str, str]:
    """Return every row of the table for one checkout."""
    graph = import_graph(root)
    modules = [name for name in graph.modules if part(name)]
    arrows = arrows_between_parts(graph)
    circle, floors = circles_and_depth(arrows)
    storeys, excused = contract(root)
    all_functions = list(functions(root))
    lengths = [function.lines for function in all_functions]
    outside = [function.lines for function in all_functions if not function.in_kernel]
    with_many = [function for function in all_functions if function.parameters > PARAMETER_LIMIT]
    return {
        "Python files directly in `dyadsim/`": str(len(list((root / "dyadsim").glob("*.py")))),
        "packages": str(len({part(m) for m in modules if (root / "dyadsim" / part(m)).is_dir()})),
        "modules": str(len(modules)),
        "arrows between modules": str(graph.count_imports()),
        "arrows between parts": str(len(arrows)),
        "parts on a circle": str(circle),
        "floors (longest way down)": str(floors),
        "storeys in the contract": str(storeys),
        "imports the contract excuses": str(excused),
        "functions": str(len(all_functions)),
        "lines a function: median": f"{statistics.median(lengths):.0f}",
        "lines a function: 90 % are at most": f"{statistics.quantiles(lengths, n=10)[-1]:.0f}",
        "longest function": str(max(lengths)),
        "longest outside kernel and mechanisms": str(max(outside)),
        f"functions above {LINE_LIMIT} lines": str(sum(n > LINE_LIMIT for n in lengths)),
        f"functions with more than {PARAMETER_LIMIT} parameters": str(len(with_many)),
        "most parameters": str(max(function.parameters for function in all_functions)),
        "`fmt: skip` in the package": str(skips(root, "dyadsim")),
        "`fmt: skip` in all": str(skips(root, "dyadsim", "tests", "experiments")),
    }


def print_table(roots: list[Path]) -> None:
    """Print the measures as a Markdown table, one column a checkout."""
    columns = [measures(root) for root in roots]
    print("| measured | " + " | ".join(root.name for root in roots) + " |")
    print("|---|" + "---:|" * len(roots))
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")


if __name__ == "__main__":
    print_table([Path(word).resolve() for word in sys.argv[1:]] or [HERE])

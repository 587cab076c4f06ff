"""Names say what they stand for, and words are those of the field.

No variable, argument or attribute bears a name that says nothing about what it holds; chance is
called noise, a random seed or a random stream; a module does not bear the name of its function.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dyadsim"
NO_NAMES = "one found made seen given told asked held whole yes each luck lucky"
EMPTY_NAMES = frozenset(re.findall(r"\w+", NO_NAMES))
CHANCE = re.compile(r"\bluck(?:s|y|ily)?\b|_luck\b|\bluck_", re.IGNORECASE)
# Words of the private dialect that docs/house.md replaced, and phrases that it quotes.
DIALECT = re.compile(
    r"\baccounting\b(?! for)|\bstumbled over\b|\bsaid to be wide\b|\bfree quantit"
    r"|\bMonte Carlo error\b",
    re.IGNORECASE,
)
TEXTS = ("*.py", "*.md", "*.yaml", "*.csv", "*.html", "*.j2", "*.js", "*.css", "*.c", "*.ipynb")
# Found by their file name, so that file and function share it.
FOUND_BY_NAME = ("model/mechanisms/", "studies/designs/", "lessons/")
# Their function is what declares one: `parameter(...)`; `main` is where a program begins.
DECLARATIONS = ("model/parameter.py", "model/variable.py", "model/mechanism.py", "cli/main.py")


def python_files() -> list[Path]:
    """Return the Python files of package, experiments and tests."""
    folders = ("dyadsim", "experiments", "tests")
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def bound_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of every variable, argument and attribute that the code binds.

    Of attributes those that are assigned or annotated count; names that are only imported or called
    belong to others.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name


def texts() -> list[Path]:
    """Return the texts that a reader meets: code, choices, docs and experiments."""
    folders = ("dyadsim", "conf", "docs", "experiments")
    files = {file for folder in folders for kind in TEXTS for file in (ROOT / folder).rglob(kind)}
    plotly = "plotly"  # a library of others, where it lies beside our scripts
    return sorted(file for file in (*files, ROOT / "README.md") if plotly not in file.name)


def test_no_name_is_empty() -> None:
    empty = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in python_files()
        for line, name in bound_names(ast.parse(file.read_text(encoding="utf-8")))
        if name in EMPTY_NAMES
    ]
    assert not empty, f"{len(empty)} names: " + ", ".join(empty[:40])


def test_chance_is_not_called_otherwise() -> None:
    lines = [
        f"{file.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for file in texts()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if CHANCE.search(line) and "of older links" not in line
    ]
    assert not lines, f"{len(lines)} lines:\n" + "\n".join(lines[:40])


def test_words_of_the_private_dialect_are_gone() -> None:
    lines = [
        f"{file.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for file in texts()
        if file.name != "house.md" and file.suffix != ".csv"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if DIALECT.search(line)
    ]
    assert not lines, f"{len(lines)} lines:\n" + "\n".join(lines[:40])


def test_no_module_bears_the_name_of_its_function() -> None:
    same = [
        file.relative_to(PACKAGE).as_posix()
        for file in sorted(PACKAGE.rglob("*.py"))
        if not file.relative_to(PACKAGE).as_posix().startswith((*FOUND_BY_NAME, *DECLARATIONS))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == file.stem
    ]
    assert same == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("held = 1", {"held"}),
        ("def study(one): return one.seen", {"study", "one"}),
        ("self.found = [x for each in y]", {"found", "each"}),
        ("class A:\n    told: int", {"A", "told"}),
        ("lambda asked: given(asked)", {"asked"}),
        ("for whole, yes in made: pass", {"whole", "yes"}),
    ],
)
def test_every_kind_of_binding_counts(code: str, names: set[str]) -> None:
    assert {name for _, name in bound_names(ast.parse(code))} >= names


def test_words_of_the_dialect_are_recognised() -> None:
    for text in ("five accountings".replace("s", ""), "free quantities", "he stumbled over it"):
        assert DIALECT.search(text), text
    for text in ("accounting for it", "accounts", "Monte-Carlo error"):
        assert not DIALECT.search(text), text


def test_words_of_chance_are_recognised() -> None:
    for text in ("by luck", "Lucky", "unseen lucks", "first_luck", "luck_of"):
        assert CHANCE.search(text), text
    for text in ("pluck", "lucid"):
        assert not CHANCE.search(text), text

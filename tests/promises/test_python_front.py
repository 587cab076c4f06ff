"""The Python front: what is public, documented, on the reference page, and light to import.

`python tests/promises/test_python_front.py` writes the page again.
"""

import doctest
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dyadsim
from dyadsim.studies import designs

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/python.md"
NAMES = [name for name in dyadsim.__all__ if name != "__version__"]
OWN = [  # names whose docstrings have every section and an example
    name for name in NAMES if dyadsim._HOMES[name].startswith(("studies.", "simulation."))
]
GROUPS = {
    "Designs: who gets what when": ("dyadsim.studies.designs",),
    "Worlds and therapies": ("dyadsim.model", "dyadsim.studies.therapy"),
    "Runs and what comes back": (
        "dyadsim.simulation.simulate",
        "dyadsim.simulation.printed",
        "dyadsim.simulation.stored",
    ),
    "Over the ensemble of a world": ("dyadsim.simulation.ensemble",),
    "Counterfactuals": ("dyadsim.simulation.counterfactual", "dyadsim.simulation.intervention"),
    "The specificity dial": ("dyadsim.simulation.specificity",),
    "Worlds against published facts": ("dyadsim.evidence",),
    "Mesa agents": ("dyadsim.simulation.mesa_model",),
    "Errors": ("dyadsim.errors",),
}
FROZEN = {
    "__version__",
    "BadData",
    "BadInput",
    "Client",
    "DyadModel",
    "Intervention",
    "Therapist",
    "Therapy",
    "advance",
    "compare_worlds",
    "dial",
    "do",
    "evaluate",
    "observed",
    "over_members",
    "read",
    "run",
    "start",
    "stream",
    "therapy",
    "twins",
    "world",
}
HEAD = """# Public names of the Python package

`import dyadsim` loads nothing heavy; a name is loaded when it is first used. `help(dyadsim.run)`
shows parameters, returns, errors and an example of every name. Names that are not on this page may
change. `dyadsim.__version__` is the version.
"""


FIGURES = """## Figures

`dyadsim.plots.draw` draws every figure of the command line from its tables, and returns its Axes
by name:

```python
import dyadsim

result = dyadsim.read("results/answer/2026-01-31_12-00-00")
axes = dyadsim.plots.draw(
    "answer", result.tables["members"], panels=["variance"], language="de", size=(6, 4)
)
axes["variance"].set_ylim(0, 5)
axes["variance"].figure.savefig("slide.pdf")
```

`panels` and `language` are those of [the command line](../how_to/results.md#figures). The columns
of the tables stand in `help(dyadsim.plots.answer.figure)`. Where no panels are named there is one,
or one a world, arm, client, output or parameter. Into Axes of your own: `draw_answer`,
`draw_course` and the other `draw_` functions of each module, which take the Axes first.

| figure | tables and words | panels | what |
|---|---|---|---|
"""


def _signature(name: str) -> str:
    """Return a public name with its parameters and their defaults."""
    value = getattr(dyadsim, name)
    if isinstance(value, type) and issubclass(value, Exception):
        return f"dyadsim.{name}"
    signature = inspect.signature(value)
    plain = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in signature.parameters.values()
    ]
    bare = signature.replace(parameters=plain, return_annotation=inspect.Signature.empty)
    words = re.sub(r"<class '[\w.]*?(\w+)'>", r"\1", str(bare))
    words = words.replace("mappingproxy({})", "{}").replace("<built-in function iter>", "iter")
    return f"dyadsim.{name}{words}"


def _sentence(name: str) -> str:
    """Return the first sentence of a docstring."""
    first = (inspect.getdoc(getattr(dyadsim, name)) or "").split("\n\n")[0]
    return " ".join(first.split())


def _figures() -> str:
    """Return the part on figures: how they are drawn, and what each takes."""
    from dyadsim.plots import figure_names

    rows = []
    for name in figure_names():
        module = importlib.import_module(f"dyadsim.plots.{name}")
        signature = inspect.signature(module.figure)
        plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
        bare = signature.replace(parameters=plain, return_annotation=signature.empty)
        sentence = " ".join((inspect.getdoc(module) or "").split("\n\n")[0].split())
        panels = ", ".join(f"`{panel}`" for panel in getattr(module, "NAMES", ()))
        rows.append(f"| `{name}` | `{bare}` | {panels} | {sentence} |")
    return FIGURES + "\n".join(rows) + "\n"


def page() -> str:
    """Return the reference page."""
    parts = [HEAD]
    for title, modules in GROUPS.items():
        names = [name for name in NAMES if getattr(dyadsim, name).__module__.startswith(modules)]
        rows = [f"| `{_signature(name)}` | {_sentence(name)} |" for name in names]
        parts.append("\n".join([f"## {title}\n", "| name | what |", "|---|---|", *rows, ""]))
    return "\n".join([*parts, _figures()])


def test_the_reference_page_names_exactly_what_is_public() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `dyadsim\.(\w+)", text, re.MULTILINE)) == set(NAMES)
    assert text == page(), "write it again: python tests/promises/test_python_front.py"


def test_public_names_are_frozen() -> None:
    assert set(dyadsim.__all__) == {*FROZEN, *designs.design_names()}


def test_every_public_name_can_be_loaded() -> None:
    assert sorted(dyadsim.__dir__()) == sorted(dyadsim.__all__)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", dyadsim.__version__)
    for name in NAMES:
        assert getattr(dyadsim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'rcd'"):
        _ = dyadsim.rcd


@pytest.mark.parametrize("name", OWN)
def test_docstrings_have_every_section(name: str) -> None:
    value: Any = getattr(dyadsim, name)
    text = inspect.getdoc(value) or ""
    sections = ["Examples"]
    if inspect.isfunction(value):
        sections += ["Parameters", "Returns", "Raises"]
    for section in sections:
        assert f"\n{section}\n{'-' * len(section)}\n" in text
    for parameter in inspect.signature(value).parameters if inspect.isfunction(value) else ():
        assert re.search(rf"^[\w, *]*\b{parameter}\b[\w, ]*$", text, re.MULTILINE)


@pytest.mark.parametrize("name", OWN)
def test_examples_run(name: str) -> None:
    module = importlib.import_module(f"dyadsim.{dyadsim._HOMES[name].partition(':')[0]}")
    finder, flags = doctest.DocTestFinder(recurse=False), doctest.ELLIPSIS
    (example,) = finder.find(getattr(dyadsim, name), module=module)
    assert example.examples
    assert doctest.DocTestRunner(optionflags=flags).run(example).failed == 0


@pytest.mark.parametrize("name", ["mesa.md", "interventions.md"])
def test_python_of_the_pages_runs(name: str) -> None:
    (page,) = (ROOT / "docs").rglob(name)
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, name, "exec"), {})


def test_import_is_light() -> None:
    code = (
        "import dyadsim, sys; dyadsim.__all__; "
        "print([name for name in ('numpy', 'numba', 'pandas', 'mesa') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert answer.stdout.strip() == "[]"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

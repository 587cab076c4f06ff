"""One dyad runs from first to last cell; all notebooks are clean (`make docs` runs them)."""

import ast
import json
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "tutorial" / "one_dyad.ipynb"
FOLDER = NOTEBOOK.parent
NAMES = ("fit_a_file", "main_answer", "one_dyad", "plan_a_study", "rival_hypothesis")


def test_all_notebooks_are_there() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_keeps_no_output_and_says_what_it_needs(name: str) -> None:
    cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "Needs `pip install dyadsim`" in "".join(cells[0]["source"])
    for cell in cells:
        if cell["cell_type"] == "code":
            ast.parse("".join(cell["source"]))
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


def test_the_notebook_runs() -> None:
    mpl.use("agg")
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert len(cells) == 10
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), NOTEBOOK.name, "exec"), names)
    plt.close("all")
    assert len(names["diary"]) > 3  # type: ignore[arg-type]
    assert names["above"].low > 0  # type: ignore[attr-defined]
    assert np.ptp(names["bond"]) > 0  # type: ignore[arg-type]

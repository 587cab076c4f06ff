"""The notebook runs from its first cell to its last."""

import json
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

NOTEBOOK = Path(__file__).parents[2] / "docs" / "tutorial" / "one_dyad.ipynb"


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

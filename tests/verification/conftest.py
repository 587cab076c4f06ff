"""The same numbers in R: `in_r` runs a few lines of R on data frames and returns what they find."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

type InR = Callable[..., dict[str, float]]


@pytest.fixture
def in_r(tmp_path: Path) -> InR:
    """Return a function that runs R code on named data frames.

    The code finds every frame under its name and puts a named list of numbers into `result`. The
    test is skipped where Rscript or a package that the code loads with `library` is absent.
    """
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R (Rscript) is not installed")

    def numbers(code: str, **frames: pd.DataFrame) -> dict[str, float]:
        lines = ["suppressPackageStartupMessages({", "library(jsonlite)"]
        for name, frame in frames.items():
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
            lines.append(f"{name} <- read.csv('{tmp_path / name}.csv')")
        lines += [code, "})", "cat('\\n@@', toJSON(result, digits = NA, auto_unbox = TRUE))"]
        script = tmp_path / "script.R"
        script.write_text("\n".join(lines))
        ran = subprocess.run([rscript, script], capture_output=True, text=True, check=False)
        if "there is no package called" in ran.stderr:
            pytest.skip(ran.stderr.strip().splitlines()[0])
        assert ran.returncode == 0, ran.stderr
        result: dict[str, float] = json.loads(ran.stdout.split("@@")[-1])
        return result

    return numbers

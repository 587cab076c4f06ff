"""The R code of the page for R users draws every figure, and finds the g that dyadsim finds."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import dyadsim
from dyadsim.analysis.effects import hedges_g
from dyadsim.cli.main import main

pytestmark = pytest.mark.verification
PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "r.md"
COMMANDS = (
    ["size=tiny", "members=3"],
    ["compare", "size=tiny"],
    ["simulate", "study=rct", "world=hybrid", "size=tiny"],
)
BLOCK = re.compile(r"```r\n(.*?)```", re.DOTALL)


def code_of_page() -> list[str]:
    """Return the blocks of R that are not marked as not run."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    return [block for block in blocks if not block.startswith("# not run")]


def test_the_page_runs_in_r(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R (Rscript) is not installed")
    monkeypatch.chdir(tmp_path)
    for words in COMMANDS:
        assert main(words) in (0, None)
    capsys.readouterr()
    (folder,) = (tmp_path / "results" / "simulate").iterdir()
    tables = dyadsim.read(folder).tables
    tables["sessions"].to_csv("sessions.csv", index=False)
    blocks = code_of_page()
    assert len(blocks) == 6
    (tmp_path / "page.R").write_text('pdf("figures.pdf")\n' + "\n".join(blocks), encoding="utf-8")
    ran = subprocess.run([rscript, "page.R"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "figures.pdf").read_bytes().count(b"/Type /Page ") == 4
    names, value = re.search(r"g of (\w+ against \w+): (\S+)", ran.stdout).groups()  # type: ignore[union-attr]
    first, second = names.split(" against ")
    sessions = tables["sessions"].query("occasion == 'assessment'")
    post = dict(list(sessions[sessions["week"] == sessions["week"].min()].groupby("arm")))
    own = hedges_g(post[first]["symptom_score"], post[second]["symptom_score"])
    assert float(value) == pytest.approx(own.value, abs=6e-4)

"""The wheel works in a fresh environment outside the checkout, with conf inside it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dyadsim.search_path import CONF

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(
        [sys.executable, *words], check=True, capture_output=True, text=True, env=_environment()
    )
    (path,) = folder.glob("dyadsim-*.whl")
    return path


@pytest.mark.slow
def test_the_wheel_holds_conf_and_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "conf/config.yaml",
        "conf/therapy/cbt.yaml",
        "cli/project/conf/world/hope.yaml",
        "cli/project/notebook.ipynb",
        "evidence/facts.csv",
        "model/ODD.md",
        "references.bib",
        "report/templates/comparison.html.j2",
    ):
        assert f"dyadsim/{name}" in names
    assert not any(name.startswith(("tests/", "conf/")) for name in names)


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel alone; its dependencies come by path."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    path = folder / "env" / "bin" / "python"
    install = [str(path), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, text=True, env=_environment())
    here = next(path for path in sys.path if path.endswith("site-packages"))
    site = next((folder / "env").glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(here + "\n")
    return path


def _environment() -> dict[str, str]:
    """Return the environment without what would lead to the checkout or to choices of one's own."""
    leading = ("PYTHONPATH", CONF)
    return {name: value for name, value in os.environ.items() if name not in leading}


def _run(python: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the wheel in a folder; it must succeed."""
    done = subprocess.run(
        [str(python), *words], cwd=folder, capture_output=True, text=True, env=_environment()
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.slow
def test_the_wheel_runs_outside_the_checkout(python: Path, tmp_path: Path) -> None:
    words = ("-m", "dyadsim", "simulate", "study=cohort", "size=tiny", "json=true")
    assert '"study": "cohort"' in _run(python, tmp_path, *words).stdout
    where = _run(python, tmp_path, "-c", "import dyadsim; print(dyadsim.__file__)")
    assert str(python.parents[1]) in where.stdout


@pytest.mark.slow
def test_a_theory_of_ones_own_runs_from_the_wheel(python: Path, tmp_path: Path) -> None:
    """In an empty folder: init, then a world, a therapy, a mechanism and a sweep of one's own."""
    _run(python, tmp_path, "-m", "dyadsim", "init", "mytheory")
    folder, start = tmp_path / "mytheory", ("-m", "dyadsim")
    assert not list(folder.rglob("*.pyc"))
    done = _run(python, folder, *start, "simulate", "world=hope", "size=tiny", "json=true")
    summary = json.loads(done.stdout)
    assert (summary["world"], summary["base"], summary["calibrated"]) == (
        "hope",
        "contextual",
        False,
    )
    assert "your own choices: conf (world hope; therapy hope_first" in done.stderr
    (folder / "mine.yaml").write_text((folder / "conf/therapy/hope_first.yaml").read_text())
    words = ("simulate", "world=conf/world/hope.yaml", "study.arms=[./mine.yaml,waitlist]")
    _run(python, folder, *start, *words, "size=tiny")
    mechanism = ("mechanism=mechanisms/nocebo.py", "nocebo.strength=0.3")
    words = ("experiment=hope_sweep", "size=tiny", "points.levels=2", *mechanism)
    done = _run(python, folder, *start, *words)
    assert "your own mechanism: " in done.stderr
    assert (folder / "results" / "hope_sweep" / "points.parquet").is_file()

"""The wheel works in a fresh environment outside the checkout, with conf inside it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True)
    (path,) = folder.glob("dyadsim-*.whl")
    return path


def test_the_wheel_holds_conf_and_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "conf/config.yaml",
        "conf/therapy/cbt.yaml",
        "evidence/facts.csv",
        "model/ODD.md",
        "references.bib",
        "report/templates/comparison.html.j2",
    ):
        assert f"dyadsim/{name}" in names
    assert not any(name.startswith(("tests/", "conf/")) for name in names)


def test_the_wheel_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """A fresh environment with the wheel alone; its dependencies come from this one by path."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    python = tmp_path / "env" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, text=True)
    here = next(path for path in sys.path if path.endswith("site-packages"))
    site = next((tmp_path / "env").glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(here + "\n")
    words = ["-m", "dyadsim", "simulate", "study=cohort", "size=tiny", "json=true"]
    done = subprocess.run(
        [str(python), *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stderr
    assert '"study": "cohort"' in done.stdout
    where = subprocess.run(
        [str(python), "-c", "import dyadsim; print(dyadsim.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(tmp_path) in where.stdout

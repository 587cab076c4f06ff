"""Every experiment asks its question in words, runs at a tiny size, and draws its figure."""

import importlib.util
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from matplotlib.figure import Figure

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
FOLDERS = sorted(path.parent for path in EXPERIMENTS.glob("*/run.py"))
OTHER_FORM = {"one_therapist_policy"}  # an example to read, not a measurement


@pytest.fixture(params=FOLDERS, ids=[folder.name for folder in FOLDERS])
def folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield an experiment's folder, from which its modules can be imported; forget them after."""
    monkeypatch.syspath_prepend(EXPERIMENTS)
    monkeypatch.syspath_prepend(request.param)
    yield request.param
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "") or "").startswith(str(EXPERIMENTS)):
            del sys.modules[name]


def load_run(folder: Path) -> ModuleType:
    """Return the module run.py of an experiment."""
    spec = importlib.util.spec_from_file_location(f"run_{folder.name}", folder / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_experiment_runs(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = load_run(folder)
    if folder.name in OTHER_FORM:
        module.main(300)
        assert capsys.readouterr().out
        return
    assert "?" in (module.__doc__ or "").splitlines()[0]
    arguments = dict(module.TINY)
    if "folder" in inspect.signature(module.compute).parameters:
        arguments["folder"] = tmp_path / folder.name
        arguments["folder"].mkdir()
    result = module.compute(**arguments)
    tables = result if isinstance(result, dict) else {folder.name: result}
    if all(len(table) == 0 for table in tables.values()):
        assert "needs" in capsys.readouterr().out  # an optional package or data
        pytest.skip("what this experiment needs is not here")
    assert all(isinstance(table, pd.DataFrame | str) for table in tables.values())
    if hasattr(module, "draw"):
        drawn = module.draw(result)
        figures = drawn if isinstance(drawn, dict) else {folder.name: drawn}
        assert all(isinstance(figure, Figure) for figure in figures.values())
        assert figures.keys() <= tables.keys()


PARTS = ("Question", "Prediction", "What would change our mind", "Answer")


@pytest.mark.parametrize("name", [folder.name for folder in FOLDERS])
def test_question_comes_before_the_answer(name: str) -> None:
    question = (EXPERIMENTS / name / "question.md").read_text(encoding="utf-8")
    places = [question.index(f"**{part}") for part in PARTS]
    assert places == sorted(places)
    run = EXPERIMENTS / name / "run.py"
    assert len(run.read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.slow
def test_command_line_saves_table_and_figure(tmp_path: Path) -> None:
    script = EXPERIMENTS / "same_dose" / "run.py"
    words = [sys.executable, str(script), "size=tiny", f"folder={tmp_path / 'results'}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "percent_of_variance" in done.stdout
    names = {path.name for path in (tmp_path / "results").iterdir()}
    assert names == {"same_dose.csv", "same_dose.png", "same_dose.svg"}
    assert len(pd.read_csv(tmp_path / "results" / "same_dose.csv")) == 5


def test_command_line_names_the_words_it_knows() -> None:
    script = EXPERIMENTS / "same_dose" / "run.py"
    words = [sys.executable, str(script), "size=huge"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1
    assert "size=tiny" in done.stderr
    assert "clients" in done.stderr

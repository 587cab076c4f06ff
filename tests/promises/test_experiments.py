"""Every experiment runs at a small size and asks its question in words."""

import importlib.util
from pathlib import Path

import pytest

FOLDERS = sorted((Path(__file__).parents[2] / "experiments").glob("*/run.py"))


@pytest.mark.parametrize("script", FOLDERS, ids=[path.parent.name for path in FOLDERS])
def test_experiment(
    script: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(script.parent)
    spec = importlib.util.spec_from_file_location(script.parent.name, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(300)
    assert capsys.readouterr().out
    assert len(script.read_text().splitlines()) <= 80
    question = (script.parent / "question.md").read_text()
    for word in ("Question", "Prediction", "What would change our mind"):
        assert f"**{word}." in question

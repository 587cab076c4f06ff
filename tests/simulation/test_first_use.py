"""The line that says why the first run takes longer."""

from pathlib import Path

import numba
import pytest

from dyadsim.simulation.first_use import COMPILING, announce_compiling


@pytest.mark.parametrize(
    ("compiled", "terminal", "said"),
    [(False, True, COMPILING + "\n"), (True, True, ""), (False, False, "")],
)
def test_who_waits_for_the_compiler_is_told(
    compiled: bool,
    terminal: bool,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path if compiled else tmp_path / "none yet"
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(folder))
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    announce_compiling()
    assert capsys.readouterr().err == said

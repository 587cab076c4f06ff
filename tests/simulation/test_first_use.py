"""The line that says why the first run takes longer."""

from pathlib import Path

import numba
import pytest

from dyadsim.simulation.first_use import COMPILING, announce_compiling


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, COMPILING + "\n"),
        ("kernel_1/sessions.run_blocks-145.py312.nbi", COMPILING + "\n"),  # begun
        ("kernel_1/sessions.run_blocks-145.py312.1.nbc", ""),
    ],
)
def test_who_waits_for_the_compiler_is_told_once(
    file: str | None,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if file:
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).touch()
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    announce_compiling()
    announce_compiling()
    assert capsys.readouterr().err == said


def test_the_kernel_that_ran_here_counts_as_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import dyadsim

    dyadsim.run(dyadsim.rct(("cbt", "waitlist"), 4), dyadsim.world("hybrid"), clients=20)
    capsys.readouterr()
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    announce_compiling.__globals__["_announce"].cache_clear()
    announce_compiling()
    assert capsys.readouterr().err == ""

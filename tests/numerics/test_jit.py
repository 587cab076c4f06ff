"""The compile cache: an edited law is compiled again, an unwritable home does no harm."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dyadsim
from dyadsim.numerics import jit

PACKAGE = Path(dyadsim.__file__).parent
LISTED = {path for folder in jit.COMPILED for path in (PACKAGE / folder).rglob("*.py")}
LISTED |= {
    PACKAGE / name for name in ("errors.py", "checks.py", "choices.py", "search_path.py")
}  # nothing compiled in them


def _imports(path: Path) -> set[Path]:
    """Return the files of ours that a file imports."""
    files = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dyadsim"):
            names = [node.module or "", *(f"{node.module}.{name.name}" for name in node.names)]
            for name in names:
                file = PACKAGE.joinpath(*name.split(".")[1:]).with_suffix(".py")
                if file.is_file():
                    files.add(file)
    return files


@pytest.mark.slow
def test_every_file_that_compiled_code_rests_on_is_in_the_fingerprint() -> None:
    todo = {p for p in PACKAGE.rglob("*.py") if PACKAGE / "numerics/jit.py" in _imports(p)}
    todo = {p for p in todo if "@compiled" in p.read_text(encoding="utf-8")}
    todo = {p for p in todo if PACKAGE / "cli/project" not in p.parents}  # an example
    assert PACKAGE / "kernel/sessions.py" in todo
    reached: set[Path] = set()
    while todo:
        path = todo.pop()
        reached.add(path)
        todo |= _imports(path) - reached
    assert reached <= LISTED


def test_editing_a_law_changes_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PACKAGE, tmp_path / "dyadsim", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(jit, "_PACKAGE", tmp_path / "dyadsim")
    before = jit.source_fingerprint()
    assert before == jit.source_fingerprint()
    with (tmp_path / "dyadsim/report/page.py").open("a") as other:
        other.write("# a page is not compiled\n")
    assert jit.source_fingerprint() == before
    with (tmp_path / "dyadsim/model/mechanisms/rupture.py").open("a") as law:
        law.write("# edited\n")
    assert jit.source_fingerprint() != before


def test_a_home_that_cannot_be_written_gives_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert not jit.cache_folder().is_relative_to(tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "good"))
    assert jit.cache_folder().is_relative_to(tmp_path / "good")


def test_the_users_own_cache_folder_is_respected(tmp_path: Path) -> None:
    code = "import dyadsim.numerics.jit, numba; print(numba.config.CACHE_DIR)"
    for chosen, expected in (({"NUMBA_CACHE_DIR": str(tmp_path / "mine")}, "mine"), ({}, "home")):
        environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
        environment |= {"XDG_CACHE_HOME": str(tmp_path / "home"), **chosen}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert Path(done.stdout.strip()).is_relative_to(tmp_path / expected)

"""Damaged, unreadable and removed parts: reading moves nothing, a run mends what it can."""

import os
import shutil
from pathlib import Path

import pytest
from sweeps.planned import planned

from dyadsim.sweeps import sweep
from dyadsim.sweeps.parquet_files import Damaged, check_content, write_parquet
from dyadsim.sweeps.store import StoreError
from dyadsim.sweeps.sweep import Shard, Sweep


def small() -> Sweep:
    return planned(n=64)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sweep that ran and was not collected: 8 parts of 16 points."""
    folder = tmp_path_factory.mktemp("finished")
    sweep.run_sweep(small(), folder)
    return folder


@pytest.fixture(scope="module")
def reference(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Its table."""
    folder = tmp_path_factory.mktemp("collected") / "copy"
    shutil.copytree(finished, folder)
    return sweep.collect_sweep(small(), folder).read_bytes()


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "sweep"))


def flip(path: Path, place: float) -> None:
    """Change one bit, at this share of the file's length."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    path.write_bytes(content)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, but locks."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "locks" not in path.parts
    }


def harm(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how.startswith("bit"):
        flip(path, float(how.split()[1]))
    else:
        path.write_bytes({"truncated": content[: len(content) // 2], "empty": b""}[how])


HARMS = ["truncated", "empty", *(f"bit {place / 10}" for place in range(10)), "bit 0.999"]


@pytest.mark.parametrize("how", HARMS)
def test_status_sees_damage_and_moves_nothing_and_the_next_run_mends_it(
    folder: Path, reference: bytes, how: str
) -> None:
    harm(sorted((folder / "parts").iterdir())[3], how)
    before = tree(folder)
    state = sweep.sweep_status(small(), folder)
    assert (state.finished, len(state.damaged)) == (112, 1)
    with pytest.raises(StoreError, match="16 of 128 points are missing"):
        sweep.collect_sweep(small(), folder)
    assert tree(folder) == before
    state = sweep.run_sweep(small(), folder)
    assert (state.computed, state.finished) == (16, 128)
    assert len(list((folder / "damaged").iterdir())) == 1
    assert sweep.collect_sweep(small(), folder).read_bytes() == reference


@pytest.mark.parametrize("place", [0.05, 0.3, 0.5])
def test_a_flipped_bit_in_the_table_is_mended_too(
    folder: Path, reference: bytes, place: float
) -> None:
    table = sweep.collect_sweep(small(), folder)
    flip(table, place)
    assert sweep.sweep_status(small(), folder).finished == 0
    assert table.exists()
    assert sweep.run_sweep(small(), folder).finished == 128
    assert sweep.collect_sweep(small(), folder).read_bytes() == reference


@pytest.mark.slow
def test_no_byte_of_the_table_changes_unseen(folder: Path) -> None:
    table = sweep.collect_sweep(small(), folder)
    content = table.read_bytes()
    for place in range(0, len(content), 7):  # pages, their headers, the footer
        table.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(Damaged):
            check_content(table)
    table.write_bytes(content)
    check_content(table)


def test_a_table_of_an_older_version_has_no_checksum_beside_it(
    folder: Path, reference: bytes
) -> None:
    sweep.collect_sweep(small(), folder)
    (folder / "points.checksum").unlink()
    assert sweep.sweep_status(small(), folder).finished == 128
    assert sweep.collect_sweep(small(), folder).read_bytes() == reference


def test_a_table_fits_its_checksum_wherever_the_process_that_replaces_it_ends(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep.collect_sweep(small(), folder)
    replace = os.replace

    def ends(source: Path, target: Path) -> None:
        if Path(target).name == "points.parquet":
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", ends)
    for value in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            write_parquet(folder, "points.parquet", columns={"value": [value]}, note={})
    monkeypatch.undo()
    assert sweep.sweep_status(small(), folder).finished == 128


def test_a_part_that_cannot_be_opened_is_no_damage(folder: Path) -> None:
    part = sorted((folder / "parts").iterdir())[3]
    part.unlink()
    part.symlink_to(part)  # as root, too, it cannot be opened: a loop
    for read in (sweep.sweep_status, sweep.run_sweep, sweep.collect_sweep):
        with pytest.raises(StoreError, match="cannot be read and was left where it is: Too many"):
            read(small(), folder)
    assert part.is_symlink()
    assert not (folder / "damaged").exists()


@pytest.mark.parametrize("place", ["", "parts"])
def test_a_folder_that_cannot_be_read_is_not_taken_for_empty(
    folder: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that took it for empty would compute everything again."""
    listdir = os.listdir

    def refuse(path: Path) -> list[str]:
        if Path(path) == folder / place:
            raise PermissionError(13, "Permission denied")
        names: list[str] = listdir(path)
        return names

    monkeypatch.setattr("os.listdir", refuse)
    with pytest.raises(StoreError, match="cannot be read and was left where it is: Permission"):
        sweep.sweep_status(small(), folder)


@pytest.mark.parametrize("what", ["everything", "parts", "one part"])
@pytest.mark.parametrize("shards", [1, 2])
def test_what_is_removed_while_a_sweep_runs_is_not_finished(
    tmp_path: Path, what: str, shards: int
) -> None:
    folder, steps = tmp_path / "sweep", []

    def on_step(rows: int, _: bool) -> None:
        steps.append(rows)
        if rows and sum(steps) == 32:
            part = next((folder / "parts").glob("*.parquet"))
            place = {"everything": folder, "parts": folder / "parts", "one part": part}[what]
            shutil.rmtree(place) if place.is_dir() else place.unlink()

    with pytest.raises(StoreError, match="was removed, or parts of it, while the sweep ran"):
        sweep.run_sweep(small(), folder, shard=Shard(0, shards), on_step=on_step)
    if what == "everything":
        assert not folder.exists()
    assert sweep.run_sweep(small(), folder).finished == 128


def test_what_another_process_has_collected_is_not_removed(tmp_path: Path) -> None:
    steps = []

    def on_step(rows: int, _: bool) -> None:
        steps.append(rows)
        if rows and sum(steps) == 64:
            sweep.run_sweep(planned(n=16), tmp_path)
            sweep.collect_sweep(planned(n=16), tmp_path)  # its parts are removed

    assert sweep.run_sweep(small(), tmp_path, on_step=on_step).finished == 128


def test_there_is_nothing_to_collect_where_nothing_ran(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no sweep in"):
        sweep.collect_sweep(small(), tmp_path / "none")
    assert not (tmp_path / "none").exists()

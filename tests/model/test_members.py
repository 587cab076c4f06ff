"""The file of members: what all worlds share, what each has of its own, and which members stand."""

import json
from pathlib import Path

import pytest

from dyadsim.errors import BadInput
from dyadsim.model import members, worlds
from dyadsim.model.parameters import flat

TABLE = """member,alliance.rate,hybrid/distress.treatment_gain,medical/distress.treatment_gain
0,0.31,1.1,2.1
1,0.32,1.2,2.2
2,0.33,1.3,2.3
"""


@pytest.fixture
def three_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three members in place of those that are committed."""
    (tmp_path / members.FILE).write_text(TABLE, encoding="utf-8")
    (tmp_path / members.ABOUT).write_text(json.dumps({"command": "x"}), encoding="utf-8")
    monkeypatch.setattr(members, "folder", lambda: tmp_path)
    return tmp_path


def test_a_world_has_the_shared_values_and_its_own(three_members: Path) -> None:
    for member, rate, gain in ((0, 0.31, 2.1), (2, 0.33, 2.3)):
        values = flat(worlds.member_parameters("medical", member))
        assert values["alliance.rate"] == rate
        assert values["distress.treatment_gain"] == gain
    assert flat(worlds.member_parameters("null", 1))["alliance.rate"] == 0.32
    assert "distress.treatment_gain" not in members.member_values("null", 1)


def test_the_world_is_member_0(three_members: Path) -> None:
    assert worlds.world_parameters("hybrid") == worlds.member_parameters("hybrid", 0)
    assert dict(worlds.find_world("hybrid").calibrated_values) == members.member_values("hybrid", 0)
    assert worlds.find_world("hybrid").calibrated
    assert worlds.find_world("hybrid").calibration == {"command": "x"}
    changed = worlds.member_parameters("hybrid", 1, {"alliance.rate": 0.5})
    assert flat(changed)["alliance.rate"] == 0.5


def test_some_members_stand_for_all(three_members: Path) -> None:
    assert members.member_count() == 3
    assert members.chosen_members(1) == (0,)
    assert members.chosen_members(2) == (0, 2)
    assert members.chosen_members(3) == (0, 1, 2)


@pytest.mark.parametrize(("member", "message"), [(3, "0 to 2"), (-1, "no member -1")])
def test_no_such_member(three_members: Path, member: int, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        worlds.member_parameters("hybrid", member)


@pytest.mark.parametrize("count", [0, 4])
def test_not_so_many(three_members: Path, count: int) -> None:
    with pytest.raises(BadInput, match="between 1 and 3"):
        members.chosen_members(count)


def test_without_a_file_nothing_is_calibrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "folder", lambda: tmp_path)
    assert not worlds.find_world("hybrid").calibrated
    assert members.member_count() == 0
    gain = flat(worlds.world_parameters("hybrid"))["distress.treatment_gain"]
    assert gain == worlds.find_world("hybrid").start["distress.treatment_gain"]


def test_the_committed_file_is_small_and_every_member_is_a_world() -> None:
    path = members.folder() / members.FILE
    assert path.stat().st_size < 1_000_000
    for number in members.chosen_members(min(10, members.member_count())):
        for world in worlds.WORLDS:
            worlds.member_parameters(world, number)
    labels = [members.read_label(label) for label in members.read_members(path)[0]]
    assert {owner for owner, _ in labels} <= {"", *worlds.WORLDS}

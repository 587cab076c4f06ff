"""A world of one's own: its claim, its members, what may be changed, and what is refused."""

from pathlib import Path

import pytest

import dyadsim
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameters import flat
from dyadsim.simulation import changed_worlds
from dyadsim.simulation.ensemble import some_members

HOPE = """base: contextual
claim: Hope heals;
  the bond only carries it.
fixed:
  distress.bond_effect: 0
parameters:
  distress: {expectancy_effect: 0.9}
"""


@pytest.fixture
def hope(tmp_path: Path) -> str:
    """The path of a world's file."""
    path = tmp_path / "hope.yaml"
    path.write_text(HOPE, encoding="utf-8")
    return str(path)


def test_a_world_is_its_base_with_own_values_put_in(hope: str) -> None:
    base, own = flat(dyadsim.world("contextual")), flat(dyadsim.world(hope))
    differing = {name: value for name, value in own.items() if value != base[name]}
    assert differing == {"distress.bond_effect": 0.0, "distress.expectancy_effect": 0.9}
    assert worlds.find_world(hope).name == "hope"
    assert worlds.find_world(hope).claim == "Hope heals; the bond only carries it."


@pytest.mark.parametrize("member", [0, 1, 57])
def test_its_members_are_those_of_its_base(hope: str, member: int) -> None:
    own = worlds.member_parameters(hope, member)
    values = {"distress.bond_effect": 0.0, "distress.expectancy_effect": 0.9}
    assert own == worlds.member_parameters("contextual", member, values)


def test_its_claim_is_fixed_and_its_other_values_are_not(hope: str) -> None:
    changed = flat(dyadsim.world(hope, {"distress.expectancy_effect": 0.2}))
    assert changed["distress.expectancy_effect"] == 0.2
    with pytest.raises(BadInput, match=r"is its claim\. To change it, move it from fixed to"):
        dyadsim.world(hope, {"distress.bond_effect": 0.2})
    with pytest.raises(BadInput, match="Use world=hybrid"):  # the claim of its base
        dyadsim.world(hope, {"distress.specificity": 0.2})


def test_it_is_never_called_calibrated(hope: str, tmp_path: Path) -> None:
    same = tmp_path / "same.yaml"
    same.write_text("base: hybrid\n", encoding="utf-8")
    for path, base in ((hope, "contextual"), (str(same), "hybrid")):
        parameters = dyadsim.world(path)
        summary = changed_worlds.world_for_json(path, parameters)
        assert summary["calibrated"] is False
        assert summary["base"] == base
        label = changed_worlds.world_label(path, parameters)
        assert f"your own, from {base}" in label
        assert "calibrated" not in label
        assert f"your own, from {base}" in changed_worlds.changes_in_worlds({path: parameters})
        assert not worlds.find_world(path).calibrated
    assert summary["changed"] == {}


def test_it_may_have_members_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "hope.yaml").write_text(f"{HOPE}members: own/members.csv\n", encoding="utf-8")
    (tmp_path / "own").mkdir()
    table = tmp_path / "own" / "members.csv"
    table.write_text(
        "member,hope/distress.treatment_gain,alliance.rate\n0,1.5,0.3\n1,1.75,0.4\n",
        encoding="utf-8",
    )
    world = worlds.find_world(str(tmp_path / "hope.yaml"))
    second = flat(worlds.member_parameters(world, 1))
    assert second["distress.treatment_gain"] == 1.75
    assert second["alliance.rate"] == 0.4
    assert second["distress.bond_effect"] == 0
    assert second["distress.expectancy_effect"] == 0.9
    assert some_members(2, (world,)) == (0, 1)
    with pytest.raises(BadInput, match="from 2 to 2"):
        some_members(3, (world,))
    with pytest.raises(BadInput, match=r"different sizes \(hope 2, medical"):
        some_members(2, (world, worlds.find_world("medical")))
    assert not world.calibrated


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("member,other/distress.treatment_gain\n0,1\n", "holds those of other"),
        ("a;b\n1;2\n", "is no members.csv that dyadsim calibrate writes"),
        ("", "is no members.csv that dyadsim calibrate writes"),
    ],
)
def test_a_file_without_its_members_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "hope.yaml").write_text(f"{HOPE}members: members.csv\n", encoding="utf-8")
    with pytest.raises(BadInput, match="line 8: world hope: members: there is no file"):
        dyadsim.world(str(tmp_path / "hope.yaml"))
    (tmp_path / "members.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        dyadsim.world(str(tmp_path / "hope.yaml"))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fixed: {}\n", "world mine: 'base' is missing, one of medical, contextual, hybrid, null."),
        ("base: hybird\n", "mine.yaml, line 1: world mine: base: there is no world 'hybird'. Did"),
        ("base: hybrid\nfixd: {}\n", "mine.yaml, line 2: world mine: there is no field 'fixd'."),
        ("base: hybrid\nfixed:\n  a.b: 1\n", "line 3: world mine: fixed: there is no parameter"),
        ("base: hybrid\nfixed: 3\n", "line 2: world mine: fixed must be pairs such as"),
        ("base: hybrid\nparameters: {alliance.rate: 7}\n", "alliance.rate (share of the gap"),
        ("base: hybrid\nparameters: {alliance.rate: x}\n", "'x' is not a number"),
        ("base: hybrid\nparameters: {alliance.rate: '${seed}'}\n", "'${seed}' is not a number"),
        (
            "base: medical\nfixed: {distress.bond_effect: 1}\n",
            "is fixed at 0 in its base 'medical'",
        ),
        (
            "base: hybrid\nfixed: {alliance.rate: 1}\nparameters: {alliance.rate: 0}\n",
            "alliance.rate stands both in fixed and in parameters",
        ),
        ("base: hybrid\nclaim: [a]\n", "claim must be a sentence"),
        ("base: hybrid\n_target_: os.system\n", "there is no field '_target_'"),
        ("base: !!python/object/apply:os.system [ls]\n", "could not determine a constructor"),
        ("- hybrid\n", "it must hold names and values"),
    ],
)
def test_what_cannot_be_a_world_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        dyadsim.world(str(path))
    assert message in str(caught.value)
    assert str(path) in str(caught.value)

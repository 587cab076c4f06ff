"""`calibrate` and `crossvalidate`: what they leave, how they go on, what they refuse."""

import json
from pathlib import Path

import pytest

from dyadsim.calibration import kept_steps
from dyadsim.calibration.joint_space import space_of_worlds
from dyadsim.cli import progress
from dyadsim.cli.main import main
from dyadsim.evidence import fact as fact_data
from dyadsim.model import members, worlds
from dyadsim.model.declarations import own_parameters
from dyadsim.model.parameters import catalogue

FREE = ("ending.dropout_base", "population.distress_mean", "distress.treatment_gain")
FIXED = [
    f"{name}={catalogue()[name].default:g}"
    for name in dict.fromkeys(space_of_worlds().names)
    if name not in FREE
]
FEW = ("dropout", "sessions_mean", "remission_3m", "g_waitlist")


@pytest.fixture(autouse=True)
def few_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four facts of four families in place of all."""
    facts = tuple(fact for fact in fact_data.load_facts() if fact.id in FEW)
    monkeypatch.setattr(fact_data, "load_facts", lambda: facts)


def run(tmp_path: Path, *words: str, task: str = "calibrate") -> int:
    return main([task, "budget=small", "threads=1", f"results={tmp_path}", *FIXED, *words])


@pytest.mark.slow
def test_it_leaves_members_that_can_be_used_and_goes_on_where_it_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(kept_steps, "_save", _killed_at_the_third_step())
        assert run(tmp_path) == 130
    err = capsys.readouterr().err
    assert "the same command goes on from there" in err
    (unfinished,) = (tmp_path / "calibrate").iterdir()
    assert len(list(unfinished.glob("*.npz"))) == 2
    assert run(tmp_path, "json=true") == 0
    summary = json.loads(capsys.readouterr().out)
    (folder,) = (tmp_path / "calibrate").iterdir()  # what was unfinished is gone
    tables = {"members.csv", "members.json", "course.csv", "spread.csv", "facts.csv", "inside.csv"}
    assert tables < {path.name for path in folder.iterdir()}
    assert summary["members"] == summary_of(folder)["members"] == 5
    assert summary["command"].startswith("dyadsim calibrate budget=small seed=1 population.")
    monkeypatch.setattr(members, "folder", lambda: folder)
    assert members.member_count() == 5
    for world in worlds.WORLDS:
        worlds.member_parameters(world, 4)


def summary_of(folder: Path) -> dict[str, object]:
    values: dict[str, object] = json.loads((folder / "members.json").read_text())
    return values


def _killed_at_the_third_step():
    saved, count = kept_steps._save, iter(range(9))

    def save(*arguments) -> None:
        if next(count) == 2:
            raise KeyboardInterrupt
        saved(*arguments)

    return save


def test_one_world_beside_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = own_parameters({})
    words = [word for word in FIXED if word.split("=")[0] in own]
    line = ["calibrate", "budget=small", "threads=1", f"results={tmp_path}", "json=true"]
    assert main([*line, "world=hybrid", "task.shared=held", *words]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["own"] == {"hybrid": 1}
    assert summary["shared"] == 0
    assert "world=hybrid task.shared=held" in summary["command"]


@pytest.mark.slow
def test_crossvalidate_leaves_a_table_and_a_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "json=true", task="crossvalidate") == 0
    summary = json.loads(capsys.readouterr().out)
    rows = summary["predictions"]
    assert {row["world"] for row in rows} == {"hybrid", "contextual", "medical", "prior", "null"}
    assert all(0 <= row["inside"] <= 1 for row in rows)
    (folder,) = (tmp_path / "crossvalidate").iterdir()
    assert (folder / "prediction.png").stat().st_size > 20_000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("budget=smal", "no budget 'smal'. Did you mean small?"),
        ("task.shared=hold", "no task.shared 'hold'. Did you mean held?"),
        (
            "budget=small world=medical distress.specificity=0.5",
            "is fixed at 1 in the world 'medical'",
        ),
        ("task.shared=held world=null", "has no parameters of its own"),
        ("budget=small population.stable_share=0.5 population.load_share=0.7", "must stay below 1"),
        ("budget=small distress.rate=7", "must lie in"),
    ],
)
def test_bad_input(
    words: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", f"results={tmp_path}", *words.split()]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_world_has_no_effect_unless_the_others_are_held(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["calibrate", "world=medical", "dry_run=true"]) == 0
    assert "'world' has no effect in calibrate: all worlds are" in capsys.readouterr().err
    assert main(["calibrate", "world=medical", "task.shared=held", "dry_run=true"]) == 0
    assert "no effect" not in capsys.readouterr().err


def test_progress_says_now_and_then_what_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with progress.working("calibrate", 100) as advance:
        advance(50, False)
        advance(10, True)
        advance(10, True)
    first, second = capsys.readouterr().err.splitlines()  # none for what was done before
    assert first == "dyadsim: calibrate: 60% done, less than a minute left."
    assert second.startswith("dyadsim: calibrate: 70% done")

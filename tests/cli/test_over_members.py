"""Commands over members of the ensemble: what comes out, who takes the words, and same bits."""

import dataclasses
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import dyadsim
from dyadsim.analysis import effects
from dyadsim.cli.cost import START_SECONDS
from dyadsim.cli.main import main
from dyadsim.cli.over_members import cost_over_members
from dyadsim.cli.read_settings import _members
from dyadsim.cli.settings import ENSEMBLE
from dyadsim.cli.task import all_tasks
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.members import chosen_members, member_count
from dyadsim.simulation.ensemble import over_members

TAKE = {
    *("answer", "collect", "compare", "decompose", "facts"),
    *("region", "simulate", "status", "sweep"),
}
STUDY = ("simulate", "study=cohort", "study.sessions=4", "size.clients=300", "members=3")


def run(words: tuple[str, ...], place: Path) -> Path:
    """Run a command and return the folder that it leaves."""
    assert main([*words, f"results={place}"]) == 0
    (page,) = place.rglob("report.html")
    return page.parent


def test_which_commands_take_members() -> None:
    assert {task.name for task in all_tasks() if task.takes_members} == TAKE


@pytest.mark.parametrize("word", ["members=3", "ensemble=true"])
@pytest.mark.parametrize("task", ["fit", "cite", "lesson", "calibrate", "sensitivity"])
def test_the_others_refuse_them(task: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    swept = ["distress.bond_effect=interval(0,1)", "points=sobol", "points.n=64"]
    assert main([task, word, *(swept if task == "sensitivity" else ())]) == 2
    said = capsys.readouterr().err
    assert f"{task} does not run over members of the ensemble" in said
    assert "compare, decompose, facts, region, simulate, status and sweep do" in said


@pytest.mark.parametrize("word", ["members=1", "members=0", f"members={10**5}", "members=x"])
def test_a_number_of_members_that_cannot_be(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", word, "dry_run=true"]) == 2
    assert "members must be a whole number" in capsys.readouterr().err


def test_members_do_not_take_parameters_of_a_group() -> None:
    own = {"base": "hybrid", "parameters": {"alliance.rate": 0.4}}
    config = SimpleNamespace(world=own, members=20, ensemble=False, task=None)
    with pytest.raises(BadInput, match=r"members do not take world\.parameters"):
        _members(config)
    assert _members(SimpleNamespace(world=own, members=None, ensemble=False)) == ()
    config.world = {"base": "hybrid", "parameters": {}}
    assert _members(config) == chosen_members(20)
    config.ensemble, config.members = True, None
    assert _members(config) == chosen_members(ENSEMBLE)


def test_a_dry_run_counts_every_member(capsys: pytest.CaptureFixture[str]) -> None:
    costs = []
    for word in ("members=null", "ensemble=true"):
        assert main(["decompose", word, "size=small", "dry_run=true", "json=true"]) == 0
        costs.append(json.loads(capsys.readouterr().out))
    of_mode, many = costs
    assert many["members"] == ENSEMBLE
    assert many["dyad_sessions"] == ENSEMBLE * of_mode["dyad_sessions"]
    assert many["estimated_memory_megabytes"] == of_mode["estimated_memory_megabytes"]
    fresh = of_mode["estimated_seconds"] - START_SECONDS
    assert many["estimated_seconds"] == pytest.approx(START_SECONDS + ENSEMBLE * fresh, rel=0.02)
    assert cost_over_members(of_mode, SimpleNamespace(members=())) == of_mode  # type: ignore[arg-type]


@pytest.mark.slow
def test_what_it_leaves_and_that_threads_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [run((*STUDY, f"threads={n}"), tmp_path / str(n)) for n in (1, 2)]
    for name in ("members.csv", "over_members.csv"):
        assert len({(folder / name).read_bytes() for folder in folders}) == 1
    table = pd.read_csv(folders[0] / "members.csv")
    assert sorted(table["member"].unique()) == list(chosen_members(3))
    over = pd.read_csv(folders[0] / "over_members.csv")
    assert len(table) == 3 * len(over)
    summary = json.loads((folders[0] / "summary.json").read_text())
    assert summary["members"] == list(chosen_members(3))
    assert summary["worlds"] == [{"world": "hybrid", "calibrated": True, "changed": {}}]
    assert len(summary["estimates"]) == len(over)
    manifest = json.loads((folders[0] / "manifest.json").read_text())
    assert len(manifest["inputs"]["members"]) == 64
    assert manifest["config"]["members"] == 3
    out = capsys.readouterr().out
    assert f"members: 3 of {member_count()}" in out
    assert max(map(len, [line for line in out.splitlines() if "report.html" not in line])) <= 80
    page = (folders[0] / "report.html").read_text()
    assert "http" not in page.replace("data:image", "")
    assert "How to reproduce this" in page


def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dyadsim.simulation import study_files

    reference, unbroken, calls = run(STUDY, tmp_path / "whole"), study_files.simulate_into, []

    def stops(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return unbroken(*arguments, **options)  # type: ignore[arg-type]

    place = tmp_path / "stopped"
    monkeypatch.setattr(study_files, "simulate_into", stops)
    with pytest.raises(SystemExit) as stop:
        main([*STUDY, f"results={place}"])
    assert stop.value.code == 130
    assert "interrupted. 1 of 3 members are kept in" in capsys.readouterr().err
    assert not list(place.rglob("report.html"))
    folder = run(STUDY, place)
    assert "1 of 3 members were taken from" in capsys.readouterr().out
    assert len(calls) == 4
    for name in ("members.csv", "over_members.csv"):
        assert (folder / name).read_bytes() == (reference / name).read_bytes()
    damaged = next((place / ".members").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:100])
    shutil.rmtree(folder)
    again = run((*STUDY, "threads=1"), place)
    assert len(calls) == 5  # the damaged one alone
    assert (again / "members.csv").read_bytes() == (reference / "members.csv").read_bytes()
    assert main([*STUDY, "alliance.rate=0.4", f"results={place}"]) == 0
    assert len(calls) == 8  # another world shares nothing


def test_a_member_is_the_world_with_its_values(tmp_path: Path) -> None:
    """The command's numbers are those of `dyadsim.run` with the member's parameters."""
    table = pd.read_csv(run((*STUDY, "alliance.rate=0.5"), tmp_path) / "members.csv")
    study = dyadsim.cohort(sessions=4)

    def intake_and_dropout(parameters: object) -> dict[str, float]:
        records = dyadsim.observed(dyadsim.run(study, parameters, 300, seed=1))  # type: ignore[arg-type]
        intake = records.sessions.loc[records.sessions["occasion"] == "intake", "symptom_score"]
        dropped = (records.clients["ending"] == "dropout").mean()
        return {"care, intake": intake.mean(), "care: dropout": dropped}

    expected = over_members(intake_and_dropout, "hybrid", 3, {"alliance.rate": 0.5}).table
    merged = expected.merge(table, on=["estimate", "member"])
    assert len(merged) == 6
    assert merged["value_x"].to_numpy() == pytest.approx(merged["value_y"].to_numpy(), rel=1e-6)


def test_chance_moves_all_members_together() -> None:
    """Of independent runs g would spread by its error of about .14; members spread by less."""

    def g(parameters: object) -> pd.DataFrame:
        run = dyadsim.run(dyadsim.rct(["cbt", "waitlist"]), parameters, 200, seed=5)  # type: ignore[arg-type]
        records = dyadsim.observed(run)
        last = records.sessions[records.sessions["week"] == 12].set_index("client")["symptom_score"]
        arm = records.clients.set_index("client")["arm"].reindex(last.index)
        effect = effects.hedges_g(last[arm == "cbt"].dropna(), last[arm == "waitlist"].dropna())
        return pd.DataFrame({"estimate": ["g"], "value": effect.value, "se": effect.standard_error})

    (row,) = over_members(g, "null", 8).summary.to_dict("records")
    assert row["sd"] < 0.5 * row["monte_carlo"]


def test_compare_takes_all_worlds_and_says_what_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("compare", "size.clients=400", "task.worlds=[medical,'null']", "members=2")
    folder = run((*words, "alliance.rate=0.4", "json=true"), tmp_path)
    summary = json.loads(capsys.readouterr().out)
    assert [world["changed"] for world in summary["worlds"]] == [{"alliance.rate": 0.4}] * 2
    rows = pd.read_csv(folder / "over_members.csv")
    judged = rows["met"] + rows["violated"] + rows["undecided"]
    assert set(judged[rows["published_low"].notna()]) == {2}
    assert set(rows["world"]) == {"medical world", "null world"}
    assert {"What a researcher finds"} < set(rows["part"])
    true = rows[rows["part"].str.startswith("True") & (rows["world"] == "null world")]
    assert (true[["median", "low", "high"]].to_numpy() == 0).all()


def test_facts_have_one_number_of_repeats_and_leave_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.csv"
    facts = pd.read_csv(Path(dyadsim.__file__).parent / "evidence/facts.csv", keep_default_na=False)
    facts[facts["id"] == "dropout"].to_csv(file, index=False)
    words = ("facts", "world=hybrid", "members=2", f"facts={file}")
    sizes = ("size.clients_per_replicate=200", "size.replicates=3")
    folder = run((*words, *sizes), tmp_path / "results")
    captured = capsys.readouterr()
    assert "has no effect" not in captured.err
    assert "repeats: 3;" in " ".join(captured.out.split())
    assert pd.read_csv(folder / "members.csv")["member"].tolist() == list(chosen_members(2))
    assert main([*words, "dry_run=true", "json=true"]) == 0
    assert json.loads(capsys.readouterr().out)["replicates"] == 8  # of size=standard


@pytest.mark.slow
def test_jobs_of_decompose_stand_in_one_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("decompose", "-m", "specificity=0,1", "members=2", "size.clients=200")
    folder = run((*words, "size=tiny", "task.sessions=4"), tmp_path)
    rows = pd.read_csv(folder / "over_members.csv")
    assert rows["specificity"].tolist() == sorted(rows["specificity"].tolist())
    technique = rows[(rows["estimate"] == "technique") & (rows["attribution"] == "effect")]
    assert technique["at"].tolist() == ["specificity=0", "specificity=1"]
    assert technique["median"].iloc[0] < technique["median"].iloc[1]
    assert "claimed pie" not in set(rows["attribution"])
    out = capsys.readouterr().out
    assert "(specificity=1)" in out
    assert "1b Total share" not in out  # on the page and in the table alone
    assert "1b Total share" in (folder / "report.html").read_text()


def test_a_sweep_has_members_as_conditions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", "members=3", "distress.bond_effect=0.1,0.5", "points.replicates=2"]
    words += ["outputs=[gain.cbt]", "size.clients_per_point=60", f"results={tmp_path}"]
    assert main(words) == 0
    assert "Medians with 90 % intervals over 3 members" in capsys.readouterr().out
    points = pd.read_parquet(tmp_path / "sweep" / "points.parquet")
    assert points["member"].astype(int).unique().tolist() == list(chosen_members(3))
    over = pd.read_parquet(tmp_path / "sweep" / "over_members.parquet")
    assert over["distress.bond_effect"].tolist() == pytest.approx([0.1, 0.5])
    for row in over.to_dict("records"):
        at = points[points["point"] == row["point"]]
        means = at.groupby("member", observed=True)["gain.cbt"].mean()
        assert row["median"] == pytest.approx(np.median(means))
        spread = at.groupby("member", observed=True)["gain.cbt"].std() / np.sqrt(2)
        assert row["monte_carlo"] == pytest.approx(np.sqrt((spread**2).mean()), rel=1e-5)
    assert main(["status", f"results={tmp_path}", "json=true"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 12
    assert main(["sensitivity", f"results={tmp_path}"]) == 2


def test_settings_of_a_member_give_its_parameters() -> None:
    from dyadsim.cli import compose
    from dyadsim.cli.read_settings import settings_of_config

    with compose.hydra_on_conf():
        job = compose.compose_job(["world=contextual", "members=4", "alliance.rate=0.5"])
    settings = settings_of_config(*job[:3])
    for member in settings.members:
        expected = worlds.member_parameters("contextual", member, {"alliance.rate": 0.5})
        assert dataclasses.replace(settings, member=member).parameters() == expected


def test_what_is_set_in_every_member_is_said(tmp_path: Path) -> None:
    """The dial is named, not the gain that each member solves for itself; claims stay."""
    words = ("compare", "size.clients=400", "task.worlds=[medical,hybrid]", "members=2")
    folder = run((*words, "specificity=0.5", "alliance.rate=0.4"), tmp_path)
    medical, hybrid = json.loads((folder / "summary.json").read_text())["worlds"]
    assert medical["changed"] == {"alliance.rate": 0.4}
    assert hybrid["changed"] == {"alliance.rate": 0.4, "specificity": 0.5}
    assert not hybrid["calibrated"]
    text = " ".join((folder / "report.html").read_text().split())
    assert "medical changed: alliance.rate = 0.4; hybrid changed: alliance.rate = 0.4, spec" in text

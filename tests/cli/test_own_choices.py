"""Worlds, therapies, studies and experiments of one's own at the command line."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dyadsim.cli.main import main
from dyadsim.cli.own_choices import config_dirs
from dyadsim.errors import BadInput
from dyadsim.search_path import CONF, NAMED

FILES = {
    "conf/world/hope.yaml": "base: contextual\nfixed: {distress.bond_effect: 0}\n"
    "parameters: {distress.expectancy_effect: 0.9}\n",
    "conf/therapy/hopeful.yaml": "dose: {cognitive: 0.3}\nstructure: 0.4\nrationale: 0.9\n",
    "conf/study/hope_trial.yaml": "design: rct\narms: [hopeful, waitlist]\nsessions: 8\n",
    "conf/size/handful.yaml": "clients: 60\n",
    "conf/population/mine.yaml": "sample: routine\n",
    "conf/measure/mine.yaml": "instrument: phq9\n",
    "conf/points/mine.yaml": "method: sobol\nn: 32\n",
    "conf/executor/mine.yaml": "kind: threads\n",
    "conf/experiment/look.yaml": "task: sweep\nworld: hope\nstudy: hope_trial\n"
    "distress.expectancy_effect: interval(0, 1)\npoints: {levels: 3}\noutputs: [gain]\n",
    "conf/experiment/plain.yaml": "defaults:\n  - override /task: simulate\n  - _self_\n"
    "study: {sessions: 5, arms: [./arms/listen.yaml, waitlist]}\nseed: 3\n",
    "conf/experiment/arms/listen.yaml": "dose: {emotional: 0.3}\nstructure: 0.1\nrationale: 0.5\n",
    "mine.yaml": "base: hybrid\nparameters: {alliance.rate: 0.5}\n",
    "listening.yaml": "dose: {emotional: 0.3}\nstructure: 0.1\nrationale: 0.5\n",
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder with choices of one's own; what was named is forgotten afterwards."""
    monkeypatch.delenv(CONF, raising=False)
    monkeypatch.delenv(NAMED, raising=False)
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    yield tmp_path
    assert NAMED not in os.environ


def summary_of(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    """Return the summary that a command prints as JSON."""
    assert main([*words, "json=true"]) == 0
    out: dict[str, object] = json.loads(capsys.readouterr().out)
    return out


def error_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the last line of a command that is refused."""
    assert main([*words, "dry_run=true"]) == 2
    return capsys.readouterr().err.splitlines()[-1]


def configuration_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the composed configuration."""
    assert main([*words, "--cfg"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "world=hope", "study=hope_trial"),
        ("simulate", "world=./mine.yaml", "study.arms=[./listening.yaml,hopeful,waitlist]"),
        ("simulate", "study=./conf/study/hope_trial.yaml", "study.sessions=5"),
        ("simulate", "study=cohort", "study.therapy=./listening.yaml", "world=mine.yaml"),
        ("simulate", "study=n_of_1", "study.therapy=hopeful", "size=handful"),
        ("simulate", "population=mine", "measure=mine", "size=handful", "executor=mine"),
        ("simulate", "world=hope", "members=3"),
        ("simulate", "-m", "world=hope,./mine.yaml,hybrid"),
        ("compare", "task.worlds=[medical,hope,./mine.yaml]"),
        ("facts", "world=hope"),
        ("facts", "task.worlds=[contextual,./mine.yaml]"),
        ("decompose", "world=hope", "task.treatments=[hopeful,./listening.yaml]"),
        ("literature", "world=hope", "task.therapy=./listening.yaml", "task.comparators=[cbt]"),
        ("power", "bona_fide", "task.effect=world", "world=hope", "task.therapy=hopeful"),
        ("lesson", "alliance", "world=hope"),
        ("sweep", "world=hope,./mine.yaml", "alliance.rate=interval(0,1)", "points=mine"),
        ("recover", "world=hope", "study=hope_trial"),
        ("calibrate", "world=hope"),
        ("facts", "worlds=[contextual,hope]", "members=2"),
        ("sweep", "experiment=look"),
        ("experiment=look",),
        ("experiment=./conf/experiment/look.yaml",),
    ],
    ids=" ".join,
)
def test_a_name_or_a_path_works_wherever_a_name_does(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "dry_run=true"]) == 0
    out, err = capsys.readouterr()
    assert "dyad sessions" in out
    assert err.startswith("dyadsim: your own choices: conf (world hope; therapy hopeful; study")
    assert all(line.startswith(("dyadsim: note", "# ")) for line in err.splitlines()[1:])


def test_the_folder_is_said_and_kept_in_the_manifest(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("simulate", "world=./mine.yaml", "study.arms=[./listening.yaml,waitlist]")
    summary = summary_of(capsys, *words, "size=handful")
    assert summary["world"] == "mine"
    assert summary["base"] == "hybrid"
    assert summary["calibrated"] is False
    assert summary["changed"] == {"alliance.rate": 0.5}
    (path,) = project.glob("results/simulate/*/manifest.json")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    (folder,) = manifest["own_choices"]["folders"]
    assert folder["folder"] == "conf"
    assert len(folder["files"]["world/hope.yaml"]) == 64
    assert set(manifest["own_choices"]["files"]) == {"world/mine", "therapy/listening"}
    assert manifest["config"]["world"]["parameters"] == {"alliance.rate": 0.5}


@pytest.mark.parametrize("study", ["hope_trial", "./conf/study/hope_trial.yaml"])
def test_a_study_of_ones_own_is_named_in_results(
    study: str, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = summary_of(capsys, "simulate", f"study={study}", "size=handful")
    assert (summary["study"], summary["design"]) == ("hope_trial", "rct")
    words = ("sweep", f"study={study}", "alliance.rate=0.3,0.4", "size=tiny", "outputs=[true_d]")
    assert summary_of(capsys, *words)["study"] == "hope_trial"
    assert main(["results"]) == 0
    assert capsys.readouterr().out.count("study hope_trial") == 2
    assert main(["show", "simulate"]) == 0
    assert "Study: hope_trial" in capsys.readouterr().out


def test_a_path_gives_the_numbers_of_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    own = summary_of(capsys, "simulate", "world=./mine.yaml", "size=handful")
    same = summary_of(capsys, "simulate", "world=hybrid", "alliance.rate=0.5", "size=handful")
    assert own["symptom_score"] == same["symptom_score"]
    assert own["parameters"] == same["parameters"]


@pytest.mark.slow
def test_over_members_an_own_world_is_not_calibrated(capsys: pytest.CaptureFixture[str]) -> None:
    summary = summary_of(capsys, "simulate", "world=hope", "size=handful", "members=2")
    changed = {"distress.bond_effect": 0.0, "distress.expectancy_effect": 0.9}
    (world,) = summary["worlds"]  # type: ignore[misc]
    assert world == {"world": "hope", "base": "contextual", "calibrated": False, "changed": changed}


def test_calibrating_an_own_world_moves_what_is_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, shared in (("hope", "held"), ("./mine.yaml", "held"), ("hybrid", "free")):
        text = configuration_of(capsys, "calibrate", f"world={name}")
        assert f"  shared: {shared}\n" in text


def test_worlds_stands_for_the_tasks_own_list(capsys: pytest.CaptureFixture[str]) -> None:
    text = configuration_of(capsys, "compare", "worlds=[medical,./mine.yaml]")
    assert "  worlds:\n  - medical\n  - ./mine.yaml\n" in text
    assert "there is no setting 'worlds'. Did you mean world?" in error_of(
        capsys, "simulate", "worlds=[medical,hope]"
    )


def test_what_a_file_does_not_say_is_of_the_same_design(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = configuration_of(capsys, "simulate", "study=hope_trial", "study.follow_up=[10]")
    assert "sessions: 8\n  weeks_between: 1.0\n  follow_up:\n  - 10\n" in text
    text = configuration_of(capsys, "simulate", "size=handful")
    assert "clients: 60\n  replicates: 8\n" in text
    assert "method: sobol\n  n: 32\n  levels" not in configuration_of(capsys, "points=mine")


def test_an_experiment_is_a_command_line_as_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    text = configuration_of(capsys, "experiment=plain", "seed=4")
    assert "name: simulate" in text
    assert "seed: 4\n" in text
    assert "conf/experiment/arms/listen.yaml" in text
    assert "  name: plain\n" in text
    assert "sessions: 5" in text


def test_folders_are_stated_by_option_and_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert "There is no world 'hope'" in error_of(capsys, "simulate", "world=hope")
    words = ["simulate", "world=hope", "dry_run=true"]
    assert main([*words, "--config-dir", "../conf"]) == 0
    assert main(["--config-dir=../conf", *words]) == 0
    monkeypatch.setenv(CONF, "../conf")
    assert main(words) == 0
    (project / "other" / "world").mkdir(parents=True)
    (project / "other" / "world" / "hope.yaml").write_text("base: medical\n", encoding="utf-8")
    capsys.readouterr()
    assert main([*words, "--config-dir=../other"]) == 0
    assert "note: world hope is " in (err := capsys.readouterr().err)
    assert "other/world/hope.yaml, not ../conf/world/hope.yaml." in err


def test_help_names_what_is_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for line in ("medical | null | hope", "  therapy: hopeful", "--config-dir DIR"):
        assert line in out


REFUSED = [
    (("simulate", "world=hop"), "no world 'hop'. Did you mean hope?"),
    (("simulate", "world=./mien.yaml"), "world './mien.yaml' cannot be read: there is no such"),
    (("simulate", "study.arms=[hopefull,cbt]"), "no therapy 'hopefull'. Did you mean hopeful?"),
    (("simulate", "study.arms=[./no.yaml,cbt]"), "therapy './no.yaml' cannot be read"),
    (("simulate", "world=hope", "distress.bond_effect=1"), "is fixed at 0 in the world 'hope'"),
    (("simulate", "world=hope", "world.base=medical"), "world.base is contextual in"),
    (("compare", "task.worlds=[hybrid,hop]"), "no world 'hop'. Did you mean hope?"),
    (("compare", "task.worlds=[hope,./conf/world/hope.yaml]"), "task.worlds: hope is there twice"),
    (("simulate", "experiment=lok"), "no experiment 'lok'. Did you mean look?"),
    (("simulate", "-m", "experiment=look,plain"), "a command runs one experiment"),
    (("simulate", "--config-dir"), "--config-dir needs a folder"),
    (("simulate", "--config-dir", "nowhere"), "is not there (--config-dir, DYADSIM_CONF)"),
    (("sweep", "world=hope", "distress.bond_effect=0.1,0.2"), "is fixed at 0 in the world 'hope'"),
    (("simulate", "run.threads=1"), "no setting 'run.threads'. Did you mean threads?"),
    (("simulate", "distres.rate=1"), "no setting 'distres.rate'. Did you mean distress.rate?"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[" ".join(case[0]) for case in REFUSED])
def test_errors_name_the_nearest(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in error_of(capsys, *words)


FAULTS = [
    ("study", "design: rct\nsession: 4\n", "Did you mean study.sessions? (x.yaml, line 2)"),
    ("study", "design: rct\narms: [cbt]\n", "it needs two arms or more"),
    ("study", "design: rct\narms: [cbt, hopefull]\n", "Did you mean hopeful?"),
    ("study", "design: rct\nsessions: many\n", "(x.yaml, line 2)"),
    ("study", "design: rtc\n", "There is no design 'rtc'. Did you mean rct?"),
    ("study", "sessions: 4\n", "x.yaml: 'design' is missing, one of additive, cohort"),
    ("study", "defaults: [rct]\n", "'defaults' is not needed"),
    ("study", "- rct\n", "x.yaml must hold pairs such as 'sessions: 12'"),
    ("size", "client: 4\n", "Did you mean size.clients? (x.yaml, line 1)"),
    ("size", "clients: no\n", "size.clients must be a whole number"),
    ("points", "method: sobl\n", "Did you mean sobol?"),
    ("experiment", "study.sesions: 4\n", "Did you mean study.sessions? (x.yaml, line 1)"),
    ("experiment", "seed: -4\n", "(x.yaml, line 1)"),
    ("experiment", "task: simualte\n", "Did you mean simulate?"),
    ("experiment", "defaults: [rct]\n", "x.yaml, line 1: defaults: 'rct'"),
]


@pytest.mark.parametrize(("group", "text", "message"), FAULTS)
def test_faults_of_a_file_are_said_with_its_place(
    group: str, text: str, message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "x.yaml").write_text(text, encoding="utf-8")
    bare = [] if group == "experiment" else ["simulate"]
    line = error_of(capsys, *bare, f"{group}=x.yaml")
    assert message in line
    assert "x.yaml" in line


@pytest.mark.parametrize("group", ["world", "therapy", "study", "size", "experiment"])
@pytest.mark.parametrize(
    "text",
    [
        "_target_: os.system\n",
        "sessions: !!python/object/apply:os.system [touch ran]\n",
        "label: ${oc.env:HOME}\nclients: ${oc.env:HOME}\n",
        "seed: ${eval:1}\n",
    ],
)
def test_nothing_in_a_file_is_run(
    group: str, text: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "x.yaml").write_text(text, encoding="utf-8")
    word = "study.arms=[./x.yaml,cbt]" if group == "therapy" else f"{group}=./x.yaml"
    line = error_of(capsys, "simulate", word)
    assert os.environ["HOME"] not in line
    assert not (project / "ran").exists()


def test_what_stands_for_another_setting_is_text(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "x.yaml").write_text("task: simulate\nresults: ${oc.env:HOME}\n", encoding="utf-8")
    text = configuration_of(capsys, "experiment=x.yaml")
    assert "results: ${oc.env:HOME}" in text


def test_a_near_folder_is_noted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "conf" / "worlds").mkdir()
    assert main(["simulate", "dry_run=true"]) == 0
    assert "nobody reads conf/worlds. Did you mean world?" in capsys.readouterr().err


def test_a_world_called_like_one_of_dyadsims_stops_everything(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "conf" / "world" / "null.yaml").write_text("base: hybrid\n", encoding="utf-8")
    assert "null is dyadsim's; give your world another name" in error_of(capsys, "simulate")


def test_the_option_needs_a_value() -> None:
    with pytest.raises(BadInput, match="needs a folder"):
        config_dirs(["simulate", "--config-dir="])

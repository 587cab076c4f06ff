"""What a task does not read is named as without effect, and only that."""

import pytest
from fuzz.effects import ATTRIBUTES, attributes_read, is_without_effect

from dyadsim.calibration.search import BUDGETS as CALIBRATION_BUDGETS
from dyadsim.cli.main import main
from dyadsim.cli.settings import BUDGETS
from dyadsim.cli.task import Task, all_tasks, find_task
from dyadsim.fitting.fit import EFFORTS
from dyadsim.model.parameters import catalogue

KEYS = (
    *ATTRIBUTES,
    *("alliance.rate", "data.unit", "do.arm", "study.sessions", "job", "shards", "figure.dpi"),
)
# A task that reads a setting in one of its ways only, and names it in the others.
ONE_WAY = {
    ("fit", "study"),  # of published moments
    ("fit", "study.sessions"),
    ("fit", "study.n_clients"),
    ("fit", "population"),
    ("fit", "size.clients_per_point"),
    ("facts", "results"),  # of all worlds
    ("facts", "experiment.name"),
    ("facts", "figure"),
    ("facts", "figure.dpi"),
    ("answer", "world"),  # it has task.worlds
    ("compare", "world"),
    ("recover", "data"),  # of a study that is described
    ("recover", "data.unit"),
    ("recover", "specificity"),  # it decides which scores are missing, and no more
    ("recover", "size.clients_per_point"),  # of published moments, which it refuses
    ("calibrate", "world"),  # with task.shared=held
    ("crossvalidate", "world"),  # it reads the parameters that are set, not those of a world
    *(("power", key) for key in ("threads", "specificity", "world", "measure", "alliance.rate")),
    *((name, "beats") for name in ("sweep", "status", "collect", "sensitivity")),  # refused
}
KEPT = {("teach", key) for key in ("seed", "world", "alliance.rate", "results")}  # task.keep=...


@pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)
def test_a_setting_without_effect_is_named_and_no_other(task: Task) -> None:
    named = {
        key: f"'{key}' has no effect" in " ".join(task.notes({key: "x"}, catalogue()))
        for key in KEYS
    }
    known = ONE_WAY | KEPT
    silent = [key for key in KEYS if is_without_effect(task, key) and not named[key]]
    wrong = [
        key
        for key in KEYS
        if named[key] and not is_without_effect(task, key) and (task.name, key) not in known
    ]
    assert (silent, wrong) == ([], [])


def test_what_a_task_reads_is_found() -> None:
    assert {"seed", "beats", "do", "study", "parameters"} <= attributes_read("simulate")
    assert "beats" not in attributes_read("facts")


def test_budgets_are_the_same_for_calibrate_and_fit() -> None:
    assert tuple(CALIBRATION_BUDGETS) == tuple(EFFORTS) == BUDGETS


def test_a_study_that_is_not_simulated_does_not_say_how_many(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["compare", "study=n_of_1", "size.clients=300", "dry_run=true"]) == 0
    assert "'size.clients'" not in capsys.readouterr().err
    words = ["compare", "study=n_of_1", "study.n_clients=300", "dry_run=true"]
    assert main(words) == 0
    assert "'study.n_clients' has no effect in compare" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (["simulate", "study=n_of_1", "size.clients=9"], "study.n_clients=1 says how many clients"),
        (["simulate", "budget=small"], "'budget' has no effect in simulate"),
        (["facts", "population=trial"], "'population' has no effect in facts"),
        (["cite", "alliance.rate=0.4"], "'alliance.rate' has no effect in cite"),
        (["facts", "study.n_clients=9"], "'study.n_clients' has no effect in facts"),
    ],
)
def test_it_is_said_on_the_command_line(
    words: list[str], note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "dry_run=true"]) == 0
    assert note in capsys.readouterr().err


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("power", {"task.design": "therapists", "task.icc": "0.3"}),
        ("power", {"task.design": "therapists", "task.layout": "crossed"}),
        ("power", {"task.process_icc": "0.8"}),
        ("power", {"task.residual": "0.9"}),
        ("analyse", {"data.instrument": "phq9", "measure": "bdi2"}),
        ("fit", {"data.path": "a.csv", "data.instrument": "phq9", "measure": "bdi2"}),
    ],
)
def test_settings_of_other_designs_are_named(task: str, words: dict[str, str]) -> None:
    (note,) = find_task(task).notes(words, catalogue())
    assert f"'{list(words)[-1]}' has no effect in" in note

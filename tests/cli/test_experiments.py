"""Named experiments of dyadsim: one for each question that the command line can ask."""

from pathlib import Path

import pytest

from dyadsim.choices import conf_folder
from dyadsim.cli.experiments import with_experiment
from dyadsim.cli.main import main
from dyadsim.errors import BadInput

QUESTIONS = Path(__file__).parents[2] / "experiments"
FILES = sorted((conf_folder() / "experiment").glob("*.yaml"))
NOT_ASKED = {  # and why no command asks them
    "accelerator": "needs a graphics card",
    "growth": "measures time and memory",
    "exact_anchor": "compares with a closed form",
    "fit_real_data": "needs files that are not ours: dyadsim fit data.path=...",
    "mediation_without_mechanism": "a mediation analysis in Python",
    "neural_gain": "needs another package",
    "page_speed": "measures the page",
    "speed": "measures the kernel",
}
OTHERS = ("none", "planned_trial")  # no question of experiments/


def test_every_question_has_its_experiment() -> None:
    questions = {path.parent.name for path in QUESTIONS.glob("*/question.md")}
    examples = {path.stem for path in FILES} - set(OTHERS)
    assert examples | set(NOT_ASKED) == questions
    assert not examples & set(NOT_ASKED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_names_its_question(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert path.stem in OTHERS or f"experiments/{path.stem}" in text


@pytest.mark.parametrize("name", ["same_dose", "specificity_sweep", "what_matters", "theory_space"])
def test_it_runs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["size=tiny"] * (name != "same_dose")
    small += ["size.clients=300", "size.replicates=2"] * (name == "same_dose")
    small += ["points.n=2"] * (name in ("what_matters", "theory_space"))
    small += ["points.levels=2", "outputs=[true_d]"] * (name == "specificity_sweep")
    small += ["outputs=[dropout]"] * (name == "theory_space")
    assert main([f"experiment={name}", *small, f"results={tmp_path}"]) == 0
    assert not capsys.readouterr().err.count("dyadsim: note")


def test_a_bare_task_of_another_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="planned_trial is one of dyadsim power, not of simulate"):
        with_experiment(["simulate", "experiment=planned_trial"], bare="simulate")


def test_what_is_typed_counts_before_the_file() -> None:
    words = ["experiment=what_matters", "points.n=8", "world=medical", "alliance.rate=0.4"]
    _, added = with_experiment(words, bare="")
    assert added[:4] == words
    keys = [word.partition("=")[0] for word in added]
    assert len(keys) == len(set(keys))
    assert "points=saltelli" in added

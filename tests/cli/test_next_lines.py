"""Whatever a command suggests as the next one works."""

import shlex
from pathlib import Path

import numpy as np
import pytest

from dyadsim.checks import setting_word
from dyadsim.cli import data_source
from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.report.fit import Source
from dyadsim.sweeps.sampling import Sampling
from dyadsim.sweeps.sensitivity import SweptTable, rank_parameters

AXIS = "distress.bond_effect=interval(0,1)"
OF_SWEEP = ["size=tiny", "study.arms=[cbt,waitlist]", "outputs=[gain]"]


def _next(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("Next")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["alliance.rate=0.2,0.3"], 0),  # no interval to rank
        ([AXIS, "points=sobol", "points.n=16"], 0),  # too few points
        ([AXIS, "points=sobol", "points.n=64"], 1),
        ([AXIS, "points=morris", "points.n=8"], 1),
        (
            [AXIS, "points=sobol", "points.n=16", "shards=2", "shard=1"],
            1,
        ),  # collect, and not yet sensitivity
        (
            [
                "population.stable_share=interval(0.18,0.5)",
                "points=sobol",
                "points.n=64",
            ],
            0,
        ),  # few points are possible
    ],
)
def test_after_a_sweep(
    words: list[str],
    expected: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for results in ([], ["results=my results"]):
        assert main(["sweep", "name=a", *words, *OF_SWEEP, *results]) in (0, 3)
        lines = _next(capsys.readouterr().out)
        assert len(lines) == expected
        for line in lines:
            first = line.removeprefix("Next: dyadsim ").partition(";")[0].partition("   (")[0]
            assert main(shlex.split(first)) == 0
    capsys.readouterr()


def test_nothing_to_rank_is_a_sentence() -> None:
    table = SweptTable(["a"], Sampling("sobol", 64), np.zeros((64, 1)), {}, {})
    with pytest.raises(BadInput, match="no output has a value at any point"):
        rank_parameters("pawn", table)


def test_after_a_study_in_a_folder_of_any_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / 'it\'s "$HOME"'
    (word,) = shlex.split(setting_word("results", str(place)))
    assert main(["simulate", "size=tiny", word]) == 0
    (line,) = _next(capsys.readouterr().out)
    (program, *words) = shlex.split(line.removeprefix("Next: "))
    assert program == "dyadsim"
    assert main(words) == 0
    assert "Study: rct" in capsys.readouterr().out
    assert main(["results", word]) == 0
    (line,) = _next(capsys.readouterr().out)
    assert shlex.split(line.removeprefix("Next: dyadsim ")) == words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["compare", "task.worlds=[medical,./mine.yaml]"], ["facts", "world=./mine.yaml"]),
        (["compare", "task.worlds=[medical,mine]", "-cd", "own conf"], ["facts", "world=mine"]),
        (["compare", "task.worlds=[medical,null]"], ["facts", "world=medical"]),
        (
            ["answer", "task.worlds=[hybrid,./mine.yaml]", "members=2"],
            ["compare", "task.worlds=[hybrid,./mine.yaml]"],
        ),
        (
            ["decompose", "task.treatments=[cbt,placebo]", "task.sessions=4"],
            ["decompose", "world=medical", "task.treatments=[cbt,placebo]", "task.sessions=4"],
        ),
    ],
    ids=lambda words: " ".join(words),
)
def test_after_a_command_with_choices_of_ones_own(
    words: list[str],
    expected: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (Path("mine.yaml"), Path("own conf") / "world" / "mine.yaml"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("base: hybrid\nparameters: {alliance.rate: 0.5}\n", encoding="utf-8")
    assert main(["size=tiny", *words]) == 0
    (line,) = _next(capsys.readouterr().out)
    suggested = shlex.split(line.removeprefix("Next: dyadsim ").partition("   (")[0])
    assert suggested[: len(expected)] == expected
    assert suggested[len(expected) :] == (["-cd", "own conf"] if "-cd" in words else [])
    assert main([*suggested, "dry_run=true"]) == 0


ROWS = [
    f"{k:03d},{w},{9 + (7 * k + 3 * w) % 5 - w},{('Übliche Behandlung', 'Warten')[k % 2]}"
    for k in range(24)
    for w in range(4)
]
ARMS = 'data.arms=["Übliche Behandlung:usual_care","Warten:waitlist"]'
OF_FILE = "path: a b.csv\ninstrument: phq9\ncolumns: {client: Kürzel, time: Woche, score: PHQ 9}\n"


@pytest.mark.parametrize(
    "words",
    [
        [
            "data.path=a b.csv",
            "data.instrument=phq9",
            'data.columns={client:"Kürzel",time:Woche,score:"PHQ 9",arm:Gruppe}',
            "data.unit=week",
            "data.sessions=3",
            ARMS,
        ],
        ["own.yaml", "data.columns.arm=Gruppe", ARMS, "data.per_week=2", "world=contextual"],
        ["own.yaml", "data.therapy=routine_care", "data.higher_is_better=false"],
    ],
)
def test_after_a_fit(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The suggested command reads the same data in the same way, whatever was said of them."""
    monkeypatch.chdir(tmp_path)
    sources: list[Source] = []
    read = data_source.read_source
    monkeypatch.setattr(
        data_source, "read_source", lambda said: sources.append(read(said)) or sources[-1]
    )
    text = "\n".join(["Kürzel,Woche,PHQ 9,Gruppe", *ROWS])
    (tmp_path / "a b.csv").write_text(text, encoding="utf-8")
    (tmp_path / "own.yaml").write_text(OF_FILE, encoding="utf-8")
    assert main(["fit", *words, "dry_run=true"]) == 0
    assert main(["recover", *shlex.split(sources[0].planning), "dry_run=true"]) == 0
    assert "no effect" not in capsys.readouterr().err
    assert sources[0].assumed == sources[1].assumed
    assert sources[0].counts == sources[1].counts

"""Contradictions, empty sets and values of no kind are refused, in one short sentence."""

import dataclasses
from pathlib import Path

import pytest

from dyadsim.cli.main import main
from dyadsim.cli.settings import Do, Hold
from dyadsim.cli.words import MOST_JOBS, parse_word, read_words, refuse_doubled
from dyadsim.errors import LONGEST_SENTENCE, BadInput, one_sentence
from dyadsim.simulation.intervention import HOLDABLE, PATHS, SCORE

SWEEP = ("sweep", "dry_run=true")
BOND = "distress.bond_effect=interval(0,1)"
REFUSED = [
    ((*SWEEP, "alliance.rate=range(1,0,0.1)"), "holds no value: from 1 to 0 is not up"),
    ((*SWEEP, "alliance.rate=range(0,1,-0.1)"), "holds no value: from 0 to 1 is not down"),
    ((*SWEEP, "alliance.rate=range(0,1,0)"), "in steps that are not 0"),
    ((*SWEEP, "alliance.rate=range(0,1,0.000001)"), "holds more than 100,000 values"),
    ((*SWEEP, "alliance.rate=glob(*)"), "write the values themselves"),
    ((*SWEEP, "alliance.rate=interval(0,inf)"), "no setting takes inf"),
    ((*SWEEP, "alliance.rate=0.2,0.3", "alliance.rate=0.5"), "'alliance.rate' is given twice"),
    (("simulate", "alliance.rate=0.2", "alliance.rate=0.2"), "'alliance.rate' is given twice"),
    (("simulate", "beats=2", "moments=2"), "'beats' is given twice"),
    (("simulate", "study=rct", "study=cohort"), "'study' is given twice"),
    (("simulate", "simulate"), "'simulate' is no setting"),
    (("simulate", "task=simulate"), "'task' is given twice"),
    (("fit", "data.columns={client:a,client:b}"), "has the key 'client' twice"),
    (("fit", "data.columns={client:a}", "data.columns.client=b"), "'data.columns.client' is given"),
    (("simulate", "-m", "seed=1,1"), "gives a value twice"),
    (("simulate", "-m", "seed=range(5,5)"), "holds no value"),
    (("simulate", "-m", "seed=range(0,50000)"), f"one command runs at most {MOST_JOBS:,}"),
    (("simulate", "-m", "world=glob(*)"), "such as world=contextual,hybrid"),
    (("simulate", "study.arms=[cbt,cbt]"), "two arms are called the same"),
    (("simulate", "dry_run=maybe"), "dry_run must be true or false, not 'maybe'"),
    (("simulate", "dry_run=5"), "dry_run must be true or false, not '5'"),
    (("simulate", "json=1"), "json must be true or false"),
    (("simulate", "json=[true]"), "json must be true or false"),
    (("simulate", "budget=smal"), "There is no budget 'smal'. Did you mean small?"),
    (("simulate", "do=null"), "do needs a value; null is none"),
    (("simulate", "do.hold=5"), "do.hold has settings of its own"),
    (("simulate", "alliance=5"), "alliance has settings of its own"),
    (("simulate", "data=null"), "data needs a value"),
    (("simulate", "world.parameters=5"), "world.parameters has settings of its own"),
    (("simulate", "population.sample=[a]"), "there is no sample"),
    (("simulate", "outputs=5"), "outputs must be a list"),
    (("simulate", "study.follow_up=[nan]"), "no setting takes nan"),
    (("simulate", "study.follow_up=[inf]"), "no setting takes inf"),
    (("simulate", "study.sessions=12.0"), "a whole number; 12.0 given"),
    (("simulate", "seed=true"), "seed must be a whole number, not 'True'"),
    (("simulate", f"seed={'9' * 400}"), "a number must stay below"),
    (("simulate", f"seed={'9' * 5000}"), "a number in it is no number"),
    (("simulate", f"alliance.rate={'9' * 400}"), "a number must stay below"),
    (("simulate", f"seed={'[' * 300}{']' * 300}"), "too many brackets"),
    (("simulate", f"results={'a' * 30000}"), "more than 20,000 letters"),
    (("simulate", "seed=int(abc)"), "cannot be read: invalid literal for int()"),
    (("simulate", "seed=${oops}"), "Interpolation key 'oops' not found"),
    (("simulate", "threads=${oc.env:NO}"), "threads: \"Environment variable 'NO' not found\""),
    (("compare", "task.worlds=5"), "task.worlds must be a list of names"),
    (("compare", "size.clients=5"), "size.clients must be 200 or more to compare, not 5"),
    ((*SWEEP, "alliance.rate=0.2", "shard=abc"), "shard must be a whole number, not 'abc'"),
    ((*SWEEP, "alliance.rate=0.2", "data.threshold=nan"), "no setting takes nan"),
    ((*SWEEP, "points=file", "points.file=/dev/zero"), "there is no such file"),
    (("simulate", "study=n_of_1", f"study.card={'a' * 300}"), "no such file"),
    (("simulate", f"do.file={'a' * 300}"), "there is no such file"),
    (("sensitivity", BOND), "task.method=pawn needs 50 points or more; this sweep has 5"),
    (("sensitivity", BOND, "points=morris", "points.n=4"), "needs 8 groups of points or more"),
    (("sensitivity", BOND, "points=saltelli", "points.n=4"), "needs 8 groups of points or more"),
    (
        ("sensitivity", BOND, "points=sobol", "points.n=32", "alliance.rate=0.2,0.4"),
        "of the intervals, at every value that is crossed; this sweep has 32",
    ),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_it_is_refused_in_one_short_sentence(
    words: tuple[str, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(list(words)) == 2
    out, err = capsys.readouterr()
    said = [line for line in err.splitlines() if not line.startswith("dyadsim: note: ")]
    assert len(said) == 1
    assert message in said[0]
    assert len(said[0]) <= 400
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_yes_and_no_are_flags(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "dry_run=yes", "json=no"]) == 0
    assert "Dry run" in capsys.readouterr().out


def test_parts_of_one_setting_may_be_given_apart() -> None:
    refuse_doubled(
        ["data.columns={client:a}", "data.columns.time=b", "study=rct", "study.arms=[a]"]
    )


def test_lists_make_jobs_and_axes() -> None:
    words = ["world=null,hybrid", "seed=range(2)", "alliance.rate=range(0.1,0.4,0.1)"]
    read = read_words(words, multirun=False, samples=True)
    assert read.axes == {"alliance.rate": {"levels": [0.1, 0.2, 0.3]}}
    assert len(read.jobs) == 4
    assert read.jobs[0] == ["world='null'", "seed=0"]


def test_nested_mappings_are_read_at_once() -> None:
    """A reader that visits every level twice takes 2^15 steps here."""
    word = f"task.set={'{a:' * 15}1{'}' * 15}"
    assert parse_word(word).value()["a"]["a"]["a"]
    with pytest.raises(BadInput, match="has the key 'b' twice"):
        parse_word("task.set={a:{b:1,b:2}}")


def test_a_long_message_is_cut() -> None:
    assert len(one_sentence("x" * 5000)) == LONGEST_SENTENCE
    assert one_sentence("a\n  b\x1b[31m") == "a b?[31m"
    assert one_sentence(f"not '{'y' * 4600}'.") == f"not '{'y' * 30}...'."


def test_whatever_can_be_held_or_removed_is_a_setting() -> None:
    """`strain` could be held in Python and in a file, but not by `do.hold.strain`."""
    assert {field.name for field in dataclasses.fields(Hold)} == {*HOLDABLE, SCORE}
    (removed,) = (field for field in dataclasses.fields(Do) if field.name == "remove")
    assert all(name in removed.metadata["help"] for name in PATHS)

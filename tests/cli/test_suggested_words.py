"""Every setting that a message suggests can be typed as it stands, whatever the names in it are."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from printed_text import unfolded

from dyadsim.checks import setting_word, short_enough
from dyadsim.cli import unreadable_words
from dyadsim.cli.main import main
from dyadsim.cli.words import parse_word
from dyadsim.errors import BadInput

LETTERS = "abzAZ019 äöüÜßéж中,;:.=[]{}()'\"\\/#&$%*@?|!<>~+-_"
NAMES = (
    some.text(LETTERS, min_size=1, max_size=12)
    .map(str.strip)
    .filter(
        lambda name: name and "${" not in name  # which a later reader turns back: see ARMS
    )
)


@given(some.lists(NAMES, min_size=1, max_size=4))
@example(["true", "null", "nan", "012", "a\\", 'a\\"', "Übliche Behandlung", "a  b"])
@settings(max_examples=300, deadline=None)
def test_any_name_comes_back_from_the_shell_and_the_grammar(names: list[str]) -> None:
    (word,) = shlex.split(setting_word("data.arms", names))
    assert parse_word(word).value() == names
    (word,) = shlex.split(setting_word("data.where", {"arm": names}))
    assert parse_word(word).value() == {"arm": names}
    (word,) = shlex.split(setting_word("data.columns.score", names[0]))
    assert parse_word(word).value() == names[0]


@given(some.lists(NAMES, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_a_word_that_cannot_be_read_is_answered_with_one_that_can(names: list[str]) -> None:
    for text in (names[0], f"[{','.join(names)}]", f"{{{names[0]}:{names[-1]}}}"):
        try:
            parse_word(f"data.where={text}")
        except BadInput as error:
            message = str(error)
            assert not re.search(r"token|mismatched|viable|extraneous|expecting", message)
            suggested = re.search(r"for the shell: (.*)\.$", message)
            if suggested:
                parse_word(shlex.split(suggested[1])[0])


ARMS = [
    ("Übliche Behandlung", "CBT"),
    ("a  b", "c d"),
    ("A,B", "C[1]"),
    ("it's", 'say "no"'),
    ("x:y", "{z}"),
    ("50 %", "${HOME}"),
    ("true", "12"),
    ("back\\", "null"),
]


@pytest.fixture
def scores(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a trial of two arms, and further columns by their cells."""

    def write(arms: tuple[str, str], head: str = "", cells: Callable = lambda k, w: "") -> Path:
        quoted = ['"' + name.replace('"', '""') + '"' for name in arms]
        rows = [
            f"c{k:03},{w},{12 - w % 4 + k % 5},{quoted[k % 2]}{cells(k, w)}"
            for k in range(24)
            for w in range(5)
        ]
        path = tmp_path / "d.csv"
        path.write_text("\n".join([f"client,session,score,arm{head}", *rows]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def dry(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Return a function that reads a file and fits nothing: exit code and what was said."""

    def run(path: Path, *words: str) -> tuple[int, str]:
        code = main(["fit", f"data.path={path}", "data.instrument=phq9", "dry_run=true", *words])
        captured = capsys.readouterr()
        return code, captured.err or captured.out

    return run


@pytest.mark.parametrize("arms", ARMS)
def test_the_word_for_therapies_works(
    arms: tuple[str, str], scores: Callable, dry: Callable
) -> None:
    path = scores(arms)
    code, said = dry(path)
    assert code == 2
    suggested = re.search(r"Write (.*) with the therapies", said)
    assert suggested, said
    code, said = dry(path, *shlex.split(suggested[1]))
    assert code == 0, said
    assert all(f"arm {name}: cbt" in said for name in arms)
    code, said = dry(path, "data.arms=[cbt]")
    suggested = re.search(r"such as (.*)\.$", said.strip())
    assert suggested, said
    assert dry(path, *shlex.split(suggested[1]))[0] == 0


@pytest.mark.parametrize(
    "name", ["scale", "Fragebogen (Kürzel)", "Which scale?, and 'why'", "a:scale measure"]
)
@pytest.mark.parametrize("value", ["PHQ9", "PHQ-9 (deutsch)", 'the "PHQ", 9'])
def test_the_word_for_rows_that_count_works(
    name: str, value: str, scores: Callable, dry: Callable
) -> None:
    head = ',"' + f"{name} instrument" + '"'
    cell = value.replace('"', '""')
    path = scores(("A", "B"), head, lambda k, w: f',"{cell if w % 2 == 0 else "GAD-7"}"')
    arms = "data.arms=[A:cbt,B:cbt]"
    code, said = dry(path, arms)
    assert code == 4
    suggested = re.search(r"never mixed: (.*) says which rows", said)
    assert suggested, said
    code, said = dry(path, arms, *shlex.split(suggested[1]), "data.sessions=4")
    assert code == 0, said
    assert "count: 72 of 120" in unfolded(said)


@pytest.mark.parametrize("name", ["Therapeut*in", "who, really?", "it's [me]"])
def test_the_word_for_client_numbers_works(name: str, tmp_path: Path, dry: Callable) -> None:
    rows = [f"{k},{w},{9 + k % 3},{t}" for t in "abc" for k in range(5) for w in range(4)]
    path = tmp_path / "d.csv"
    path.write_text("\n".join([f'client,session,score,"{name}"', *rows]), encoding="utf-8")
    code, said = dry(path)
    assert code == 4
    suggested = re.search(r"counts its clients anew: (.*)\. Of one client", said)
    assert suggested, said
    code, said = dry(path, *shlex.split(suggested[1]), "data.therapy=cbt")
    assert code == 0, said


def test_many_long_names_are_asked_for_without_a_word_that_is_cut(
    scores: Callable, dry: Callable
) -> None:
    arms = ("a very long name of an arm " * 5, "another very long name of an arm " * 4)
    code, said = dry(scores(arms))
    assert code == 2
    assert "a pair each" in said
    assert "..." not in said.split("Write")[1]
    assert not short_enough(setting_word("data.arms", list(arms)))


def test_a_path_with_an_umlaut_is_answered_with_the_word_to_type() -> None:
    said = unreadable_words.sentence("data.path=Büro.csv", "token recognition error at: 'ü'")
    assert said.endswith("""'data.path="Büro.csv"'.""")


TIMES = {
    "days": (0, 7, 14, 21, 28, 35),
    "days, not quite": (0, 6, 14, 20, 29, 35),
    "days, late": (0, 28, 84, 168),
    "weeks": (0, 8, 26),
    "sessions and a follow-up": (0, 1, 2, 3, 4, 5, 52),
    "two follow-ups": (0, 1, 2, 3, 4, 26, 52),
    "an intake and follow-ups": (0, 26, 52),
}


@pytest.mark.parametrize("unit", ["session", "week"])
@pytest.mark.parametrize("kind", TIMES)
def test_every_way_to_say_how_long_treatment_is_works(
    kind: str, unit: str, tmp_path: Path, dry: Callable
) -> None:
    rows = [f"c{k},{time},{9 + k % 3}" for k in range(24) for time in TIMES[kind]]
    path = tmp_path / "d.csv"
    path.write_text("\n".join(["client,session,score", *rows]), encoding="utf-8")
    words = ["data.therapy=cbt", f"data.unit={unit}"]
    code, said = dry(path, *words)
    assert code == 2
    assert ("data.unit=day" in said) == kind.startswith("days")
    if kind.startswith("days"):
        assert said.startswith("dyadsim: data.unit: are the times days")
        code, answer = dry(path, words[0], "data.unit=day")
        assert (code == 0) == (kind != "days, late"), answer
    both = re.search(r"(data\.sessions=\d+) and (data\.per_week=[\d.]+) say", said)
    assert both, said
    assert dry(path, *words, *both.groups())[0] == 0
    follow_up = re.search(r"data\.follow_up=\S+", said)
    assert bool(follow_up) == (kind not in ("days", "an intake and follow-ups"))
    if follow_up:
        code, answer = dry(path, *words, follow_up[0])
        assert code == 0, answer


def test_a_value_of_blanks_is_no_name() -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        parse_word("seed=\n")

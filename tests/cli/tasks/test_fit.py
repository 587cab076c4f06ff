"""`dyadsim fit` on files as researchers have them: exit codes, the sentence, the counts.

Files of `tests/fitting/files`: made up, a kind each. Nothing is merged in silence.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from dyadsim.cli.main import main

FILES = Path(__file__).parents[2] / "fitting" / "files"
LONG = "data.columns={client:client,time:session,score:score,arm:arm,therapist:therapist}"
WEEKS = LONG.replace("time:session", "time:week")
ARMS = "data.arms=[CBT:cbt,Waitlist:waitlist]"
CLINIC = "data.columns={client:client,time:week,score:score,therapist:therapist}"
NO_THERAPIST = "data.columns={client:client,time:week,score:score}"
GROUPS = "data.arms=[group_therapy:cbt,waiting:waitlist]"


@pytest.fixture
def dry_fit(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a function that reads a file and fits nothing: exit code, output and error."""

    def run(file: str, *words: str) -> tuple[int, str, str]:
        path = file if "/" in file else f"{FILES}/{file}.csv"
        instrument = [] if any("data.instrument=" in word for word in words) else ["phq9"]
        form = [f"data.instrument={name}" for name in instrument]
        code = main(["fit", f"data.path={path}", "dry_run=true", *form, *words])
        return code, *capsys.readouterr()

    return run


REFUSED = [
    # whose client is it?
    (
        ["client_numbers_reused", CLINIC, "data.unit=week"],
        4,
        [
            "384 of 480 scores share client and time with another one; client 1 has 5 at week 0",
            "'data.columns.client=[therapist,client]'",
        ],
    ),
    (
        ["client_numbers_reused", NO_THERAPIST, "data.unit=week"],
        4,
        ["384 of 480 scores", "'data.columns.client=[therapist,client]'"],
    ),
    (
        ["change_of_therapist", LONG, ARMS],
        4,
        [
            "row 10, column 'therapist': 't6' changes within a client, who had 't2' before",
            "40 clients change",
            "data.therapist=first, or most",
        ],
    ),
    (
        ["change_of_therapist", LONG, ARMS, "data.therapist=frist"],
        2,
        ["data.therapist: there is no rule 'frist'. Did you mean first?"],
    ),
    # of which questionnaire is it?
    (
        ["two_instruments", LONG, ARMS],
        4,
        [
            "column 'instrument' says which questionnaire a score is of (PHQ9, GAD7)",
            "'data.where={instrument:PHQ9}'",
        ],
    ),
    (
        ["two_instruments", LONG, ARMS, "data.where={instrument:GAD}"],
        4,
        ["column 'instrument' has no 'GAD'. Did you mean GAD7?"],
    ),
    (
        ["two_instruments", LONG, ARMS, "data.where={instrumnt:GAD7}"],
        4,
        ["data.where: instrumnt: There is no column 'instrumnt'. Did you mean instrument?"],
    ),
    (
        ["two_instruments", LONG, ARMS, "data.where=PHQ9"],
        2,
        ["data.where must be pairs in quotes"],
    ),
    # is it a score, and is it long?
    *(
        (
            [
                "items",
                LONG.replace(":score", f":{score}").replace(",therapist:therapist", ""),
                ARMS,
            ],
            4,
            [
                f"'{score}' is one of 9 numbered columns",
                "one item is never the total",
                "phq1..phq9",
            ],
        )
        for score in ("phq1", "phq9")
    ),
    (
        ["items", LONG, ARMS],
        4,
        ["the score is missing, but there are 9 numbered columns (phq1, phq2, phq3 ... phq9)"],
    ),
    *(
        (
            ["wide_trial", columns, "data.instrument=bdi2"],
            4,
            [
                "the table is wide",
                "bdi_pre, bdi_2m, bdi_3m, bdi_5m, bdi_8m",
                "{time}",
                "{pre:0,2m:T,",
            ],
        )
        for columns in (LONG, "data.columns={client:client,time:bdi_pre,score:bdi_2m}")
    ),
    # how long is treatment?
    (
        ["follow_up", LONG, ARMS],
        2,
        [
            "data.sessions: how many sessions has the treatment?",
            "none between 5 and 52",
            "data.per_week=1",
            "data.follow_up=[52]",
        ],
    ),
    (
        ["missing_intake", WEEKS, ARMS, "data.unit=week"],
        2,
        ["data.sessions: how many sessions", "none between 8 and 26"],
    ),
    (
        ["follow_up", LONG, ARMS, "data.follow_up=[26]"],
        2,
        ["data.follow_up: nobody has a score at week 26; last: 1, 2, 3, 4, 5, 52"],
    ),
    (
        ["follow_up", LONG, ARMS, "data.follow_up=[52]", "data.sessions=52"],
        2,
        ["data.follow_up: week 52 lies in treatment, which ends at week 52"],
    ),
    (
        ["missing_intake", WEEKS, ARMS, "data.unit=week", "data.sessions=4", "data.follow_up=[26]"],
        2,
        ["data.follow_up: week 8 lies after treatment, which ends at week 4: name it, too"],
    ),
    (
        ["follow_up", LONG, ARMS, "data.sessions=5", "data.per_week=2"],
        2,
        ["data.per_week=2: times after the last session are no sessions"],
    ),
    (
        ["follow_up", LONG, ARMS, "data.sessions=5", "data.per_week=0"],
        2,
        ["data.per_week must be a number in [0.25, 7], not '0'"],
    ),
    (
        ["follow_up", LONG, ARMS, "data.follow_up=52"],
        2,
        ["data.follow_up must be a list of weeks such as [26,52], not '52'"],
    ),
    (
        ["waiting_list_ten_weeks", WEEKS, GROUPS, "data.unit=week", "data.measured=week"],
        2,
        ["data.measured: there is no way 'week'. Did you mean weeks?"],
    ),
    (
        ["missing_intake", WEEKS, ARMS, "data.rebase=true", "data.baseline=0"],
        2,
        ["data.rebase counts from each client's first score: leave data.baseline out"],
    ),
]


@pytest.mark.parametrize(
    ("words", "code", "sentences"),
    REFUSED,
    ids=[f"{words[0]}: {sentences[0][:40]}" for words, _, sentences in REFUSED],
)
def test_what_would_be_merged_or_guessed_is_refused(
    words: list[str], code: int, sentences: list[str], dry_fit: Callable[..., tuple[int, str, str]]
) -> None:
    result, out, err = dry_fit(*words)
    assert result == code
    for sentence in sentences:
        assert sentence in err
    assert "Traceback" not in err + out


READ = [
    (
        [
            "client_numbers_reused",
            CLINIC.replace("client:client", "client:[therapist,client]"),
            "data.unit=week",
        ],
        (60, 480),
        ["5 therapists as in the data"],
    ),
    (["leading_zeros", LONG, ARMS], (60, 331), ["3 therapists as in the data"]),
    (
        ["change_of_therapist", LONG, ARMS, "data.therapist=first"],
        (60, 331),
        ["40 of 60 clients change therapist: the first one counts"],
    ),
    (
        ["change_of_therapist", LONG, ARMS, "data.therapist=most"],
        (60, 331),
        ["40 of 60 clients change therapist: the one with most rows counts"],
    ),
    (
        ["two_instruments", LONG, ARMS, "data.where={instrument:PHQ9}"],
        (60, 331),
        ["rows whose instrument is PHQ9 count: 331 of 662"],
    ),
    (
        ["two_instruments", LONG, ARMS, "data.where={instrument:GAD7}", "data.instrument=gad7"],
        (60, 331),
        ["rows whose instrument is GAD7 count: 331 of 662", "scores are gad7"],
    ),
    (
        ["follow_up", LONG, ARMS, "data.sessions=5"],
        (60, 377),
        ["treatment is 5 weekly sessions at most, follow-up at week 52"],
    ),
    (
        ["follow_up", LONG, ARMS, "data.follow_up=[52]"],
        (60, 377),
        ["treatment is 5 weekly sessions at most, follow-up at week 52"],
    ),
    (
        ["missing_intake", WEEKS, ARMS, "data.unit=week", "data.sessions=8"],
        (58, 144),
        [
            "13 of 58 clients have no score at intake: it stays missing",
            "treatment is 8 weekly sessions at most, follow-up at week 26",
        ],
    ),
    (
        ["missing_intake", WEEKS, ARMS, "data.unit=week", "data.sessions=16", "data.per_week=2"],
        (58, 144),
        ["treatment is 16 sessions, 2 a week, at most, follow-up at week 26"],
    ),
    (
        ["missing_intake", WEEKS, ARMS, "data.unit=week", "data.sessions=8", "data.rebase=true"],
        (58, 144),
        ["each client's first score is the intake", "follow-up at week 18, 26"],
    ),
    (
        ["waiting_list_ten_weeks", WEEKS, GROUPS, "data.unit=week"],
        (80, 800),
        ["scores are assessments of everybody", "5 therapists as in the data"],
    ),
    (
        ["waiting_list_ten_weeks", WEEKS, GROUPS, "data.unit=week", "data.measured=sessions"],
        (80, 800),
        ["scores are given in sessions", "without sessions, measured as in the data: arm waiting"],
    ),
    (
        [
            "decimal_comma",
            "data.columns={client:Patient,time:Sitzung,score:CORE_OM,therapist:Therapeut}",
            "data.instrument=core_om",
        ],
        (40, 280),
        ["commas in numbers are decimal commas", "4 therapists as in the data"],
    ),
]


@pytest.mark.parametrize(
    ("words", "counts", "sentences"), READ, ids=[" ".join(words)[:60] for words, *_ in READ]
)
def test_the_way_out_works_and_what_is_assumed_is_printed(
    words: list[str],
    counts: tuple[int, int],
    sentences: list[str],
    dry_fit: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = dry_fit(*words)
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["clients", str(counts[0])] in lines
    assert ["scores", str(counts[1])] in lines
    for sentence in sentences:
        assert sentence in out


def test_scores_repeated_at_one_time_are_used_by_a_rule_that_is_said(
    tmp_path: Path, dry_fit: Callable[..., tuple[int, str, str]]
) -> None:
    rows = [f"c{k},{week},{10 + turn}" for k in range(12) for week in (0, 1) for turn in (0, 1)]
    path = tmp_path / "twice.csv"
    path.write_text("client,week,score\n" + "\n".join(rows), encoding="utf-8")
    code, _, err = dry_fit(str(path), NO_THERAPIST)
    assert code == 4
    assert "24 of 48 scores share client and time" in err
    for rule, words in {"mean": "were averaged in", "first": "the first one counts"}.items():
        code, out, _ = dry_fit(str(path), NO_THERAPIST, f"data.repeated={rule}")
        assert code == 0
        assert f"24 further scores of a client in the same week{':' * (rule == 'first')}" in out
        assert words in out


def test_a_text_that_is_no_table_is_refused(
    tmp_path: Path, dry_fit: Callable[..., tuple[int, str, str]]
) -> None:
    for name, start, why in (
        ("a.xlsx", b"PK\x03\x04", "cannot be read as a table"),
        ("a.sav", b"$FL2 broken", "cannot be read as a table"),
        ("a.dta", b"<stata_dta> broken", "cannot be read as a table"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "is a file of old Excel"),
        ("a.rds", b"\x1f\x8b", "is a file of R; save its table there: write.csv"),
    ):
        (tmp_path / name).write_bytes(start)
        code, _, err = dry_fit(str(tmp_path / name))
        assert code == 4
        assert why in err
    rows = "\n".join(f"c{k},0,18,5" for k in range(12))
    (tmp_path / "commas.csv").write_text(f"client,session,score\n{rows}\n", encoding="utf-8")
    code, _, err = dry_fit(str(tmp_path / "commas.csv"))
    assert code == 4
    assert "more cells in a row than names in the first line: decimal commas" in err

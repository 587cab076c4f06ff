"""What the settings say of a file's form: right ones, and sentences about wrong ones."""

import dataclasses
from pathlib import Path

import pytest

from dyadsim.cli.main import main
from dyadsim.cli.settings import DataFile
from dyadsim.cli.table_settings import table_choices
from dyadsim.cli.wave_patterns import with_patterns_quoted
from dyadsim.cli.words import parse_word
from dyadsim.errors import BadInput
from dyadsim.fitting.table_choices import AS_IT_LIES

FILES = Path(__file__).parents[1] / "fitting" / "files"


def test_nothing_said() -> None:
    assert table_choices(DataFile()) == AS_IT_LIES


@pytest.mark.parametrize(
    ("settings", "right"),
    [
        ({"missing": [-9, 999, ".", -1.0]}, {"missing": ("-9", "999", ".", "-1")}),
        ({"missing": 99}, {"missing": ("99",)}),
        ({"items": "q1..q3"}, {"items": ("q1", "q2", "q3")}),
        ({"items": ["a", "q1..q2"]}, {"items": ("a", "q1", "q2")}),
        ({"times": {"pre": 0, 12: 3}}, {"times": {"pre": 0, "12": 3}}),
        (
            {"times": ["vor der Therapie:0", "nach: 12"]},
            {"times": {"vor der Therapie": 0, "nach": 12}},
        ),
        ({"wide": "bdi_s{time}"}, {"wide": {"score": "bdi_s{time}"}}),
        ({"sheet": 2}, {"sheet": 2}),
        ({"dates": "sessions", "day_first": True}, {"dates": "sessions", "day_first": True}),
    ],
)
def test_what_is_said(settings: dict, right: dict) -> None:
    assert table_choices(dataclasses.replace(DataFile(), **settings)) == AS_IT_LIES._replace(
        **right
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"missing": {"a": 1}}, "data.missing must be a list such as"),
        ({"missing": [True]}, "data.missing must be a list"),
        ({"missing": [None]}, "data.missing must be a list"),
        ({"items": "phq9"}, "'phq9' is one column; items are several"),
        ({"items": [["a"]]}, "data.items must be a list"),
        ({"missing_items": 1.5}, "data.missing_items"),
        ({"times": "pre"}, "data.times must be pairs in quotes"),
        ({"times": {}}, "data.times must be pairs"),
        ({"times": [":5"]}, "data.times must be pairs"),
        ({"times": {"pre": "soon"}}, "data.times: pre"),
        ({"times": {"pre": -1}}, "data.times: pre"),
        ({"times": {"pre": 0, "post": 0}}, "two words have the same time"),
        ({"times": ["pre:0", "pre:1"]}, "a word twice"),
        ({"wide": "bdi"}, "the name of the columns with {time}"),
        ({"wide": "{time}{item}"}, "the name of the columns with {time}"),
        ({"wide": "{time}"}, "data.times={pre:0,post:12} says which are waves"),
        ({"wide": 5}, "the name of the columns with {time}"),
        ({"wide": {"alliance": "w{time}"}}, "which columns are the scores"),
        ({"wide": {"scores": "w{time}"}}, "Did you mean score"),
        ({"wide": {"score": "w{time}", "alliance": "w{time}"}}, "two roles have the same columns"),
        ({"wide": "q{item}_{time}", "items": "q1..q3"}, "the items are in data.wide already"),
        ({"wide": "q_{time}", "dates": "first"}, "data.wide says which columns are the dates"),
        ({"dates": "first", "times": {"pre": 0}}, "give one of the two"),
        ({"dates": ""}, "data.dates must be"),
        ({"day_first": True}, "data.day_first is of dates"),
        ({"decimal": ","}, "there is no mark ','"),
        ({"sheet": True}, "data.sheet must be"),
        ({"sheet": 0}, "data.sheet"),
    ],
)
def test_what_cannot_be(settings: dict, message: str) -> None:
    with pytest.raises(BadInput) as error:
        table_choices(dataclasses.replace(DataFile(), **settings))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("data.wide=bdi_s{time}", "bdi_s{time}"),
        ("data.wide=BDI Summe {time}", "BDI Summe {time}"),
        ("data.wide=q{item}_t{time}", "q{item}_t{time}"),
        ("data.wide='bdi_s{time}'", "bdi_s{time}"),
        (
            "data.wide={score:bdi {time}m, alliance:wai_{time}}",
            {"score": "bdi {time}m", "alliance": "wai_{time}"},
        ),
        ("data.wide={score:'b_{time}'}", {"score": "b_{time}"}),
    ],
)
def test_patterns_are_typed_without_quotes(word: str, value: object) -> None:
    assert parse_word(with_patterns_quoted(word)).value() == value


def test_other_words_stay() -> None:
    for word in ("data.where={time:1}", "study.arms=[{time}]", "data.path={time}.csv"):
        assert with_patterns_quoted(word) == word


def test_at_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "fit",
        f"data.path={FILES}/wide_trial.csv",
        "data.instrument=bdi2",
        "data.wide=bdi_{time}",
        "data.times={pre:0,2m:8,3m:13,5m:22,8m:35}",
        "data.unit=week",
        "data.arms=[usual:usual_care,program:self_help]",
        "data.sessions=8",
        "dry_run=true",
    ]
    assert main(words) == 0
    assert "the table is wide: 5 waves of bdi_{time}" in capsys.readouterr().out
    assert main([*words[:4], *words[5:]]) == 4
    assert "'data.times={pre:0,2m:T,...}'" in capsys.readouterr().err

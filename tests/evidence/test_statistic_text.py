"""How a statistic is written and read."""

import re

import pytest

from dyadsim.evidence.statistic_text import LAST, Argument, parse_statistic


@pytest.mark.parametrize(
    ("statistic", "name", "arguments"),
    [
        ("process_outcome_r(alliance_score@3)", "process_outcome_r", [("alliance_score", 3)]),
        ("process_outcome_r(expectancy_score@0)", "process_outcome_r", [("expectancy_score", 0)]),
        ("process_outcome_r(adherence_score)", "process_outcome_r", [("adherence_score", None)]),
        ("r(attachment;alliance_score@3)", "r", [("attachment", None), ("alliance_score", 3)]),
        ("g_between(active;waitlist)", "g_between", [("active", None), ("waitlist", None)]),
        ("mean_gain(BDI)", "mean_gain", [("BDI", None)]),
        ("remission@13_weeks", "remission", [("weeks", 13)]),
        ("response_50pct@8_weeks", "response_50pct", [("weeks", 8)]),
        ("d_pre_post", "d_pre_post", []),
        ("mean(PHQ9@last)", "mean", [("PHQ9", LAST)]),
        ("mean(alliance_score@3_to_5)", "mean", [("alliance_score", 3, 5)]),
        ("d_follow_up@26_weeks_after", "d_follow_up", [("weeks_after", 26)]),
        (
            "odds_ratio(no_relapse@52_weeks_after;therapy;medication)",
            "odds_ratio",
            [("no_relapse", 52, None, "weeks_after"), ("therapy", None), ("medication", None)],
        ),
    ],
)
def test_a_statistic_is_a_name_and_arguments(
    statistic: str, name: str, arguments: list[tuple[str, int | None]]
) -> None:
    assert parse_statistic(statistic) == (name, tuple(Argument(*part) for part in arguments))


@pytest.mark.parametrize(
    "text", ["x", "x@3", "x@last", "x@3_to_5", "x@52_weeks_after", "percent@25"]
)
def test_an_argument_is_written_as_it_was_read(text: str) -> None:
    ((argument,),) = parse_statistic(f"mean({text})")[1:]
    assert str(argument) == text


@pytest.mark.parametrize(
    "statistic",
    [
        *("", "r()", "r(a;)", "r(a; b)", "r(a@)", "r(a@x)", "r(a@-1)", "r(a)b", "r(a(b))", "r@3"),
        *("3r", "r(a@3_)", "r(a@3_to_)", "r(a@last_week)", "r@last"),
    ],
)
def test_an_unreadable_statistic_is_quoted_with_the_rule(statistic: str) -> None:
    quoted = re.escape(f"cannot read the statistic {statistic!r}; write name")
    with pytest.raises(ValueError, match=quoted):
        parse_statistic(statistic)


@pytest.mark.parametrize("sessions", ["5_to_3", "3_to_3"])
def test_sessions_go_from_first_to_last(sessions: str) -> None:
    with pytest.raises(ValueError, match="must be written first to last"):
        parse_statistic(f"mean(x@{sessions})")

"""A researcher's measurements as tables, in the file's own points."""

import numpy as np
import pandas as pd
import pytest
from fitting.own_files import CLINIC, clinic, drawn_data, turned, waiting_list, waves

from dyadsim.errors import BadInput
from dyadsim.fitting.own_tables import arms_table, tables_of_data, weeks_table
from dyadsim.fitting.treatment_length import StatedLength


def test_scores_are_those_of_the_file() -> None:
    file = pd.read_csv(CLINIC)
    tables = clinic()
    first = file[file["session"] == 0].groupby("client")["phq9"].first()
    last = file[file["session"] > 0].groupby("client")["phq9"].last()
    last = last.reindex(file["client"].unique())
    clients = tables.clients
    assert np.array_equal(clients["pre"], first.reindex(file["client"].unique()), equal_nan=True)
    assert np.array_equal(clients["post"], last, equal_nan=True)
    assert tables.by_session
    assert tables.waves == ()


def test_a_missing_intake_is_never_a_later_score() -> None:
    data = drawn_data((0.0, 8.0, 26.0), ("a", "b"))
    at_intake = np.unique(data.client[data.week == 0])
    clients = tables_of_data(data, stated=StatedLength(follow_up=(26.0,))).clients
    without = ~clients["client"].isin(at_intake + 1)
    assert without.any()
    assert clients.loc[without, "pre"].isna().all()
    assert clients.loc[without, "post"].notna().all()


def test_follow_up_is_never_the_end() -> None:
    tables = waves()
    rows = tables.sessions
    week_8 = rows[rows["week"] == 8].set_index("client")["score"]
    assert tables.clients.set_index("client")["post"].equals(week_8.rename("post"))
    assert set(rows.loc[rows["week"] == 26, "occasion"]) == {"follow_up"}
    assert tables.waves == (0.0, 8.0, 26.0)
    assert not tables.by_session


@pytest.mark.parametrize("weeks", [(0.0, 8.0, 26.0), (0.0, 1.0, 2.0, 52.0), (0.0, 9.0, 13.0, 22.0)])
def test_where_treatment_ends_is_asked_for(weeks: tuple[float, ...]) -> None:
    with pytest.raises(BadInput, match=r"data\.follow_up: which weeks come after treatment\?"):
        tables_of_data(drawn_data(weeks, ("a", "b")))
    stated = StatedLength(sessions=int(weeks[-1]))
    assert tables_of_data(drawn_data(weeks, ("a", "b")), stated=stated).end == weeks[-1]


def test_before_and_after_needs_no_question() -> None:
    assert tables_of_data(drawn_data((0.0, 12.0), ("a",))).end == 12.0


def test_a_follow_up_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="nobody has a score at week 52; last: 0, 8, 26"):
        waves(StatedLength(follow_up=(52.0,)))


def test_a_scale_on_which_high_is_good_stays_so() -> None:
    low, high = clinic(), turned()
    assert (27 - high.clients["pre"]).equals(low.clients["pre"])
    assert (high.scale.cut_off, high.scale.best, low.scale.cut_off) == (17.0, 27.0, 10.0)
    assert "high scores are good" in high.assumed[0]


def test_tables_of_arms_and_weeks() -> None:
    tables = waiting_list()
    arms = arms_table(tables).set_index("arm")
    assert arms["clients"].to_dict() == {"group_therapy": 40, "waiting": 40}
    assert arms["therapists"].to_dict() == {"group_therapy": 5, "waiting": 0}
    weeks = weeks_table(tables)
    rows = tables.sessions
    some = rows[(rows["arm"] == "waiting") & (rows["week"] == 3)]["score"]
    row = weeks[(weeks["arm"] == "waiting") & (weeks["week"] == 3)].iloc[0]
    assert (row["n"], row["missing"]) == (40, 0)
    assert (row["mean"], row["sd"]) == pytest.approx((some.mean(), some.std()))
    assert list(dict.fromkeys(weeks["arm"])) == list(tables.arms)


def test_sessions_further_apart_than_scores_are_refused() -> None:
    """As a fit does: two scores of a client in one session are no course."""
    data = drawn_data(tuple(range(9)), ("a",))
    with pytest.raises(BadInput, match="the sessions are further apart than the scores"):
        tables_of_data(data, stated=StatedLength(sessions=4, per_week=0.5))

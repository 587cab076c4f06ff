"""What users see of runs and tables: short lines, small tables, no tails of float32."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dyadsim
from dyadsim.model.parameters import catalogue
from dyadsim.simulation import observe, records
from dyadsim.simulation.printed_tables import Column, Table

RUN = dyadsim.run(dyadsim.rct(["cbt", "waitlist"], sessions=6), "hybrid", 40, seed=7)
SCORES = Table({"score": np.array([12.3, 32.9, np.nan], np.float32)})


def test_the_values_are_the_stored_ones() -> None:
    for table, stored in zip(
        dyadsim.observed(RUN, True), observe.observed_records(RUN, True), strict=True
    ):
        assert isinstance(table, Table)
        pd.testing.assert_frame_equal(pd.DataFrame(table), stored)


def test_numbers_print_without_tails() -> None:
    assert "32.900002" in str(pd.DataFrame(SCORES))  # what pandas does
    for text in (str(SCORES), SCORES._repr_html_(), str(SCORES["score"]), str(SCORES.head(2))):
        assert "32.9" in text
        assert "32.90" not in text
    assert isinstance(SCORES[SCORES["score"] > 13]["score"], Column)
    assert isinstance(SCORES["score"].to_frame(), Table)
    assert SCORES.to_csv(index=False).split() == ["score", "12.3", "32.9", '""']


def test_a_format_that_the_user_has_chosen_stays() -> None:
    with pd.option_context("display.float_format", "{:.3f}".format):
        assert "32.900" in str(SCORES)


def test_tables_are_read_back_as_they_were(tmp_path: Path) -> None:
    tables = dyadsim.observed(RUN)
    records.write_tables(tmp_path, tables)
    again = dyadsim.read(tmp_path)
    for name, table in tables._asdict().items():
        pd.testing.assert_frame_equal(table, again.tables[name])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (RUN, "Run of study rct: 40 clients, step 20 of 20, seed 7"),
        (RUN.study, "Study rct: cbt, waitlist; 6 sessions, follow-up after 26, 52 weeks; bdi2"),
        (RUN.parameters, f"Parameters: {len(catalogue())} in {len(RUN.parameters)} groups"),
        (dyadsim.observed(RUN), "Records, rows: clients 40"),
    ],
    ids=["run", "study", "parameters", "records"],
)
def test_values_show_themselves_shortly(value: object, words: str) -> None:
    assert words in repr(value)
    assert len(repr(value)) < 120
    html = value._repr_html_()  # type: ignore[attr-defined]
    assert html.startswith("<table>")
    assert len(html) < 2000


def test_sums_and_interventions_show_themselves_shortly() -> None:
    assert "2 arms, 7 steps" in repr(
        dyadsim.stream(dyadsim.rct(["cbt", "waitlist"], 6, follow_up=()), "null", 20)
    )
    assert repr(dyadsim.Intervention(start=3)) == "Intervention(start=3)"

"""Every line of R of `dyadsim analyse` gives the number beside it (metafor, lme4, survival).

The lines are run as they stand, in a folder with the report's clients.csv and sessions.csv.
"""

from pathlib import Path

import pytest
from fitting.own_files import clinic, turned, waiting_list, waves

from dyadsim.fitting.own_definitions import DEFINITIONS, START
from dyadsim.fitting.own_statistics import analyse_tables
from dyadsim.fitting.own_tables import OwnTables

pytestmark = pytest.mark.verification

# statsmodels has 1 - 3 / (4 m - 1) for Hedges' factor; lme4 stops a little before the optimum
LOOSE = {"hedges_g": 2e-3, "therapist_effect": 1e-3}
FILES = {"clinic": clinic, "waves": waves, "waiting list": waiting_list, "high is good": turned}


def in_session(tables: OwnTables, folder: Path) -> list[str]:
    """Write the two files of the report; return the first lines of R."""
    tables.clients.to_csv(folder / "clients.csv", index=False)
    tables.sessions.to_csv(folder / "sessions.csv", index=False)
    return [f"setwd('{folder}')", START, "result <- list()"]


@pytest.mark.parametrize("name", FILES)
def test_every_line_gives_its_number(in_r, tmp_path: Path, name: str) -> None:
    analysis = analyse_tables(FILES[name]())
    known = [row for row in analysis.statistics if row.estimate is not None]
    lines = in_session(analysis.tables, tmp_path)
    lines += [
        f"result[['s{place}']] <- unname(as.numeric({{{row.r}}}))"
        for place, row in enumerate(known)
    ]
    numbers = in_r("\n".join(["suppressWarnings({", "library(lme4)", *lines, "})"]))
    for place, row in enumerate(known):
        rel = LOOSE.get(row.key, 1e-6)
        value = numbers[f"s{place}"]
        assert row.estimate.value == pytest.approx(value, rel=rel, abs=1e-3 * (rel > 1e-6)), row.key
    assert len(known) > 10


def test_every_statistic_is_compared_somewhere() -> None:
    compared = {
        row.key
        for read in FILES.values()
        for row in analyse_tables(read()).statistics
        if row.estimate is not None
    }
    assert compared == set(DEFINITIONS)

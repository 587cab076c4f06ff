"""The page on courses shows the numbers of the last run, and our own measures are right."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from dyadsim.model.questionnaires import find_instrument

ROOT = Path(__file__).parents[2]
EXPERIMENT = ROOT / "experiments" / "courses"
MOST_BYTES = 300_000  # of a figure on the page


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Give a function that imports a module of the experiment; it is forgotten afterwards."""
    monkeypatch.syspath_prepend(EXPERIMENT)
    yield import_module
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "") or "").startswith(str(EXPERIMENT)):
            del sys.modules[name]


def test_page_and_table_agree(load: object) -> None:
    page: ModuleType = load("page")
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.page_with(text, page.table_of(page.read_numbers())) == text


def test_figures_of_all_worlds_are_small_enough_for_a_page() -> None:
    for world in ("hybrid", "contextual", "medical", "null"):
        assert (ROOT / "results" / "courses" / f"{world}.png").stat().st_size <= MOST_BYTES


def test_a_row_of_the_page(load: object) -> None:
    page = load("page")
    numbers = pd.DataFrame(
        [
            ("dropped", "%", "dropout", 20.04, 19.7, 18.7, 20.7, "swift2012", "met", "null world"),
            (
                "early",
                "% points",
                "early",
                -0.5,
                None,
                0.0,
                None,
                "common",
                "violated",
                "null world",
            ),
            ("own", "r", "own", -0.4, None, None, None, None, None, "null world"),
            ("later", "g", "later", None, None, None, None, None, "not in facts.csv", "null world"),
        ],
        columns=[
            "measure",
            "unit",
            "name",
            "simulated",
            "published",
            "low",
            "high",
            "source",
            "verdict",
            "world",
        ],
    )
    assert page.table_of(numbers).splitlines()[2:] == [
        "| dropped | % | 19.7 [18.7, 20.7] (swift2012) | 20.0 ✓ |",
        "| early | % points | > 0 (common) | -0.5 ✗ |",
        "| own | r | – | -0.40 |",
        "| later | g | not in facts.csv | – |",
    ]


def test_every_measure_is_a_fact_or_our_own_and_absent_facts_are_told(load: object) -> None:
    module = load("beside_published")
    own = {"left_early": [8.0, 10.0], "successive_changes": [-0.3, -0.3]}
    table = module.number_rows({"dropout": (0.2, 0.01, "met")}, own).set_index("name")
    assert list(table.index) == [measure.name for measure in module.MEASURES]
    assert table.loc["dropout", ["simulated", "published"]].tolist() == [20.0, 19.7]
    assert table.loc["dropout", "source"] == "swift2012"
    assert table.loc["left_early", "simulated"] == 9.0
    assert table.loc["sessions_mean", "verdict"] == module.NO_FACT


SCORES = {  # client -> scores at intake and after each session
    0: [20.0, 18.0, 14.0, 13.0],
    1: [12.0, 15.0, 11.0, 14.0],
    2: [9.0, 4.0],
    3: [15.0],
}


def care_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return clients and sessions of four clients."""
    endings = ("good_enough", "dropout", "dropout", "removed")
    counts = [max(1, len(scores) - 1) for scores in SCORES.values()]
    clients = pd.DataFrame({"client": list(SCORES), "n_sessions": counts, "ending": endings})
    rows = [
        (client, number, float(number), score, 4.0)
        for client, scores in SCORES.items()
        for number, score in enumerate(scores)
    ]
    columns = ["client", "session", "week", "symptom_score", "alliance_score"]
    return clients, pd.DataFrame(rows, columns=columns)


def test_our_own_measures_by_hand(load: object) -> None:
    care = load("care")
    clients, _ = care_tables()
    assert care.left_early(clients) == 50.0
    scores = {0: [20, 18, 14, 13], 1: [12, 15, 11, 14], 2: [15, 15, 14, 10]}
    long = pd.DataFrame(scores).melt(var_name="client", value_name="symptom_score")
    long["session"] = long.groupby("client").cumcount()
    # changes from session 1 on, in pairs: (-4, -1), (-4, +3), (-1, -4)
    assert care.successive_changes(long) == pytest.approx(-10 / 148**0.5)


def test_gains_are_of_cases_with_two_sessions(load: object) -> None:
    care = load("care")
    clients, sessions = care_tables()
    rows = sessions.assign(attended=sessions["client"].map(clients["n_sessions"]))
    assert care.gains(rows, find_instrument("phq9")).to_dict() == {0: 7.0, 1: -2.0}


def test_leaving_counts_those_who_came_to_a_session(load: object) -> None:
    care = load("care")
    clients = pd.DataFrame(
        {"n_sessions": [1] * 20 + [2] * 180, "ending": ["dropout"] * 30 + ["good_enough"] * 170}
    )
    dropped, agreed, _ = care.leaving(clients)
    assert dropped["value"].round(2).tolist() == [10.0, 5.56]  # 20 of 200, 10 of 180
    assert agreed["value"].round(2).tolist() == [0.0, 94.44]


def test_the_mean_of_all_keeps_the_last_score(load: object) -> None:
    care = load("care")
    care.FEWEST = 1
    clients, sessions = care_tables()
    rows = sessions.assign(attended=sessions["client"].map(clients["n_sessions"]))
    in_care, kept, singles = care.weeks(rows)
    assert in_care["value"].tolist()[-1] == 13.5
    assert kept["value"].tolist()[-1] == (13.0 + 14.0 + 4.0 + 15.0) / 4
    assert singles["series"].nunique() == 4

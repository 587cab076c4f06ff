"""What a fit's page says of the data themselves, and in plain names."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fitting.conftest import client_data  # noqa: F401
from statsmodels.stats.meta_analysis import effectsize_smd

from dyadsim.fitting.data_design import observed_design
from dyadsim.fitting.summaries import BETWEEN, check_statistics, design_shape
from dyadsim.fitting.target import score_evidence
from dyadsim.model.questionnaires import find_instrument
from dyadsim.report.fit_own_data import (
    arms_of_design,
    effects_of_fit,
    plain_parameters,
    weeks_of_design,
)
from dyadsim.report.fit_tables import MEANINGS, section

ROWS = [
    (f"c{k}", week, 18 - week * (1 + k % 2) + k % 7, "AB"[k % 2])
    for k in range(40)
    for week in range(5)
    if week < 3 or k % 5
]


@pytest.fixture
def design(client_data):  # noqa: F811
    return observed_design(client_data(ROWS, more=("arm",)), {"A": "cbt", "B": "waitlist"})


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=["client", "week", "score", "arm"])


def test_hedges_g_is_that_of_statsmodels(design) -> None:
    """Of the last score of everybody who has two."""
    last = frame().sort_values("week").groupby("client").last()
    a, b = (last.loc[last["arm"] == name, "score"] for name in "AB")
    right, _ = effectsize_smd(b.mean(), b.std(), len(b), a.mean(), a.std(), len(a))
    values = check_statistics(design_shape(design, False), design.scores)
    assert values[f"{BETWEEN}A against B"] == pytest.approx(right, rel=2e-3)
    assert score_evidence(design, False).check_names[0] == f"{BETWEEN}A against B"


def test_weeks_are_those_of_pandas(design) -> None:
    right = frame().groupby(["arm", "week"])["score"].agg(["size", "mean", "std"])
    shown = weeks_of_design(design).set_index(["arm", "week"])
    assert shown["n"].tolist() == right["size"].tolist()
    assert shown["mean"].tolist() == pytest.approx(right["mean"].tolist())
    assert shown["sd"].tolist() == pytest.approx(right["std"].tolist())
    assert (shown["n"] + shown["missing"] == 20).all()


def test_arms_say_what_they_got(design) -> None:
    table = arms_of_design(design, False).set_index("arm")
    assert table["simulated as"].tolist() == ["cbt", "no therapy"]
    assert table["clients"].tolist() == [20, 20]
    assert table["therapists"].tolist() == ["-", "-"]
    first = frame().query("week == 0 and arm == 'A'")["score"]
    assert table.loc["A", "first"] == f"{first.mean():.1f} ({first.std():.1f}), n = 20"


def test_effects_observed_and_predicted() -> None:
    row = {"statistic": f"{BETWEEN}A against B", "data": -0.4, "low": -1, "middle": 0, "high": 1}
    other = {**row, "statistic": "halved"}
    fit = SimpleNamespace(
        posterior_checks=pd.DataFrame([row, other]), prior_checks=pd.DataFrame([row, other])
    )
    (shown,) = effects_of_fit(fit).to_dict("records")
    assert shown["arms"] == "A against B"
    assert (shown["observed"], shown["predicted"]) == ("-0.40", "0.00 [-1.00, 1.00]")


def test_parameters_in_plain_names_and_points() -> None:
    rows = [
        ("distress.bond_effect", "distress", 0.5),
        ("population.distress_mean", "distress", 1.0),
        ("distress.rate", "1/week", 0.2),
    ]
    table = pd.DataFrame(
        [(name, unit, value, value, value, 0.1) for name, unit, value in rows],
        columns=["parameter", "unit", "low", "middle", "high", "moved"],
    )
    form = find_instrument("bdi2")
    shown = plain_parameters(SimpleNamespace(parameters=table), form)
    effect, level = form.slope * 0.5, form.intercept + form.slope
    assert shown["in points"].tolist() == [
        f"{effect:.1f} [{effect:.1f}, {effect:.1f}]",
        f"{level:.1f} [{level:.1f}, {level:.1f}]",
        "-",
    ]
    assert "strength of the bond" in shown["what"][0]
    assert "(distress.bond_effect)" in shown["what"][0]
    assert "in points" not in plain_parameters(SimpleNamespace(parameters=table), None)


def test_columns_are_explained_below_their_table() -> None:
    shown = section("a", "b", tables={"": pd.DataFrame({"low": [0.1], "world": ["null"]})})
    ((_, cells, notes),) = shown["tables"]
    assert cells[0] == ["5 %", "world"]
    assert notes == [("5 %", MEANINGS["5 %"])]
    assert np.isfinite(float(cells[1][0]))

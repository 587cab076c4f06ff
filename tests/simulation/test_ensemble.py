"""Estimates over members: quantiles, the part that is chance, and common random numbers."""

import numpy as np
import pandas as pd
import pytest

import dyadsim
from dyadsim.errors import BadInput
from dyadsim.model import members, worlds
from dyadsim.model.parameters import Parameters, flat
from dyadsim.simulation.ensemble import COLUMNS, over_members, some_members, summarise_members


def table_of(values: list[float], se: float | None = None) -> pd.DataFrame:
    """One estimate in as many members as there are values."""
    table = pd.DataFrame({"estimate": "g", "member": range(len(values)), "value": values})
    return table if se is None else table.assign(se=se)


def test_the_summary_is_that_of_numpy() -> None:
    values = np.random.default_rng(3).normal(2, 5, 37)
    (row,) = summarise_members(table_of(list(values), 1.5)).to_dict("records")
    assert [row["low"], row["median"], row["high"]] == pytest.approx(
        list(np.quantile(values, (0.05, 0.5, 0.95)))
    )
    assert row["sd"] == pytest.approx(np.std(values, ddof=1))
    assert (row["best"], row["members"]) == (values[0], 37)
    assert row["monte_carlo"] == 1.5
    assert row["monte_carlo_share"] == pytest.approx(1.5**2 / np.var(values, ddof=1))


def test_chance_is_told_apart() -> None:
    """Worlds with SD 3 and errors with SD 4: 16 / 25 of the variance is chance."""
    rng = np.random.default_rng(8)
    values = rng.normal(0, 3, 20_000) + rng.normal(0, 4, 20_000)
    (row,) = summarise_members(table_of(list(values), 4.0)).to_dict("records")
    assert row["monte_carlo_share"] == pytest.approx(16 / 25, abs=0.02)
    assert summarise_members(table_of([1.0, 2.0, 1.5], 9.0))["monte_carlo_share"].iloc[0] == 1.0


@pytest.mark.parametrize(("se", "share"), [(0.0, 0.0), (0.1, 1.0), (None, None)])
def test_members_that_agree(se: float | None, share: float | None) -> None:
    (row,) = summarise_members(table_of([2.0] * 5, se)).to_dict("records")
    assert (row["low"], row["median"], row["high"], row["sd"]) == (2.0, 2.0, 2.0, 0.0)
    assert row["monte_carlo_share"] == pytest.approx(
        np.nan if share is None else share, nan_ok=True
    )


def test_rows_keep_their_order_and_absent_values_are_counted() -> None:
    names = {"world": ["null", "hybrid"] * 3, "part": np.nan, "member": [0, 0, 4, 4, 9, 9]}
    table = pd.DataFrame({**names, "value": [1, np.nan, 2, np.nan, np.nan, np.nan], "se": 0.1})
    summary = summarise_members(table)
    assert list(summary.columns) == ["world", "part", *COLUMNS]
    assert summary["world"].tolist() == ["null", "hybrid"]
    assert summary["members"].tolist() == [2, 0]
    assert summary["median"].iloc[0] == 1.5
    assert summary["median"].isna().tolist() == [False, True]


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        summarise_members(table_of([1.0, 2.0]).assign(member=0))


def test_every_member_is_asked_with_the_values_set() -> None:
    parameters_given: list[Parameters] = []

    def rate(parameters: Parameters) -> dict[str, float]:
        parameters_given.append(parameters)
        return {"rate": flat(parameters)["distress.rate"]}

    result = over_members(rate, "contextual", 4, {"alliance.rate": 0.25})
    assert result.members == members.chosen_members(4)
    assert parameters_given == [
        worlds.member_parameters("contextual", member, {"alliance.rate": 0.25})
        for member in result.members
    ]
    assert result.table["member"].tolist() == list(result.members)
    assert result.summary["best"].iloc[0] == flat(parameters_given[0])["distress.rate"]


def test_members_share_their_random_numbers() -> None:
    """Where only what comes after intake differs, the clients at intake are the same to the bit."""
    best = flat(dyadsim.world("null"))
    values = {name: best[name] for name in best if name.startswith(("population.", "measurement."))}

    def intake(parameters: Parameters) -> pd.DataFrame:
        run = dyadsim.run(dyadsim.cohort(), parameters, 100, seed=3)
        sessions = dyadsim.observed(run).sessions
        scores = sessions.loc[sessions["occasion"] == "intake", "symptom_score"]
        return pd.DataFrame({"client": range(len(scores)), "value": scores.to_numpy(float)})

    free = [name for name in values if name in worlds.find_world("null").fixed]
    result = over_members(intake, "null", 3, {k: v for k, v in values.items() if k not in free})
    assert (result.summary["sd"].dropna() == 0).all()


@pytest.mark.parametrize("count", [1, 0, -3, 10**6, 2.5, "many"])
def test_not_so_many(count: object) -> None:
    with pytest.raises(BadInput, match=r"members must be a whole number from 2 to \d+"):
        some_members(count)


def test_without_an_ensemble(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(members, "folder", lambda: tmp_path)
    with pytest.raises(BadInput, match="there is no ensemble"):
        some_members(20)

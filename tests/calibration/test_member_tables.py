"""The tables of a calibration: members, what facts narrowed, facts inside."""

import numpy as np
import pytest

from dyadsim.calibration import member_tables
from dyadsim.calibration.ensemble import Ensemble
from dyadsim.calibration.joint_space import space_of_worlds
from dyadsim.evidence.fact import load_facts

SPACE = space_of_worlds()
FACTS = [fact for fact in load_facts() if fact.kind in ("ci", "band")][:3]
POINTS = SPACE.draw(60, np.random.default_rng(1))
MIDDLES = np.array([(fact.low + fact.high) / 2 for fact in FACTS])  # type: ignore[operator]
VALUES = np.tile(MIDDLES, (60, 3, 1))
VALUES[30:, 0, 0] += 99
ENSEMBLE = Ensemble(POINTS, VALUES, np.arange(60.0))


def test_members_are_rows_with_six_digits_and_a_column_a_parameter() -> None:
    table = member_tables.member_table(SPACE, POINTS[:2])
    assert list(table.columns[:2]) == ["member", "population.distress_mean"]
    assert set(SPACE.labels) < set(table.columns)
    text = table.to_csv(index=False)
    for cell in text.splitlines()[1].split(",")[1:]:
        assert float(cell) == float(f"{float(cell):.6g}")


def test_draws_of_the_prior_have_a_spread_of_one() -> None:
    table = member_tables.spread_table(SPACE, POINTS)
    assert len(table) == len(SPACE.names)
    assert table["spread"].median() == pytest.approx(1, abs=0.1)
    narrow = np.vstack([POINTS[:1], POINTS[:1] + 0.1 * (POINTS[1:] - POINTS[:1])])
    narrowed = member_tables.spread_table(SPACE, narrow)
    assert narrowed["spread"].median() == pytest.approx(0.1, abs=0.01)
    assert (table["low"] <= table["median"]).all()
    assert (table["allowed_low"] <= table["low"] + 1e-9).all()


def test_facts_and_counts_over_members() -> None:
    table = member_tables.facts_of_members(SPACE.worlds, ENSEMBLE, FACTS)
    first = table[(table["world"] == SPACE.worlds[0]) & (table["fact"] == FACTS[0].id)].iloc[0]
    assert first["inside"] == 0.5
    assert first["best"] == pytest.approx(MIDDLES[0])
    counts = member_tables.inside_table(SPACE.worlds, ENSEMBLE, FACTS)
    assert counts.loc[0, list(SPACE.worlds)].tolist() == [3, 3, 3]
    assert counts.loc[59, SPACE.worlds[0]] == 2


def test_how_it_was_made_is_plain_values() -> None:
    about = member_tables.about_members(SPACE, ENSEMBLE, FACTS, first={"command": "x"})
    assert about["command"] == "x"
    assert about["inside"] == dict.fromkeys(SPACE.worlds, 3)
    assert about["inside_median"][SPACE.worlds[0]] == 2.5
    assert about["shared"] + sum(about["own"].values()) == len(SPACE.names)

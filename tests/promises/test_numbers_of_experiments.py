"""What experiments say in words is what stands in their tables.

A phrase is written here with the numbers of the csv file, rounded as the page rounds them. Where
an experiment is repeated and its table changes, its page has to follow.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]


@cache
def table(name: str) -> pd.DataFrame:
    """Return a table of `results/`; "null" is the name of a world."""
    return pd.read_csv(ROOT / "results" / name, keep_default_na=False, na_values=[""])


def row(name: str, **where: object) -> pd.Series:
    """Return the only row of a table that agrees."""
    rows = table(name)
    for column, value in where.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, (name, where)
    return rows.iloc[0]


def points(value: float, digits: int = 2) -> str:
    """Return a number as the pages write it: .25, not 0.25."""
    return re.sub(r"^(-?)0\.", r"\1.", f"{value:.{digits}f}")


def total(output: str, parameter: str) -> str:
    """Return a total index with its interval."""
    numbers = row(
        "what_matters/sobol/indices.csv", index="total", output=output, parameter=parameter
    )
    low, high = points(numbers["low"]), points(numbers["high"])
    return f"{points(numbers['value'])} [{low}, {high}]"


def grid_range() -> str:
    shares = table("specificity_sweep/grid_shares.csv")
    shares = shares[(shares["accounting"] == "variance") & (shares["task.dose_spread"] == 0)]
    share = shares[shares["denominator"].str.contains("taken out")]["share"]
    return f"stays between {share.min():.1f} and {share.max():.1f} % with equal doses"


def alliance(label: str) -> str:
    numbers = row("alliance_without_effect/alliance_without_effect.csv", label=label, session=3)
    return f"{points(numbers['r'], 3)} [{points(numbers['low'], 3)}, {points(numbers['high'], 3)}]"


def mediated(world: str) -> str:
    name = "mediation_without_mechanism/mediation_without_mechanism.csv"
    numbers = row(name, world=f"{world} world", comparator="waitlist", part="carried")
    return f"{numbers['value']:.1f} [{numbers['low']:.1f}, {numbers['high']:.1f}]"


def widths() -> str:
    """Return how many times as wide the intervals of the table are as the exact ones."""
    own = table("exact_anchor/exact_anchor.csv")
    own = own[own["data"] != "ENRICHD"].set_index(["way", "parameter"])
    width = own["high"] - own["low"]
    ratio = width["table"] / width["exact"]
    return f"{ratio.min():.1f} to {ratio.max():.1f}\ntimes as wide"


def found_by_league(clients: int) -> str:
    name = "supershrink_league/supershrink_league.csv"
    numbers = row(name, field="hybrid", clients_each=clients)
    share, error = 100 * numbers["found"], 100 * numbers["found_error"]
    return f"{clients} clients each {share:.0f} %\n± {error:.0f};"


def therapist_share(spread: float) -> str:
    name = "spread_sweep/therapist_spread.csv"
    return f"{row(name, therapist_spread=spread, group='therapist')['share']:.1f} %"


def quality(world: str) -> str:
    name = "perfect_quality/perfect_quality.csv"
    numbers = row(name, world=f"{world} world", spread=0.8, clients="all")
    return f"{points(numbers['r'], 3)} ± {points(numbers['r_error'], 3)}"


def same_dose(doses: str) -> str:
    numbers = row("same_dose/same_dose.csv", doses=doses)
    share = f"{numbers['percent_of_variance']:.1f} ± {numbers['percent_error']:.1f}"
    return f"{share} | {numbers['loss']:.3f} ±"


def evidence_of(world: str, seed: int) -> str:
    both = table("which_world/worlds.csv").set_index(["world", "seed"])["log_evidence"]
    return f"{both[f'{world} world', seed]:.1f}"


def left_out(world: str, family: str) -> str:
    numbers = row("which_world/which_world.csv", world=f"{world} world", left_out=family)
    return f"{numbers['log_score']:.1f}"


def behind_the_best() -> str:
    worlds = table("which_world/worlds.csv").pivot(
        index="world", columns="seed", values="log_evidence"
    )
    gaps = (worlds.drop("null world") - worlds.loc["null world"]).stack()
    return f"Null is {gaps.min():.0f} to {gaps.max():.0f} below"


def design(name: str, world: str) -> float:
    numbers = row("designs_and_worlds/designs_and_worlds.csv", design=name, world=f"{world} world")
    return float(numbers["significant"])


def network_gains(parameter: str) -> str:
    ways = table("neural_gain/neural_gain.csv").set_index(["way", "parameter"])["contraction"]
    low, high = (ways[way, parameter] for way in ("by_table", "by_network"))
    return f"({points(low)} to {points(high)})"


def device_rates(what: str) -> str:
    """Return a row of the accelerator's table: millions a second by number of dyads."""
    rows = table("accelerator/accelerator.csv")
    rates = rows[rows["what"] == what]["million_dyad_sessions_per_second"]
    return " | ".join([what, *(f"{rate:,.0f}" for rate in rates)])


def device_equality() -> str:
    rows = table("accelerator/equality.csv")
    strict = rows[rows["contraction"] == "off"]
    assert (strict["identical"] == 1).all()
    assert strict["sums"].all()
    assert (rows["same_events"] == 1).all()
    return f"{strict['values'].sum() / 1e6:.1f} million values"


QUESTION = "experiments/{}/question.md"
MEANT_TO_FAIL = "rct: therapy against control meant to fail"
WHAT_MATTERS = QUESTION.format("what_matters")
PHRASES: list[tuple[str, Callable[[], str]]] = [
    ("results/specificity_sweep/README.md", grid_range),
    *(
        (QUESTION.format("alliance_without_effect"), lambda label=label: alliance(label))
        for label in ("contextual", "hybrid", "medical", "null", "null, neither")
    ),
    *(
        (QUESTION.format("mediation_without_mechanism"), lambda world=world: mediated(world))
        for world in ("medical", "contextual", "hybrid", "null")
    ),
    (QUESTION.format("exact_anchor"), widths),
    (QUESTION.format("accelerator"), device_equality),
    *(
        (QUESTION.format("accelerator"), lambda what=what: device_rates(what))
        for what in (
            "CPU, 1 thread",
            "CPU, 16 threads",
            "device, with transfer",
            "device, kernel alone",
        )
    ),
    (QUESTION.format("supershrink_league"), lambda: found_by_league(30)),
    *(
        (QUESTION.format("spread_sweep"), lambda spread=spread: therapist_share(spread))
        for spread in (0.5, 1.0, 1.5, 2.0)
    ),
    *(
        (QUESTION.format("perfect_quality"), lambda world=world: quality(world))
        for world in ("medical", "hybrid")
    ),
    *(
        (QUESTION.format("same_dose"), lambda doses=doses: same_dose(doses))
        for doses in ("0.75 or 1.25", "0.5 or 1.5", "0.25 or 1.75", "none or double")
    ),
    *(
        (WHAT_MATTERS, lambda output=output, parameter=parameter: total(output, parameter))
        for output, parameter in (
            ("true_d.cbt.waitlist", "distress.treatment_gain"),
            ("dropout.cbt", "process_change.gating"),
            ("dropout.cbt", "alliance.rate"),
            ("d_between.cbt.waitlist", "alliance.reverse"),
            ("dropout.cbt", "population.therapist_spread"),
            ("dropout.cbt", "population.weight_spread"),
            ("ruptures.cbt", "alliance.rate"),
        )
    ),
    *(
        (QUESTION.format("which_world"), lambda world=world, seed=seed: evidence_of(world, seed))
        for world in ("hybrid", "medical", "contextual")
        for seed in (1, 2)
    ),
    *(
        (QUESTION.format("which_world"), lambda world=world, family=family: left_out(world, family))
        for world, family in (
            ("null", "client"),
            ("medical", "client"),
            ("medical", "therapist"),
            ("null", "relationship"),
            ("medical", "relationship"),
        )
    ),
    (QUESTION.format("which_world"), behind_the_best),
    (QUESTION.format("neural_gain"), lambda: network_gains("distress.specificity")),
    (
        "docs/background/designs.md",
        lambda: f"in {200 * design('cohort: alliance-outcome correlation', 'null'):.0f} of 200",
    ),
    (
        QUESTION.format("designs_and_worlds"),
        lambda: (
            f"{100 * design(MEANT_TO_FAIL, 'contextual'):.0f} % of the trials of the contextual"
        ),
    ),
]


@pytest.mark.parametrize(("page", "phrase"), PHRASES)
def test_the_page_says_what_the_table_says(page: str, phrase: Callable[[], str]) -> None:
    words = phrase()
    assert words in (ROOT / page).read_text(encoding="utf-8"), f"{page} should say: {words}"

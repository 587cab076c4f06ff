"""Statistics of facts are declared once; facts.csv and docs/background/facts.md know the same."""

import re
from pathlib import Path

import pytest

from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.statistic_text import Argument, parse_statistic
from dyadsim.evidence.statistics import STATISTICS, THEMES, find_statistic
from dyadsim.evidence.study_scores import clients_in_role, score_arrays
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.studies.designs.preference import preference

DEFINITIONS = Path(__file__).parents[2] / "docs" / "background" / "facts.md"


NAMED_ONLY = {  # of the user's own facts, of sweeps and fits: no row of the table needs them
    "partial_process_outcome_r",
    "d_follow_up",
    "share_of",
    "recovery_by_length",
}


def test_the_table_of_facts_uses_every_statistic() -> None:
    used = {parse_statistic(fact.statistic)[0] for fact in load_facts()}
    assert used | NAMED_ONLY == set(STATISTICS)
    assert not used & NAMED_ONLY


def test_every_theme_has_statistics() -> None:
    homes = {declared.compute.__module__ for declared in STATISTICS.values()}
    assert homes == {theme.__name__ for theme in THEMES}


@pytest.mark.parametrize("name", list(STATISTICS))
def test_every_statistic_is_defined_in_words(name: str) -> None:
    page = DEFINITIONS.read_text(encoding="utf-8")
    definitions = page[page.index("## Statistics") : page.index("## Designs")]
    assert re.search(rf"^\| .*`{name}[`(@]", definitions, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("remision@13_weeks", "no statistic 'remision'. Did you mean remission?"),
        ("remission", r"remission needs 1 argument\(s\): weeks"),
        ("g_between(active)", r"g_between needs 2 argument\(s\): better, worse"),
        ("mean", r"mean needs 1 argument\(s\): score"),
    ],
)
def test_what_cannot_be_computed(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        find_statistic(text)


def test_matched_and_mismatched_share_all_clients() -> None:
    run = simulate.run(preference(follow_up=()), worlds.world_parameters("null"), 300, 5)
    scores = score_arrays(run, False)
    matched, mismatched = (
        clients_in_role(scores, Argument(role, None)) for role in ("matched", "mismatched")
    )
    assert (matched ^ mismatched).all()

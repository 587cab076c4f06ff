"""What has been claimed, and what speaks against each world: from the files that hold them."""

from dyadsim.attribution.estimated_shares import CLAIMED_PIE
from dyadsim.evidence.claims import PIE, published_claims
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.facts_of_worlds import against_world, fact_counts, read_scoreboard


def test_every_claim_has_a_denominator_and_a_known_source() -> None:
    references = open_references()
    for claim in published_claims():
        assert claim.denominator
        assert all(f"{{{key}," in references for key in claim.keys)


def test_the_pie_is_lambert_s() -> None:
    pie = {c.label: c.share for c in published_claims() if c.denominator == PIE}
    assert pie == {k: v for k, v in CLAIMED_PIE.items() if k in pie}
    assert len(pie) == 3


def test_the_alliance_s_claim_is_the_fact_squared() -> None:
    (claim,) = [claim for claim in published_claims() if claim.label == "alliance"]
    (fact,) = [fact for fact in load_facts() if fact.id == "alliance_outcome"]
    assert claim.share == 100 * fact.estimate**2


def test_the_scoreboard_is_of_all_facts_and_worlds() -> None:
    table = read_scoreboard()
    assert set(table["fact"]) == {fact.id for fact in load_facts()}
    assert set(table["world"]) == {"medical", "contextual", "hybrid", "null"}
    assert fact_counts("hybrid") == {"met": 54, "violated": 6, "undecided": 7}


def test_what_speaks_against_a_world_is_named_farthest_first() -> None:
    text = against_world("hybrid", most=1)
    assert "54 met; 6 violated; 7 undecided" in text
    assert "published 9 to 18" in text
    assert text.endswith("; and 5 more.")


def open_references() -> str:
    from importlib import resources

    return (resources.files("dyadsim") / "references.bib").read_text(encoding="utf-8")

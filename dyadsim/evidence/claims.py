"""What has been claimed about the parts of outcome: each share with its denominator and source.

Three of them are computations with a denominator of their own; the pie of 40, 30, 15 and 15 is a
judgement without one. A claim may be compared only with what has the same denominator, and `like`
says which of our numbers that is (`attribution.decompose_outcome`: attribution, group).
"""

from typing import NamedTuple

from dyadsim.evidence.fact import load_facts

PIE = "no denominator: a judgement about outcome as a whole"
IMPROVEMENT = "mean improvement in full therapy"
FOUNDING = "Hess, A neuroscientific perspective on the therapeutic alliance,"


class Claim(NamedTuple):
    """A published share.

    Attributes
    ----------
    label
        What it is a share of whom.
    share
        In per cent.
    denominator
        What is 100 %, in words.
    source
        In words: who says so, and where it was read.
    keys
        Keys of `references.bib`.
    like
        Attribution and group of our own number with that denominator; for a judgement, of the one
        that comes nearest.
    """

    label: str
    share: float
    denominator: str
    source: str
    keys: tuple[str, ...]
    like: tuple[str, str]


def published_claims() -> tuple[Claim, ...]:
    """Return what has been claimed, technique first.

    Returns
    -------
    tuple of Claim
        Those of the founding paper, and those that published correlations and trials imply.

    Examples
    --------
    >>> for claim in published_claims()[:3]:
    ...     print(f"{claim.label}: {claim.share:.1f} %; {claim.denominator}")
    technique: 1.0 %; variance of outcome between clients
    technique: 15.0 %; no denominator: a judgement about outcome as a whole
    specific: 17.1 %; mean improvement in full therapy
    """
    facts = {fact.id: fact for fact in load_facts()}
    alliance, therapist = facts["alliance_outcome"].estimate, facts["therapist_effect"].estimate
    assert alliance is not None
    assert therapist is not None
    squared = f"r = {alliance:g} squared; Flückiger et al. (2018)"
    range_ = "Baldwin and Imel (2013), Johns et al. (2019): 2.4 to 8.2"
    scores, keys = "variance of outcome scores", facts["therapist_effect"].source
    return (
        Claim(
            "technique",
            1.0,
            "variance of outcome between clients",
            f"{FOUNDING}, after Duncan et al. (2010), on specificity; its denominator is not "
            "said there, and d = 0.2 between two arms makes 1 % of variance",
            ("duncan2010",),
            ("estimators", "arm"),
        ),
        _of_pie("technique", 15.0),
        _of_improvement("specific", 17.1, "specific ingredients"),
        _of_improvement("non-specific", 49.6, "any credible therapy"),
        _of_improvement("outside therapy", 33.3, "natural course"),
        Claim(
            "alliance",
            100 * alliance**2,
            scores,
            squared,
            ("fluckiger2018",),
            ("estimators", "alliance"),
        ),
        _of_pie("relationship", 30.0),
        _of_pie("expectancy", 15.0),
        Claim("therapist", therapist, scores, range_, keys, ("estimators", "therapist")),
    )


def _of_pie(label: str, share: float) -> Claim:
    """Return a piece of the pie; our number beside it is the share of the mean effect."""
    who = f"Asay and Lambert (1999), as {FOUNDING} cites them"
    return Claim(label, share, PIE, who, ("asay_lambert1999",), ("effect", label))


def _of_improvement(label: str, share: float, like: str) -> Claim:
    """Return a part of the mean improvement in trials for adult depression."""
    who = "Cuijpers et al. (2012), abstract; trials for adult depression"
    return Claim(label, share, IMPROVEMENT, who, ("cuijpers2012",), ("gain", like))

"""Which published facts of a lesson its world meets, and which it misses.

Verdicts are of the worlds as calibrated (`evidence.facts_of_worlds`). With a slider moved the world
is another, of which only `dyadsim facts` can tell.
"""

import math
from typing import NamedTuple

from dyadsim.checks import shown_number
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.facts_of_worlds import read_scoreboard

NAMES = {
    "adherence_outcome": "correlation of adherence and outcome (r)",
    "added_component": "what an added component gains (g)",
    "alliance_dropout": "alliance of dropouts against completers (d)",
    "alliance_outcome": "correlation of alliance and outcome (r)",
    "bona_fide_contrast": "two credible therapies against each other (g)",
    "competence_outcome": "correlation of competence and outcome (r)",
    "course_flattens": "change slows down over sessions (AIC)",
    "deterioration_rr": "risk of deterioration in therapy over that without",
    "empathy_outcome": "correlation of empathy and outcome (r)",
    "g_usual_care": "therapy against usual care (g)",
    "g_waitlist": "therapy against a waiting list (g)",
    "good_enough_slope": "recovery by number of sessions (r)",
    "median_time_to_csc": "sessions until half of the clients have changed clinically",
    "reliable_deterioration": "share of clients reliably worse",
    "reliable_improvement": "share of clients reliably improved",
    "reliable_recovery": "share of clients reliably recovered",
    "remission_3m": "remission in three months without treatment",
    "response_therapy": "share of clients who respond to therapy",
    "sessions_mean": "mean number of sessions",
    "supportive_vs_active": "supportive counselling against a full therapy (g)",
    "synchrony_above_chance": "synchrony above chance",
    "te_by_severity": "therapist effect, severe minus mild (%)",
    "therapist_effect": "therapist effect (% of variance)",
    "therapist_skill_share": "share of it that interpersonal skill explains",
    "within_client_lag": "alliance and the next session's symptoms, within clients",
}


class WorldFact(NamedTuple):
    """A published fact in a calibrated world.

    Attributes
    ----------
    name
        In words.
    published, here
        Values in words; an interval where one is published.
    verdict
        'met', 'violated' or 'undecided'.
    """

    name: str
    published: str
    here: str
    verdict: str


def world_facts(facts: tuple[str, ...], world: str) -> list[WorldFact]:
    """Return the verdicts on facts in a calibrated world, the violated ones first.

    Parameters
    ----------
    facts
        Their ids.
    world
        Its name; none is known of a world of one's own.

    Returns
    -------
    list
        One `WorldFact` each.

    Examples
    --------
    >>> world_facts(("g_waitlist",), "medical")[0].name
    'therapy against a waiting list (g)'
    """
    rows = read_scoreboard().query("world == @world").set_index("fact")
    simulated = {str(key): float(value) for key, value in rows["simulated"].items()}
    known = {fact.id: fact for fact in load_facts()}
    verdicts = []
    for name in facts:
        if name not in simulated:
            continue
        fact = known[name]
        ends = [shown_number(end, 2) for end in (fact.low, fact.high) if end is not None]
        between = f"{ends[0]} to {ends[1]}" if len(ends) == 2 else "above 0"
        value = simulated[name]
        here = "undefined" if math.isnan(value) else shown_number(value, 2)
        verdicts.append(WorldFact(NAMES[name], between, here, str(rows.loc[name, "verdict"])))
    order = ("violated", "undecided", "met")
    return sorted(verdicts, key=lambda fact: order.index(fact.verdict))

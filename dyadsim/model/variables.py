"""Clients and therapists as named tuples of arrays, and the dictionary of every variable.

All variables of the clients are rows of one float32 table `(variable, client)`; the named tuple
holds views of its rows, so that a block of dyads is a contiguous slice of each. Rows in
`RECORDED` are what a run may keep at every session (the truth table).
"""

from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np

PROCESSES = ("cognitive", "behavioural", "emotional", "interpersonal")
ENDINGS = ("in_care", "planned", "good_enough", "dropout", "removed")
IN_CARE, PLANNED, GOOD_ENOUGH, DROPOUT, REMOVED = range(5)

type Array = np.ndarray[Any, np.dtype[np.float32]]
type Whole = np.ndarray[Any, np.dtype[np.int32]]
type WordArray = np.ndarray[Any, np.dtype[np.uint32]]


class Variable(NamedTuple):
    """One variable: shape without the client axis ('' = scalar, '4' = one a process), unit."""

    shape: str
    unit: str
    meaning: str


_TRAITS = {
    "attachment": Variable("", "z", "attachment security"),
    "resources": Variable("", "z", "life-context resources that buffer events"),
    "set_point": Variable("", "distress", "chronic level that distress returns to"),
    "initial_distress": Variable("", "distress", "distress at intake"),
    "weight": Variable("4", "share", "how much each process maintains this client's distress"),
    "preference": Variable("4", "share", "the client's own theory of change over the processes"),
    "rater_style": Variable("", "z", "the client's tendency to rate things favourably"),
    "dyad_fit": Variable("", "z", "chemistry of this client with this therapist"),
    "good_enough_level": Variable("", "distress", "distress at which the client has had enough"),
}
_THERAPIST_SIDE = {
    "empathy": Variable("", "z", "empathy of the client's therapist, 0 without a therapist"),
    "congruence": Variable("", "z", "congruence of the client's therapist"),
    "regard": Variable("", "z", "positive regard of the client's therapist"),
    "repair_skill": Variable("", "z", "repair skill of the client's therapist"),
    "formulation_skill": Variable("", "z", "case-formulation skill of the client's therapist"),
    "competence": Variable("4", "z", "competence of the client's therapist per process"),
    "presence": Variable("", "0-1", "presence of the client's therapist this session"),
}
_ORDERS = {
    "planned_dose": Variable("4", "dose", "dose per process that the manual plans this session"),
    "structure": Variable("", "0-1", "how structured and directive the session is"),
    "rationale": Variable("", "0-1", "credibility of the treatment's rationale"),
    "bona_fide": Variable("", "0/1", "delivered with intent, rationale and training"),
    "individualisation": Variable("", "0-1", "0 manualised, 1 led by the case formulation"),
    "body": Variable("", "0-1", "how much of the bodily channel the medium carries"),
    "human": Variable("", "0/1", "there is a therapist"),
    "medication": Variable("", "dose", "medication dose, 1 = usual"),
    "scheduled": Variable("", "0/1", "a session is planned at this step"),
    "feedback": Variable("", "0-2", "1 the therapist sees the scores; 2 with clinical support"),
    "allegiance": Variable("", "z", "the therapist's allegiance to this treatment"),
    "match": Variable("", "0-1", "overlap of the plan with the client's theory of change"),
    "dose_held": Variable("", "0/1", "somebody else wrote this session's dose: keep it"),
}
_STATE = {
    "distress": Variable("", "distress", "severity of distress; 0 = healthy average"),
    "load": Variable("", "distress", "life-event load on the set point"),
    "bond": Variable("", "0-1", "felt bond"),
    "goal": Variable("", "0-1", "agreement on goals"),
    "task": Variable("", "0-1", "agreement on tasks"),
    "strain": Variable("", "0-1", "unresolved strain from ruptures"),
    "expectancy": Variable("", "0-1", "expected improvement"),
    "readiness": Variable("", "0-1", "readiness to change (stage of change)"),
    "process": Variable("4", "0-1", "process change Z"),
    "action": Variable("", "0-1", "health-promoting action taken up"),
    "regulation": Variable("", "at most 1", "self-regulation (integration)"),
    "recent_improvement": Variable("", "distress", "smoothed fall of distress, recent sessions"),
    "contact": Variable("", "0-1", "1 in a session, fading without, 0 before the first"),
    "formulation": Variable("", "0-1", "accuracy of the therapist's case formulation"),
    "credibility": Variable("", "0-1", "perceived credibility of treatment and therapist"),
    "synchrony": Variable("", "r", "in-session synchrony; simulated moments can leave [-1, 1]"),
    "coregulation": Variable(
        "", "share", "fall of arousal variance through the therapist, at most 1"
    ),
    "rupture": Variable("", "0/1", "a rupture this session"),
    "repaired": Variable("", "0/1", "a rupture repaired this session"),
    "pushing": Variable("", "0-1", "pushing ahead of readiness this session"),
    "engagement": Variable("", "0-1", "share of the delivered dose that takes effect"),
    "delivered_dose": Variable("4", "dose", "dose per process delivered this session"),
    "adherence": Variable("", "0-1", "overlap of delivered with planned dose"),
    "delivered_competence": Variable("", "0-2", "competence of what was delivered, 1 = average"),
    "alert": Variable("", "0-2", "1 the therapist was told: off track; 2 with clinical support"),
    "attended": Variable("", "sessions", "sessions attended so far"),
    "ended": Variable("", "code", "0 in care, 1 planned, 2 good enough, 3 dropout, 4 removed"),
    "first_score": Variable("", "score", "first symptom score seen"),
    "last_score": Variable("", "score", "last symptom score seen"),
    "symptom_score": Variable("", "score", "symptom score of this occasion, NaN when missing"),
}
VARIABLES: dict[str, Variable] = _TRAITS | _THERAPIST_SIDE | _ORDERS | _STATE


def _rows() -> dict[str, slice]:
    """Return the rows of the table that each variable takes."""
    rows, first = {}, 0
    for name, variable in VARIABLES.items():
        count = len(PROCESSES) if variable.shape == "4" else 1
        rows[name] = slice(first, first + count)
        first += count
    return rows


ROWS = _rows()
_RowsAt = namedtuple("_RowsAt", list(ROWS))  # type: ignore[misc]
ROWS_AT = _RowsAt(**{name: rows.start for name, rows in ROWS.items()})
"""The first row of every variable, as attributes: what compiled code addresses rows by."""
ROW_COUNT = max(rows.stop for rows in ROWS.values())
FIRST_RECORDED = ROWS["distress"].start
RECORDED = tuple(_STATE)


class Clients(NamedTuple):
    """Every client's variables: `(client,)`, or `(4, client)` where `VARIABLES` says "4".

    `table` is the `(variable, client)` float32 array that the other float fields are views of;
    `word` the clients' random words, `arm` and `therapist` their indices (-1 = no therapist).
    """

    table: Array
    word: WordArray
    arm: Whole
    therapist: Whole
    attachment: Array
    resources: Array
    set_point: Array
    initial_distress: Array
    weight: Array
    preference: Array
    rater_style: Array
    dyad_fit: Array
    good_enough_level: Array
    empathy: Array
    congruence: Array
    regard: Array
    repair_skill: Array
    formulation_skill: Array
    competence: Array
    presence: Array
    planned_dose: Array
    structure: Array
    rationale: Array
    bona_fide: Array
    individualisation: Array
    body: Array
    human: Array
    medication: Array
    scheduled: Array
    feedback: Array
    allegiance: Array
    match: Array
    dose_held: Array
    distress: Array
    load: Array
    bond: Array
    goal: Array
    task: Array
    strain: Array
    expectancy: Array
    readiness: Array
    process: Array
    action: Array
    regulation: Array
    recent_improvement: Array
    contact: Array
    formulation: Array
    credibility: Array
    synchrony: Array
    coregulation: Array
    rupture: Array
    repaired: Array
    pushing: Array
    engagement: Array
    delivered_dose: Array
    adherence: Array
    delivered_competence: Array
    alert: Array
    attended: Array
    ended: Array
    first_score: Array
    last_score: Array
    symptom_score: Array


class Therapists(NamedTuple):
    """Every therapist's traits, standardised: `(therapist,)` unless another shape is given.

    `competence` is `(4, therapist)`, `allegiance` `(therapy, therapist)`, `presence`
    `(session, therapist)` in 0-1 (row 0 = before the first session), `caseload` in clients.
    """

    word: WordArray
    empathy: Array
    congruence: Array
    regard: Array
    repair_skill: Array
    formulation_skill: Array
    competence: Array
    allegiance: Array
    caseload: Array
    presence: Array


def empty_clients(count: int) -> Clients:
    """Return `count` clients with every variable 0 and no therapist."""
    table = np.zeros((ROW_COUNT, count), np.float32)
    views = {
        name: table[rows] if VARIABLES[name].shape else table[rows.start]
        for name, rows in ROWS.items()
    }
    return Clients(
        table=table,
        word=np.zeros(count, np.uint32),
        arm=np.zeros(count, np.int32),
        therapist=np.full(count, -1, np.int32),
        **views,
    )

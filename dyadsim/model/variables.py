"""Every variable of clients and therapists, declared once, and the table that holds the clients'.

All variables of the clients are rows of one float32 table `(variable, client)`; `Clients` gives
views of its rows by name, so that a block of clients is a contiguous slice of each. The order of
the declarations is the order of the rows, and that of the columns of the records. A mechanism that
has a variable of its own declares it in its own file (`mechanism`); its row follows the others.
"""

import math
from collections import namedtuple
from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.errors import nearest
from dyadsim.model.mechanisms.distress import FURTHEST
from dyadsim.model.mechanisms.ending import (
    DROPOUT,
    ENDINGS,
    GOOD_ENOUGH,
    IN_CARE,
    PLANNED,
    REMOVED,
)
from dyadsim.model.parameters import mechanisms
from dyadsim.model.variable import (
    PROCESSES,
    Array,
    IntArray,
    Variable,
    WordArray,
    declared_variables,
    number_rows,
    variable,
)

__all__ = [
    "DROPOUT",
    "ENDINGS",
    "FIRST_RECORDED",
    "GOOD_ENOUGH",
    "IN_CARE",
    "PLANNED",
    "PROCESSES",
    "RECORDED",
    "REMOVED",
    "ROWS",
    "ROWS_AT",
    "ROW_COUNT",
    "VARIABLES",
    "Array",
    "Clients",
    "IntArray",
    "Therapists",
    "Variable",
    "WordArray",
    "empty_clients",
]


_FURTHEST = float(FURTHEST)


class Traits(NamedTuple):
    """Fixed traits of the client."""

    attachment: Annotated[Array, variable("", "z", "attachment security")]
    resources: Annotated[Array, variable("", "z", "life-context resources that buffer events")]
    set_point: Annotated[Array, variable("", "distress", "chronic level that distress returns to")]
    initial_distress: Annotated[Array, variable("", "distress", "distress at intake")]
    weight: Annotated[
        Array, variable("4", "share", "how much each process maintains this client's distress")
    ]
    preference: Annotated[
        Array, variable("4", "share", "the client's own theory of change over the processes")
    ]
    rater_style: Annotated[
        Array, variable("", "z", "the client's tendency to rate things favourably")
    ]
    dyad_fit: Annotated[Array, variable("", "z", "chemistry of this client with this therapist")]
    aptitude: Annotated[
        Array, variable("", "1", "how much this client learns in a session, 1 = usual", low=0.0)
    ]
    good_enough_level: Annotated[
        Array, variable("", "distress", "distress at which the client has had enough")
    ]


class TherapistSide(NamedTuple):
    """The client's therapist, as met at this step; 0 without a therapist."""

    empathy: Annotated[
        Array, variable("", "z", "empathy of the client's therapist, 0 without a therapist")
    ]
    congruence: Annotated[Array, variable("", "z", "congruence of the client's therapist")]
    regard: Annotated[Array, variable("", "z", "positive regard of the client's therapist")]
    repair_skill: Annotated[Array, variable("", "z", "repair skill of the client's therapist")]
    formulation_skill: Annotated[
        Array, variable("", "z", "case-formulation skill of the client's therapist")
    ]
    competence: Annotated[
        Array, variable("4", "z", "competence of the client's therapist per process")
    ]
    presence: Annotated[
        Array, variable("", "0-1", "presence of the client's therapist this session")
    ]


class Orders(NamedTuple):
    """What the study demands of the client at this step."""

    planned_dose: Annotated[
        Array, variable("4", "dose", "dose per process that the manual plans this session", low=0.0)
    ]
    structure: Annotated[Array, variable("", "0-1", "how structured and directive the session is")]
    rationale: Annotated[Array, variable("", "0-1", "credibility of the treatment's rationale")]
    bona_fide: Annotated[
        Array, variable("", "0/1", "delivered with intent, rationale and training")
    ]
    individualisation: Annotated[
        Array, variable("", "0-1", "0 manualised, 1 led by the case formulation")
    ]
    body: Annotated[Array, variable("", "0-1", "how much of the bodily channel the medium carries")]
    human: Annotated[Array, variable("", "0/1", "there is a therapist")]
    medication: Annotated[Array, variable("", "dose", "medication dose, 1 = usual", low=0.0)]
    scheduled: Annotated[Array, variable("", "0/1", "a session is planned at this step")]
    feedback: Annotated[
        Array, variable("", "0-2", "1 the therapist sees the scores; 2 with clinical support")
    ]
    allegiance: Annotated[Array, variable("", "z", "the therapist's allegiance to this treatment")]
    match: Annotated[
        Array, variable("", "0-1", "overlap of the plan with the client's theory of change")
    ]
    dose_fixed: Annotated[
        Array, variable("", "0/1", "an intervention wrote this session's dose: keep it")
    ]


class State(NamedTuple):
    """The state of the client, recorded at every step (the truth table)."""

    distress: Annotated[
        Array,
        variable(
            "",
            "distress",
            "severity of distress; 0 = healthy average",
            low=-_FURTHEST,
            high=_FURTHEST,
        ),
    ]
    load: Annotated[
        Array,
        variable(
            "",
            "distress",
            "life-event load on the set point",
            low=-_FURTHEST,
            high=_FURTHEST,
        ),
    ]
    fluctuation: Annotated[
        Array,
        variable(
            "",
            "distress",
            "part of distress that comes and goes with the week",
            low=-_FURTHEST,
            high=_FURTHEST,
        ),
    ]
    treatment_relief: Annotated[
        Array, variable("", "distress", "what the treatment path takes off the set point")
    ]
    bond: Annotated[Array, variable("", "0-1", "felt bond")]
    goal: Annotated[Array, variable("", "0-1", "agreement on goals")]
    task: Annotated[Array, variable("", "0-1", "agreement on tasks")]
    strain: Annotated[Array, variable("", "0-1", "unresolved strain from ruptures")]
    expectancy: Annotated[Array, variable("", "0-1", "expected improvement")]
    readiness: Annotated[Array, variable("", "0-1", "readiness to change (stage of change)")]
    process: Annotated[Array, variable("4", "0-1", "process change Z")]
    action: Annotated[Array, variable("", "0-1", "health-promoting action taken up")]
    regulation: Annotated[Array, variable("", "0-1", "self-regulation (integration)")]
    recent_improvement: Annotated[
        Array,
        variable(
            "",
            "distress",
            "smoothed fall of distress, recent sessions",
            low=-2 * _FURTHEST,
            high=2 * _FURTHEST,
        ),
    ]
    contact: Annotated[
        Array, variable("", "0-1", "1 in a session, fading without, 0 before the first")
    ]
    formulation: Annotated[
        Array, variable("", "0-1", "accuracy of the therapist's case formulation")
    ]
    credibility: Annotated[
        Array,
        variable("", "0-1", "perceived credibility of treatment and therapist", afresh=True),
    ]
    synchrony: Annotated[
        Array,
        variable(
            "",
            "r",
            "in-session synchrony; simulated beats can leave [-1, 1]",
            low=-math.inf,
            high=math.inf,
            afresh=True,
        ),
    ]
    coregulation: Annotated[
        Array,
        variable(
            "",
            "share",
            "fall of arousal variance through the therapist, at most 1",
            low=-math.inf,
            afresh=True,
        ),
    ]
    new_plan: Annotated[
        Array, variable("", "1", "how much faster the plan teaches since an alert", low=0.0)
    ]
    rupture: Annotated[Array, variable("", "0/1", "a rupture this session", afresh=True)]
    repaired: Annotated[Array, variable("", "0/1", "a rupture repaired this session", afresh=True)]
    pushing: Annotated[
        Array, variable("", "0-1", "pushing ahead of readiness this session", afresh=True)
    ]
    sudden_gain: Annotated[Array, variable("", "0/1", "a sudden gain this session", afresh=True)]
    engagement: Annotated[
        Array,
        variable("", "0-1", "share of the delivered dose that takes effect", afresh=True),
    ]
    delivered_dose: Annotated[
        Array,
        variable("4", "dose", "dose per process delivered this session", low=0.0, afresh=True),
    ]
    adherence: Annotated[
        Array, variable("", "0-1", "overlap of delivered with planned dose", afresh=True)
    ]
    delivered_competence: Annotated[
        Array,
        variable("", "0-2", "competence of what was delivered, 1 = average", afresh=True),
    ]
    alert: Annotated[
        Array,
        variable(
            "",
            "0-2",
            "1 the therapist is alerted: off track; 2 with clinical support",
            afresh=True,
        ),
    ]
    attended: Annotated[Array, variable("", "sessions", "sessions attended so far", low=0.0)]
    ended: Annotated[
        Array,
        variable(
            "",
            "code",
            "0 in care, 1 planned, 2 good enough, 3 dropout, 4 removed",
            low=0.0,
            high=float(len(ENDINGS) - 1),
        ),
    ]
    first_score: Annotated[Array, variable("", "score", "symptom score at intake")]
    last_score: Annotated[Array, variable("", "score", "last symptom score filled in")]
    symptom_score: Annotated[
        Array,
        variable("", "score", "symptom score of this occasion, NaN when missing", afresh=True),
    ]


_OWN = {name: item for owner in mechanisms().values() for name, item in owner.variables.items()}
_RECORDED = declared_variables(State) | _OWN
VARIABLES: dict[str, Variable] = {
    **declared_variables(Traits),
    **declared_variables(TherapistSide),
    **declared_variables(Orders),
    **_RECORDED,
}
ROWS = number_rows(VARIABLES)
_RowsAt = namedtuple("_RowsAt", list(ROWS))  # type: ignore[misc]
ROWS_AT = _RowsAt(**{name: rows.start for name, rows in ROWS.items()})
"""The first row of every variable, as attributes: what compiled code addresses rows by."""
ROW_COUNT = max(rows.stop for rows in ROWS.values())
FIRST_RECORDED = ROWS["distress"].start
RECORDED = tuple(_RECORDED)


class Clients(NamedTuple):
    """The clients of a run.

    Every variable of `VARIABLES` is an attribute too, a view of its row `(client,)` of the table,
    or of its rows `(4, client)`: `clients.distress`.

    Attributes
    ----------
    table
        Every variable of every client, `(variable, client)`, rows as in `ROWS`.
    word
        The clients' random words, `(client,)`.
    arm, therapist
        Their indices, `(client,)`; -1 is no therapist.
    """

    table: Array
    word: WordArray
    arm: IntArray
    therapist: IntArray

    def __getattr__(self, name: str) -> Array:
        """Return the view of a variable."""
        if name not in ROWS:
            raise AttributeError(f"clients have no '{name}'.{nearest(name, ROWS)}")
        rows = ROWS[name]
        return self.table[rows] if VARIABLES[name].shape else self.table[rows.start]

    def __dir__(self) -> list[str]:
        """Return the names of attributes, the variables included."""
        return [*object.__dir__(self), *ROWS]


class Therapists(NamedTuple):
    """The therapists of a run.

    `word` are their random words, `(therapist,)`. The shapes of the others end in the axis of the
    therapists: "4" is `(4, therapist)`, "therapy" `(therapy, therapist)`, "step"
    `(step, therapist)`, where step 0 is before the first session.
    """

    word: WordArray
    empathy: Annotated[Array, variable("", "z", "empathy")]
    congruence: Annotated[Array, variable("", "z", "congruence (being genuine)")]
    regard: Annotated[Array, variable("", "z", "positive regard")]
    repair_skill: Annotated[Array, variable("", "z", "skill in repairing ruptures")]
    formulation_skill: Annotated[Array, variable("", "z", "skill in case formulation")]
    competence: Annotated[Array, variable("4", "z", "competence in working on each process")]
    allegiance: Annotated[Array, variable("therapy", "z", "allegiance to each therapy")]
    caseload: Annotated[Array, variable("", "clients", "clients on the books", low=0.0)]
    presence: Annotated[Array, variable("step", "0-1", "presence; wears with caseload, recovers")]


def empty_clients(count: int) -> Clients:
    """Return `count` clients with every variable 0 and no therapist."""
    return Clients(
        table=np.zeros((ROW_COUNT, count), np.float32),
        word=np.zeros(count, np.uint32),
        arm=np.zeros(count, np.int32),
        therapist=np.full(count, -1, np.int32),
    )

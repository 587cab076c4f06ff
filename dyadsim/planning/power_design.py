"""What a study is planned to find, and how: designs, layouts of therapists, published effects."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dyadsim.checks import known_name, number, whole_number
from dyadsim.errors import BadInput
from dyadsim.evidence.fact import load_facts

LAYOUTS = ("nested", "crossed", "one_arm")
"""Therapists treat in one arm only, in both, or there are none in the second arm."""
ARMS, PROCESS, MODERATOR, THERAPISTS = "arms", "process", "moderator", "therapists"
GROWTH = "growth"
ANALYSES: Mapping[str, tuple[str, ...]] = {
    ARMS: ("t_test", "ancova", "mixed", "mixed_slopes"),
    PROCESS: ("correlation", "regression", "mixed"),
    MODERATOR: ("regression", "mixed"),
    THERAPISTS: ("f_test", "lrt", "lrt_ml", "permutation"),
    GROWTH: ("two_level", "three_level"),
}
"""Analyses of each kind of question."""
ANALYSIS_WORDS = {
    "t_test": "t test of the outcome",
    "ancova": "ANCOVA (intake score as covariate), therapists ignored",
    "mixed": "mixed model, intake score and random therapists",
    "mixed_slopes": "the same, with effects that differ between therapists",
    "correlation": "Pearson correlation with the outcome",
    "regression": "regression with the intake score, therapists ignored",
    "f_test": "exact F test, therapists as a factor",
    "lrt": "likelihood-ratio test (REML), p halved",
    "lrt_ml": "likelihood-ratio test (ML, as R's anova), p halved",
    "permutation": "permutation of clients between therapists",
    "two_level": "two-level growth model, therapists ignored",
    "three_level": "three-level growth model",
}


class Design(NamedTuple):
    """A kind of study.

    Attributes
    ----------
    about
        What is compared, in words.
    kind
        `ARMS`, `PROCESS`, `MODERATOR`, `THERAPISTS` or `GROWTH`.
    layout
        One of `LAYOUTS`.
    fact
        Id of the published fact that gives the effect where none is stated; "" = an assumption.
    effect
        The effect where no fact gives it.
    quantity
        What the effect is: "g", "r", "ICC", "g per SD" or "g at the last session".
    """

    about: str
    kind: str
    layout: str
    fact: str = ""
    effect: float = 0.0
    quantity: str = "g"


DESIGNS: Mapping[str, Design] = {
    "bona_fide": Design("two bona fide therapies", ARMS, "nested", "bona_fide_bound"),
    "waiting": Design("a therapy and a waiting list", ARMS, "one_arm", "g_waitlist"),
    "supportive": Design("a therapy and supportive care", ARMS, "nested", "supportive_vs_active"),
    "usual_care": Design("a therapy and usual care", ARMS, "nested", "g_usual_care"),
    "feedback": Design("care with and without feedback of scores", ARMS, "crossed", "feedback"),
    "preference": Design(
        "clients with the therapy they prefer and without", ARMS, "crossed", "preference_match"
    ),
    "moderator": Design(
        "the effect of a therapy in clients who differ by one SD of a moderator",
        MODERATOR,
        "nested",
        effect=0.2,
        quantity="g per SD",
    ),
    "process": Design(
        "a process score and outcome", PROCESS, "nested", "alliance_outcome", quantity="r"
    ),
    "growth": Design(
        "the change over sessions in a therapy and in usual care",
        GROWTH,
        "nested",
        "g_usual_care",
        quantity="g at the last session",
    ),
    "therapists": Design("therapists", THERAPISTS, "nested", "therapist_effect", quantity="ICC"),
}


class Assumptions(NamedTuple):
    """What is taken for granted about a study. The outcome's variance within an arm is 1.

    Attributes
    ----------
    design
        A key of `DESIGNS`.
    effect
        In the design's quantity, 0 or more.
    layout
        One of `LAYOUTS`.
    icc
        Therapists' share of the variance of outcome.
    effect_sd
        SD of the effect over therapists who treat in both arms, in g.
    process_icc
        Therapists' share of the variance of the process score.
    before_r
        Correlation of intake and outcome.
    dropout
        Share without an outcome, in the first and in the second arm.
    spread
        SD of log2 caseload; 0 = equal.
    treated
        Share of clients in the first arm.
    sessions
        Of a growth study: planned, with a score before the first and after each.
    residual
        Of a growth study: variance of a score from session to session.
    """

    design: str
    effect: float
    layout: str = "nested"
    icc: float = 0.05
    effect_sd: float = 0.0
    process_icc: float = 0.05
    before_r: float = 0.45
    dropout: tuple[float, float] = (0.175, 0.175)
    spread: float = 0.0
    treated: float = 0.5
    sessions: int = 12
    residual: float = 0.3

    @property
    def kind(self) -> str:
        """The design's kind."""
        return DESIGNS[self.design].kind

    @property
    def two_arms(self) -> bool:
        """Whether two arms are compared."""
        return self.kind in (ARMS, MODERATOR, GROWTH)

    @property
    def therapist_share(self) -> float:
        """The therapists' variance of outcome or change: what is looked for, or by `icc`."""
        if self.kind == GROWTH:
            return self.icc * change_variance(self)
        return self.effect if self.kind == THERAPISTS else self.icc

    @property
    def without_effect(self) -> "Assumptions":
        """The same study where there is nothing to find."""
        return self._replace(effect=0.0)


class Published(NamedTuple):
    """A published effect, and the keys of its references."""

    value: float
    source: str


def published_effect(design: str) -> Published | None:
    """Return the published effect of a design, in its quantity; None where none is known.

    Parameters
    ----------
    design
        A key of `DESIGNS`.

    Returns
    -------
    Published or None
        From `evidence/facts.csv`, 0 or more.

    Examples
    --------
    >>> published_effect("therapists")
    Published(value=0.05, source='baldwin2013;johns2019')
    """
    plan = DESIGNS[design]
    rows = {fact.id: fact for fact in load_facts()}
    if not plan.fact:
        return None
    fact = rows[plan.fact]
    percent = 100 if plan.kind == THERAPISTS else 1
    return Published(abs(fact.estimate or 0.0) / percent, ";".join(fact.source))


def default_analyses(assumptions: Assumptions) -> tuple[str, ...]:
    """Return the analyses that are made where none is named; the last one is the main one.

    Parameters
    ----------
    assumptions
        About the study.

    Returns
    -------
    tuple of str
        Of `ANALYSES`.

    Examples
    --------
    >>> default_analyses(Assumptions("waiting", 0.7, "one_arm"))
    ('t_test', 'ancova', 'mixed')
    """
    every = ANALYSES[assumptions.kind]
    if assumptions.kind == THERAPISTS:
        return every[:2]
    if assumptions.kind == ARMS and not (assumptions.layout == "crossed" and assumptions.effect_sd):
        return every[:3]
    return every


def check_analyses(assumptions: Assumptions, names: Sequence[str]) -> tuple[str, ...]:
    """Return the analyses of a study, each once.

    Parameters
    ----------
    assumptions
        About the study.
    names
        Of `ANALYSES`; none = the usual ones.

    Raises
    ------
    BadInput
        One that does not answer the question of the design.
    """
    if not names:
        return default_analyses(assumptions)
    for name in names:
        where = f"power, design {assumptions.design}"
        known_name("analysis", name, ANALYSES[assumptions.kind], where=where)
        if name == "mixed_slopes" and assumptions.layout != "crossed":
            raise BadInput(
                "power: mixed_slopes needs therapists who treat in both arms: task.layout=crossed."
            )
    return tuple(dict.fromkeys(names))


def check_assumptions(assumptions: Assumptions) -> Assumptions:
    """Return assumptions that a study can be drawn from.

    Parameters
    ----------
    assumptions
        About the study.

    Raises
    ------
    BadInput
        A value out of its range, or shares of variance that leave nothing to the client.
    """
    known_name("design", assumptions.design, DESIGNS, where="power")
    known_name("layout", assumptions.layout, LAYOUTS, where="power")
    most = {"r": 0.95, "ICC": 0.9}.get(DESIGNS[assumptions.design].quantity, 5)
    number("task.effect", assumptions.effect, 0, most)
    for name, high in (("icc", 0.9), ("process_icc", 0.9), ("before_r", 0.99), ("spread", 3)):
        number(f"task.{name}", getattr(assumptions, name), 0, high)
    number("task.effect_sd", assumptions.effect_sd, 0, 2)
    number("task.treated", assumptions.treated, 0.1, 0.9)
    whole_number("task.sessions", assumptions.sessions, 2, 200)
    number("task.residual", assumptions.residual, 0, 0.99, open_low=True)
    if assumptions.kind == GROWTH and assumptions.effect_sd:
        raise BadInput("power: growth takes no task.effect_sd.")
    for share in assumptions.dropout:
        number("task.dropout", share, 0, 0.8)
    if assumptions.effect_sd and not (assumptions.two_arms and assumptions.layout == "crossed"):
        raise BadInput(
            "power: task.effect_sd is of therapists who treat in both arms: task.layout=crossed."
        )
    if assumptions.kind == GROWTH and change_variance(assumptions) <= 0.01:
        raise BadInput(
            f"power: task.residual={assumptions.residual:g} and "
            f"task.before_r={assumptions.before_r:g} leave clients no variance of change: "
            "together they must be below 1."
        )
    if own_variance(assumptions) <= 0.01:
        raise BadInput(
            f"power: therapists (task.icc={assumptions.icc:g}), intake "
            f"(task.before_r={assumptions.before_r:g}) and the effect leave no variance of the "
            "outcome to the client: take smaller ones."
        )
    return assumptions


def process_correlation(assumptions: Assumptions) -> float:
    """Return the correlation within and between therapists that gives the stated r in all clients.

    The same at both levels: r = rho (sqrt(icc process_icc) + sqrt((1 - icc) (1 - process_icc))).

    Parameters
    ----------
    assumptions
        Of a process study.

    Examples
    --------
    >>> process_correlation(Assumptions("process", 0.3, icc=0.05, process_icc=0.05))
    0.3
    """
    between = (assumptions.icc * assumptions.process_icc) ** 0.5
    within = ((1 - assumptions.icc) * (1 - assumptions.process_icc)) ** 0.5
    return float(assumptions.effect / (between + within))


def change_variance(assumptions: Assumptions) -> float:
    """Return the variance of true change from first to last session, of scores of variance 1.

    Parameters
    ----------
    assumptions
        Of a growth study.

    Examples
    --------
    >>> round(change_variance(Assumptions("growth", 0.4, before_r=0.5, residual=0.3)), 2)
    0.4
    """
    return 2 * (1 - assumptions.before_r - assumptions.residual)


def own_variance(assumptions: Assumptions) -> float:
    """Return the variance of outcome that is neither therapist, nor intake, nor effect.

    Of a growth study: of the clients' true change that is not the therapists'.

    Parameters
    ----------
    assumptions
        About the study.

    Examples
    --------
    >>> round(own_variance(Assumptions("waiting", 0.7, icc=0.05, before_r=0.5)), 3)
    0.7
    """
    if assumptions.kind == GROWTH:
        return (1 - assumptions.icc) * change_variance(assumptions)
    left = 1 - assumptions.therapist_share - assumptions.before_r**2 - assumptions.effect_sd**2 / 4
    if assumptions.kind == PROCESS:
        left -= process_correlation(assumptions) ** 2 * (1 - assumptions.icc)
    return left

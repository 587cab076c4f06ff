"""Many small trials, as a field would run, report and publish them, in one known world.

Each trial has a team, and a team may favour the therapy. Allegiance adds nothing to an effect: it
makes the rationale more credible, the therapists more enthusiastic and better supervised, and it
may choose a control that is meant to fail. A trial's outcome measure may be far from the target.
What is not significant is published less often. `analysis.meta_analysis` and
`analysis.codification` then see what a reviewer sees: the published effect sizes, their errors
and the teams.

How large all of this is in the real field is an assumption (`Field`), to be varied.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import effects
from dyadsim.analysis.estimate import Estimate
from dyadsim.errors import BadInput
from dyadsim.model.parameters import Parameters, changed
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies import therapy as therapies
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import UNTREATED
from dyadsim.studies.study import Caseload, Study
from dyadsim.studies.therapy import Therapy

TRUTH_CLIENTS = 20000
_TRIALS_APART = 10_000  # replicate = _TRIALS_APART x literature + trial


class Field(NamedTuple):
    """How a field does its trials. Every number is an assumption.

    `trials` of one comparison; `smallest` to `largest` clients a trial, even on the log scale;
    `teams`; `allegiant`: share of teams that favour the therapy; `belief`, `supervision` (z): what
    that adds to their therapists' allegiance and competence; `credibility` (0-1): what it adds to
    the rationale; `far`: share of trials whose outcome is far from the target, which multiplies
    the error variance of the form by `far_error`; `publication`: chance that a trial without a
    significant result in favour of the therapy is published.
    """

    trials: int = 12
    smallest: int = 40
    largest: int = 160
    teams: int = 5
    allegiant: float = 0.6
    belief: float = 1.0
    supervision: float = 0.5
    credibility: float = 0.15
    far: float = 0.3
    far_error: float = 4.0
    publication: float = 0.4
    caseload: Caseload = Caseload(mean=8.0, spread=0.5, nested=True)


FIELD = Field()


def checked(field: Field) -> Field:
    """Return `field` if trials can be drawn from it.

    Raises
    ------
    BadInput
        a number out of its range.
    """
    rules = {
        "trials": (2, 1000),
        "teams": (1, 1000),
        "smallest": (12, 10_000),
        "largest": (field.smallest, 10_000),
        "allegiant": (0, 1),
        "belief": (0, 3),
        "supervision": (0, 3),
        "credibility": (0, 1),
        "far": (0, 1),
        "far_error": (1, 5),
        "publication": (0, 1),
    }
    for name, (low, high) in rules.items():
        value = getattr(field, name)
        whole = isinstance(Field._field_defaults[name], int)
        kind = int if whole else int | float
        if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
            word = "whole number" if whole else "number"
            raise BadInput(
                f"literature: {name} must be a {word} from {low:g} to {high:g}, not '{value}'."
            )
    return field


class _Plan(NamedTuple):
    """What a team decides before a trial."""

    team: int
    favours: bool
    clients: int
    far: bool
    luck: float  # in [0, 1): decides about publication, if the result does not


def _plans(field: Field, seed: int, literature: int) -> list[_Plan]:
    """Draw every trial's team, size and measure."""
    dice = np.random.default_rng([seed, literature])
    favours = dice.random(field.teams) < field.allegiant
    size = np.log(field.smallest), np.log(field.largest)
    plans = []
    for _ in range(field.trials):
        team = int(dice.integers(field.teams))
        clients = round(float(np.exp(dice.uniform(*size))))
        far = bool(dice.random() < field.far)
        plans.append(_Plan(team, bool(favours[team]), clients, far, float(dice.random())))
    return plans


def favoured(one: Therapy, field: Field) -> Therapy:
    """Return a therapy as its own team presents it: the same doses, a more credible rationale."""
    return one._replace(rationale=min(1.0, one.rationale + field.credibility))


def trial(therapy: str, comparator: str, favours: bool, field: Field = FIELD) -> Study:
    """Return one trial of `therapy` against `comparator`, by a team that favours it or does not.

    Raises
    ------
    BadInput
        an unknown therapy or comparator.
    """
    one = therapies.named(therapy)
    study = rct(
        (favoured(one, field) if favours else one, comparator),
        follow_up=(),
        caseload=field.caseload,
    )
    if not favours:
        return study
    gains = (("allegiance", field.belief), ("competence", field.supervision))
    ours = study.arms[0]._replace(training=gains)
    theirs = study.arms[1]
    if comparator not in UNTREATED:
        theirs = theirs._replace(training=(("allegiance", -field.belief),))
    return study._replace(arms=(ours, theirs))


def outcome(run: Run) -> Estimate:
    """Return Hedges g of the last scores that the two arms gave; above 0 = the first arm better.

    Who gave none after intake is left out, as in `analysis.change.pre_post`.
    """
    step, rows = run.study.schedule.sessions, dict(simulate.variables(run.truth))
    gave = ~np.isnan(rows["symptom_score"][1 : step + 1]).all(axis=0)
    last = np.where(gave, rows["last_score"][step].astype(np.float64), np.nan)
    return effects.hedges_g(last[run.clients.arm == 0], last[run.clients.arm == 1])


def trials(
    parameters: Parameters,
    therapy: str,
    comparator: str,
    field: Field = FIELD,
    seed: int = 1,
    literature: int = 0,
) -> pd.DataFrame:
    """Return one row a trial of one literature: trial, team, favours, clients, far, g,
    standard_error, significant (in favour of the therapy, 5 %, two-sided), published.

    Raises
    ------
    BadInput
        an unknown therapy or comparator, or an impossible field.
    """
    checked(field)
    far = changed(
        parameters,
        {"measurement.reliability_factor": min(5.0, _error(parameters) * field.far_error)},
    )
    studies = {favours: trial(therapy, comparator, favours, field) for favours in (False, True)}
    rows = []
    for number, plan in enumerate(_plans(field, seed, literature)):
        found = outcome(
            simulate.run(
                studies[plan.favours],
                far if plan.far else parameters,
                plan.clients,
                seed,
                _TRIALS_APART * literature + number,
                threads=1,
            )
        )
        good = found.value > effects.NORMAL_QUANTILE * found.standard_error
        published = good or plan.luck < field.publication
        rows.append(
            (
                number,
                plan.team,
                plan.favours,
                plan.clients,
                plan.far,
                found.value,
                found.standard_error,
                good,
                published,
            )
        )
    names = [
        "trial",
        "team",
        "favours",
        "clients",
        "far",
        "g",
        "standard_error",
        "significant",
        "published",
    ]
    return pd.DataFrame(rows, columns=names)


def _error(parameters: Parameters) -> float:
    return parameters.measurement.reliability_factor


def true_effect(
    parameters: Parameters,
    therapy: str,
    comparator: str,
    seed: int = 1,
    clients: int = TRUTH_CLIENTS,
) -> Estimate:
    """Return the difference in true distress, in SD of it, of one huge trial without allegiance."""
    study = trial(therapy, comparator, False)
    run = simulate.run(study, parameters, clients, seed, 2**30)
    distress = dict(simulate.variables(run.truth))["distress"][study.schedule.sessions]
    return effects.hedges_g(distress[run.clients.arm == 0], distress[run.clients.arm == 1])


def several(
    parameters: Parameters,
    therapy: str,
    comparator: str,
    repeats: int,
    field: Field = FIELD,
    seed: int = 1,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """Return `trials` of `repeats` literatures one under the other, with a column `literature`."""
    parts = [
        trials(parameters, therapy, comparator, field, seed, number).assign(literature=number)
        for number in each(range(repeats))
    ]
    return pd.concat(parts, ignore_index=True)

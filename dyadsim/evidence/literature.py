"""Many small trials, as a field would run, report and publish them, in one known world.

Each trial has a team, and a team may favour the therapy. Allegiance adds nothing to an effect: it
makes the rationale more credible, the therapists more enthusiastic and better supervised, and it
may choose a control that is meant to fail. A trial's outcome measure may be far from the target.
What is not significant is published less often. `analysis.meta_analysis` and
`analysis.codification` then see what a reviewer sees: the published effect sizes, their errors
and the teams.

How large all of this is in the real field is an assumption (`Field`), to be varied.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import effects
from dyadsim.analysis.estimate import Estimate
from dyadsim.checks import number, whole_number
from dyadsim.model.parameters import Parameters, changed
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies import therapy as therapies
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import UNTREATED
from dyadsim.studies.study import Caseload, Study
from dyadsim.studies.therapy import Therapy

_TRIALS_APART = 10_000  # replicate = _TRIALS_APART x literature + trial
_LARGEST_RELIABILITY_FACTOR = 5.0


class Field(NamedTuple):
    """How a field does its trials. Every number is an assumption.

    Attributes
    ----------
    trials
        Trials of one comparison.
    smallest, largest
        Clients of a trial, even on the log scale.
    teams
        Number of teams.
    allegiant
        Share of teams that favour the therapy.
    belief, supervision
        What that adds to their therapists' allegiance and competence, z.
    credibility
        What it adds to the rationale, 0 to 1.
    far
        Share of trials whose outcome measure is far from the target.
    far_error
        Factor by which that multiplies the error variance of the form.
    publication
        Probability that a trial is published without a significant result for the therapy.
    caseload
        Clients per therapist.
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


def check_field(field: Field) -> Field:
    """Return a field if trials can be drawn from it.

    Parameters
    ----------
    field
        How the field does its trials.

    Returns
    -------
    Field
        The same.

    Raises
    ------
    BadInput
        A number out of its range.
    """
    counts = {
        "trials": (2, 1000),
        "teams": (1, 1000),
        "smallest": (12, 10_000),
        "largest": (field.smallest, 10_000),
    }
    for name, (fewest, most) in counts.items():
        whole_number(f"literature: {name}", getattr(field, name), fewest, most)
    ranges = {
        "allegiant": (0, 1),
        "belief": (0, 3),
        "supervision": (0, 3),
        "credibility": (0, 1),
        "far": (0, 1),
        "far_error": (1, 5),
        "publication": (0, 1),
    }
    for name, (low, high) in ranges.items():
        number(f"literature: {name}", getattr(field, name), low, high)
    return field


class _Plan(NamedTuple):
    """What a team decides before a trial; `chance` in [0, 1) decides about publication."""

    team: int
    favours: bool
    clients: int
    far: bool
    chance: float


def _plans(field: Field, seed: int, literature: int) -> list[_Plan]:
    """Draw every trial's team, size and measure."""
    rng = np.random.default_rng([seed, literature])
    favours = rng.random(field.teams) < field.allegiant
    size = np.log(field.smallest), np.log(field.largest)
    plans = []
    for _ in range(field.trials):
        team = int(rng.integers(field.teams))
        clients = round(float(np.exp(rng.uniform(*size))))
        far = bool(rng.random() < field.far)
        plans.append(_Plan(team, bool(favours[team]), clients, far, float(rng.random())))
    return plans


def favoured_therapy(therapy: Therapy, field: Field) -> Therapy:
    """Return a therapy as its own team presents it: the same doses, a more credible rationale."""
    return therapy._replace(rationale=min(1.0, therapy.rationale + field.credibility))


def trial_study(therapy: str, comparator: str, *, favours: bool, field: Field = FIELD) -> Study:
    """Return one trial of a therapy against a comparator.

    Parameters
    ----------
    therapy, comparator
        Names of the two treatments.
    favours
        Whether the team favours the therapy.
    field
        How the field does its trials.

    Returns
    -------
    Study
        A randomised trial without follow-up.

    Raises
    ------
    BadInput
        An unknown therapy or comparator.
    """
    tested = therapies.find_therapy(therapy)
    study = rct(
        (favoured_therapy(tested, field) if favours else tested, comparator),
        follow_up=(),
        caseload=field.caseload,
    )
    if not favours:
        return study
    first, second = study.arms
    training = (("allegiance", field.belief), ("competence", field.supervision))
    if comparator not in UNTREATED:
        second = second._replace(training=(("allegiance", -field.belief),))
    return study._replace(arms=(first._replace(training=training), second))


def trial_effect(run: Run) -> Estimate:
    """Return Hedges' g of the last scores of two arms.

    Clients without a score after intake are left out, as in `analysis.change.pre_post`.

    Parameters
    ----------
    run
        A finished trial.

    Returns
    -------
    Estimate
        Above 0 = the first arm did better.

    Raises
    ------
    ValueError
        An arm has fewer than 3 scores.
    """
    step, rows = run.study.schedule.sessions, dict(simulate.variables(run.truth))
    rated = ~np.isnan(rows["symptom_score"][1 : step + 1]).all(axis=0)
    last = np.where(rated, rows["last_score"][step].astype(np.float64), np.nan)
    return effects.hedges_g(last[run.clients.arm == 0], last[run.clients.arm == 1])


def simulate_literature(
    parameters: Parameters,
    therapy: str,
    comparator: str,
    *,
    field: Field = FIELD,
    seed: int = 1,
    literature: int = 0,
) -> pd.DataFrame:
    """Return the trials of one literature.

    Parameters
    ----------
    parameters
        One world's parameters.
    therapy, comparator
        Names of the two treatments.
    field
        How the field does its trials.
    seed, literature
        Random seed, and the number of the literature: a random stream of its own.

    Returns
    -------
    pandas.DataFrame
        One row per trial: trial, team, favours, clients, far, g, standard_error, significant (in
        favour of the therapy, 5 %, two-sided), published.

    Raises
    ------
    BadInput
        An unknown therapy or comparator, or an impossible field.
    """
    check_field(field)
    worlds = {False: parameters, True: far_from_target(parameters, field)}
    studies = {
        favours: trial_study(therapy, comparator, favours=favours, field=field)
        for favours in (False, True)
    }
    rows = []
    for trial, plan in enumerate(_plans(field, seed, literature)):
        replicate = _TRIALS_APART * literature + trial
        run = simulate.run(
            studies[plan.favours],
            worlds[plan.far],
            plan.clients,
            seed,
            replicate=replicate,
            threads=1,
        )
        rows.append({"trial": trial, **_reported(plan, trial_effect(run), field)})
    return pd.DataFrame(rows)


def _reported(plan: _Plan, effect: Estimate, field: Field) -> dict[str, int | float | bool]:
    """Return what a trial reports, and whether it is published."""
    significant = effect.value > effects.NORMAL_QUANTILE * effect.standard_error
    return {
        "team": plan.team,
        "favours": plan.favours,
        "clients": plan.clients,
        "far": plan.far,
        "g": effect.value,
        "standard_error": effect.standard_error,
        "significant": significant,
        "published": significant or plan.chance < field.publication,
    }


def far_from_target(parameters: Parameters, field: Field) -> Parameters:
    """Return parameters whose outcome measure is far from the target: a larger error variance."""
    factor = parameters.measurement.reliability_factor * field.far_error
    return changed(
        parameters,
        {"measurement.reliability_factor": min(_LARGEST_RELIABILITY_FACTOR, factor)},
    )


def simulate_literatures(
    parameters: Parameters,
    therapy: str,
    comparator: str,
    repeats: int,
    *,
    field: Field = FIELD,
    seed: int = 1,
) -> pd.DataFrame:
    """Return the trials of several literatures, one under the other.

    Parameters
    ----------
    parameters
        One world's parameters.
    therapy, comparator
        Names of the two treatments.
    repeats
        Number of literatures.
    field, seed
        As in `simulate_literature`.

    Returns
    -------
    pandas.DataFrame
        As `simulate_literature`, with a column `literature`.

    Raises
    ------
    BadInput
        As `simulate_literature`.
    """
    parts = [
        simulate_literature(
            parameters, therapy, comparator, field=field, seed=seed, literature=number
        ).assign(literature=number)
        for number in range(repeats)
    ]
    return pd.concat(parts, ignore_index=True)

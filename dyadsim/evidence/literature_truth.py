"""What a literature should find: the effect without allegiance, selection and chance.

Trials report g, a difference in SDs of post-test scores, so what they should find is a g, too: that
of one huge trial, over the questionnaires that the field uses. The difference in true distress is
told beside it, in the SDs of distress at intake that `sweep` (`true_d`) and `compare` use. It is
about twice as large, because scores carry error and clients differ more after treatment than
before; so the two are never compared.
"""

from typing import NamedTuple

import numpy as np

from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.evidence.literature import FIELD, Field, far_from_target, trial_effect, trial_study
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.runs import Run, latent

TRUTH_CLIENTS = 20000
_TRUTH_REPLICATE = 2**30  # far from those of the trials


class Truth(NamedTuple):
    """What a therapy does more than its comparator, above 0 = the therapy does better.

    Attributes
    ----------
    expected_g
        Hedges' g of last scores, in SDs of these: what the field's trials find on average if no
        team favours the therapy and everything is published.
    true_d
        Difference of true distress at the post-test, in SDs of distress at intake.
    """

    expected_g: Estimate
    true_d: Estimate


def expected_effects(
    parameters: Parameters,
    therapy: str,
    comparator: str,
    *,
    field: Field = FIELD,
    seed: int = 1,
    clients: int = TRUTH_CLIENTS,
) -> Truth:
    """Return what one huge trial without allegiance finds.

    Parameters
    ----------
    parameters
        One world's parameters.
    therapy, comparator
        Names of the two treatments.
    field
        How the field does its trials; its share of far measures and their error count.
    seed
        Random seed.
    clients
        Clients of the trial.

    Returns
    -------
    Truth
        On the scale of scores, and of true distress.

    Raises
    ------
    BadInput
        An unknown therapy or comparator.
    """
    study = trial_study(therapy, comparator, favours=False, field=field)

    def huge(world: Parameters) -> Run:
        return simulate.run(study, world, clients, seed, replicate=_TRUTH_REPLICATE)

    near = huge(parameters)
    expected = trial_effect(near)
    if field.far > 0:
        distant = trial_effect(huge(far_from_target(parameters, field)))
        value = (1 - field.far) * expected.value + field.far * distant.value
        # the same clients: the two errors go together
        error = (1 - field.far) * expected.standard_error + field.far * distant.standard_error
        expected = from_standard_error(value, error, expected.n)
    return Truth(expected, _true_d(near))


def _true_d(run: Run) -> Estimate:
    """Return the difference of distress at the post-test in pooled SDs at intake."""
    distress = latent(run, "distress").astype(float)
    arms = [run.clients.arm == code for code in (0, 1)]
    n, m = (int(arm.sum()) for arm in arms)
    before = [distress[0, arm].var(ddof=1) for arm in arms]
    after = [distress[run.study.schedule.sessions, arm] for arm in arms]
    pooled = np.sqrt(((n - 1) * before[0] + (m - 1) * before[1]) / (n + m - 2))
    d = float((after[1].mean() - after[0].mean()) / pooled)
    means = (after[0].var(ddof=1) / n + after[1].var(ddof=1) / m) / pooled**2
    return from_standard_error(d, float(np.sqrt(means + d**2 / (2 * (n + m)))), n + m)

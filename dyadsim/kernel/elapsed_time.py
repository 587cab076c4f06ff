"""What the length of one step does to every decay: a week in care, months of follow-up.

A decay of `rate` a week keeps (1 - rate)^weeks over a step; the noise of a relaxing parameter is
spread so that its stationary variance does not depend on the length of the step.
"""

from typing import NamedTuple

import numpy as np

from dyadsim.numerics.float32 import ONE, exp2, log2
from dyadsim.numerics.jit import compiled


class Pace(NamedTuple):
    """What the length of one step does to every decay; all float32."""

    distress_kept: np.float32
    distress_spread: np.float32
    load_kept: np.float32
    load_spread: np.float32
    contact_kept: np.float32
    process_kept: np.float32
    action_kept: np.float32
    regulation_kept: np.float32


@compiled
def kept(rate, weeks):
    """Return (1 - rate)^weeks; a rate of 1 counts as 1 - 1e-30."""
    return exp2(weeks * log2(max(ONE - rate, np.float32(1e-30))))


@compiled
def pace(weeks, p):
    """Return the decays of a step of `weeks`."""
    still = kept(p.distress.rate, weeks)
    weekly = ONE - p.distress.rate
    # A rate of 0, which only do(hold) sets, spreads nothing
    spread = np.sqrt((ONE - still * still) / max(ONE - weekly * weekly, np.float32(1e-6)))
    eased = kept(p.distress.load_decay, weeks)
    slow = ONE - p.distress.load_decay
    load_spread = np.sqrt((ONE - eased * eased) / max(ONE - slow * slow, np.float32(1e-6)))
    return Pace(
        still,
        spread,
        eased,
        load_spread,
        kept(p.distress.contact_fade, weeks),
        kept(p.process_change.process_decay, weeks),
        kept(p.action.action_decay, weeks),
        kept(p.regulation.regulation_decay, weeks),
    )

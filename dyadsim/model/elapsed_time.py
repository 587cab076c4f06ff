"""What the length of a step does to a decay: a week in care, months of follow-up.

A decay of `rate` a week keeps (1 - rate)^weeks over a step; the noise of a relaxing variable is
spread so that its stationary variance does not depend on the length of the step.
"""

import numpy as np

from dyadsim.numerics.float32 import ONE, exp2, log2
from dyadsim.numerics.jit import compiled

_SMALLEST_REST, _SMALLEST_VARIANCE = np.float32(1e-30), np.float32(1e-6)


@compiled
def kept(rate, weeks):
    """Return what a decay of `rate` a week keeps over a step, (1 - rate)^weeks.

    A rate of 1 counts as 1 - 1e-30.
    """
    return exp2(weeks * log2(max(ONE - rate, _SMALLEST_REST)))


@compiled
def spread(rate, weeks):
    """Return the SD of the noise that a step of `weeks` adds, in SDs of a week's noise.

    sqrt((1 - k^2) / (1 - (1 - rate)^2)), k what is kept. A rate of 0, which only `do(hold)` sets,
    adds none.
    """
    rest, weekly = kept(rate, weeks), ONE - rate
    return np.sqrt((ONE - rest * rest) / max(ONE - weekly * weekly, _SMALLEST_VARIANCE))

"""A reduced growth model of one arm: every client falls from a start to an end at one rate.

    y_it = end_i + fall_i exp(-rate t) + e_it        t in weeks since intake

End and fall are normal over clients with a correlation, e is normal. No floor, no rounding, no
drop-out: so plain that its posterior can be had exactly. All priors are normal on coordinates.
"""

from typing import Any

import numpy as np

NAMES = ("end", "fall", "rate", "SD of end", "SD of fall", "correlation", "residual SD")
UNITS = ("points", "points", "1/week", "points", "points", "1", "points")
# Middle and SD of each prior on its coordinate: plain, log, or inverse tangent (assumptions).
_MIDDLE = np.array([8.0, 10.0, np.log(0.2), np.log(6.0), np.log(6.0), 0.0, np.log(4.0)])
_SPREAD = np.array([5.0, 5.0, 0.7, 0.5, 0.5, 0.7, 0.5])


def values(z: Any, xp: Any = np) -> Any:
    """Return the seven values (..., 7) at standard normal coordinates, in numpy or jax.numpy."""
    raw = _MIDDLE + _SPREAD * z
    end, fall, rate, sd_end, sd_fall, turn, noise = (raw[..., k] for k in range(7))
    return xp.stack(
        [end, fall, xp.exp(rate), xp.exp(sd_end), xp.exp(sd_fall), xp.tanh(turn), xp.exp(noise)], -1
    )


def course(found: Any, one: Any, two: Any, week: Any, xp: Any = np) -> Any:
    """Return what is expected at weeks: one, two: each client's standard normal deviations."""
    end, fall, rate, sd_end, sd_fall, r, _ = (found[k] for k in range(7))
    mine = end + sd_end * one
    drop = fall + sd_fall * (r * one + xp.sqrt(1 - r**2) * two)
    return mine + drop * xp.exp(-rate * week)


def simulated(z: np.ndarray, there: np.ndarray, week: np.ndarray, seed: int) -> np.ndarray:
    """Return scores (step, client) at coordinates z, NaN where the data have none.

    there: (step, client), True where there is a score; week: of each step.
    """
    dice = np.random.default_rng(seed)
    found = values(z)
    one, two = dice.normal(size=(2, there.shape[1]))
    expected = course(found, one, two, week[:, None])
    noisy = expected + found[6] * dice.normal(size=there.shape)
    return np.where(there, noisy, np.nan)

"""A reduced growth model of one arm: every client falls from a start to an end at one rate.

    y_it = end_i + fall_i exp(-rate t) + e_it        t in weeks since intake

End and fall are normal over clients with a correlation, e is normal. No floor, no rounding, no
drop-out: simple enough for an exact posterior. All priors are normal on coordinates.
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


def course(values: Any, in_end: Any, in_fall: Any, week: Any, xp: Any = np) -> Any:
    """Return the expected score at weeks.

    in_end, in_fall: each client's standard normal deviations, of which the second is the part of
    the fall that does not go with the end.
    """
    end, fall, rate, sd_end, sd_fall, r, _ = (values[k] for k in range(7))
    client_end = end + sd_end * in_end
    client_fall = fall + sd_fall * (r * in_end + xp.sqrt(1 - r**2) * in_fall)
    return client_end + client_fall * xp.exp(-rate * week)


def simulated(z: np.ndarray, present: np.ndarray, week: np.ndarray, seed: int) -> np.ndarray:
    """Return scores (step, client) at coordinates z, NaN where the data have none.

    present: (step, client), True where there is a score; week: of each step.
    """
    rng = np.random.default_rng(seed)
    at_z = values(z)
    in_end, in_fall = rng.normal(size=(2, present.shape[1]))
    expected = course(at_z, in_end, in_fall, week[:, None])
    noisy = expected + at_z[6] * rng.normal(size=present.shape)
    return np.where(present, noisy, np.nan)

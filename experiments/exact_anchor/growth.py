"""A reduced growth model of one arm: every client falls from a start to an end at one rate.

    y_it = end_i + fall_i exp(-rate t) + e_it        t in weeks since intake

End and fall are normal over clients with a correlation, e is normal. No floor, no rounding, no
drop-out: so plain that its posterior can be had exactly. All priors are normal on coordinates.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

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


def exact(
    client: np.ndarray, week: np.ndarray, score: np.ndarray, draws: int, seed: int = 1
) -> np.ndarray:
    """Return draws (draw, 7) of the posterior by Hamiltonian Monte Carlo (NumPyro's NUTS).

    client, week, score: a row a measurement.
    """
    import jax
    import jax.numpy as jnp
    import numpyro
    from numpyro import distributions as dist
    from numpyro.infer import MCMC, NUTS

    numpyro.set_host_device_count(2)
    count = int(client.max()) + 1

    def model() -> None:
        z = numpyro.sample("z", dist.Normal(0, 1).expand([7]))
        one = numpyro.sample("one", dist.Normal(0, 1).expand([count]))
        two = numpyro.sample("two", dist.Normal(0, 1).expand([count]))
        found = values(z, jnp)
        expected = course(found, one[client], two[client], week, jnp)
        numpyro.sample("score", dist.Normal(expected, found[6]), obs=score)

    kernel = NUTS(model, init_strategy=numpyro.infer.init_to_median)
    chains = MCMC(kernel, num_warmup=draws, num_samples=draws, num_chains=2, progress_bar=False)
    chains.run(jax.random.PRNGKey(seed))
    told = numpyro.diagnostics.summary(chains.get_samples(group_by_chain=True))["z"]
    print(f"largest R-hat {np.max(told['r_hat']):.3f}, fewest effective draws "
          f"{np.min(told['n_eff']):.0f}")  # fmt: skip
    return np.asarray(values(np.asarray(chains.get_samples()["z"], dtype=float)))


def figure(table: pd.DataFrame) -> Figure:
    """Return both ways' 90 % intervals of each quantity, each on its own scale."""
    made = style.figure(9, 4.6)
    with style.drawing():
        axes = made.subplots()
        for place, (_, rows) in enumerate(table.groupby("quantity", sort=False)):
            low, high = rows["low"].min(), rows["high"].max()
            for k, row in enumerate(rows.to_dict("records")):
                look = style.Look(*(("#0072B2", "o", "-"), ("#D55E00", "s", "--"))[k])
                at = (np.array([row["low"], row["middle"], row["high"]]) - low) / (high - low)
                y = place + 0.2 * (2 * k - 1)
                axes.plot(at[[0, 2]], [y, y], look.line, color=look.colour, linewidth=3,
                          label=row["way"] * (place == 0) or None)  # fmt: skip
                axes.plot(at[1], y, look.marker, color=look.colour, markersize=7)
                axes.text(1.05, y, f"{row['middle']:.2f} [{row['low']:.2f}, {row['high']:.2f}] "
                          f"{row['unit']}", va="center", fontsize=9)  # fmt: skip
        names = list(dict.fromkeys(table["quantity"]))
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(-0.05, 1.75)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_title(
            "90 % intervals: exact (NUTS) and from simulations alone (table)", loc="left"
        )
        made.legend(loc="outside lower left", ncols=2)
    return made

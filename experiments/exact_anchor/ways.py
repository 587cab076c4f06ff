"""The two ways to the posterior of the growth model: exactly, and from simulations alone."""

from itertools import chain

import growth
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.fitting import posterior
from dyadsim.fitting.data_design import Observed
from dyadsim.fitting.summaries import shape, summaries
from dyadsim.plots import style


def exact(scores: np.ndarray, draws: int, seed: int = 1) -> np.ndarray:
    """Return draws (draw, 7) of the coordinates by Hamiltonian Monte Carlo (NumPyro's NUTS).

    scores: (week, client), NaN where there is none.
    """
    import jax
    import jax.numpy as jnp
    import numpyro
    from numpyro import distributions as dist
    from numpyro.infer import MCMC, NUTS

    numpyro.set_host_device_count(2)
    week, client = np.nonzero(~np.isnan(scores))
    count, score = scores.shape[1], scores[week, client]

    def model() -> None:
        z = numpyro.sample("z", dist.Normal(0, 1).expand([7]))
        one = numpyro.sample("one", dist.Normal(0, 1).expand([count]))
        two = numpyro.sample("two", dist.Normal(0, 1).expand([count]))
        found = growth.values(z, jnp)
        expected = growth.course(found, one[client], two[client], week, jnp)
        numpyro.sample("score", dist.Normal(expected, found[6]), obs=score)

    kernel = NUTS(model, init_strategy=numpyro.infer.init_to_median)
    chains = MCMC(kernel, num_warmup=draws, num_samples=draws, num_chains=2, progress_bar=False)
    chains.run(jax.random.PRNGKey(seed))
    told = numpyro.diagnostics.summary(chains.get_samples(group_by_chain=True))["z"]
    print(
        f"largest R-hat {np.max(told['r_hat']):.3f}, fewest effective draws "
        f"{np.min(told['n_eff']):.0f}"
    )
    return np.asarray(chains.get_samples()["z"], dtype=float)


def by_table(seen: Observed, sets: list[np.ndarray], draws: int) -> list[np.ndarray]:
    """Return draws (draw, 7) of each set's posterior as `dyadsim fit` gets it.

    seen: the design. sets: scores (week, client) of it, real or simulated; the table is shared.
    """
    form, there = shape(seen, False), ~np.isnan(seen.scores)
    week, none = np.arange(len(there)), np.full(there.shape, np.nan)
    z = np.random.default_rng(1).normal(size=(draws, 7))
    made = (growth.simulated(one, there, week, k) for k, one in enumerate(z))
    rows = [list(summaries(form, scores, none).values()) for scores in chain(sets, made)]
    real, raw = np.array(rows[: len(sets)]), np.array(rows[len(sets) :])
    used = ~np.isnan(np.vstack([raw, real])).any(axis=0) & (raw.std(axis=0) > 0)
    learned, far = posterior.learn(raw, z, used), np.full(7, 9.0)
    return [
        posterior.infer(learned.table, z, place, -far, far).resampled(4000, 1)
        for place in learned(real)
    ]


def figure(table: pd.DataFrame) -> Figure:
    """Return both ways' 90 % intervals of each parameter, each on its own scale, a panel a set."""
    made = style.figure(15, 5)
    with style.drawing():
        panels = made.subplots(1, 2)
        for axes, (data, rows) in zip(panels, table.groupby("data", sort=False), strict=True):
            _panel(axes, rows)
            axes.set_title(str(data), loc="left")
        made.suptitle("90 % intervals: exact (NUTS), and from simulations alone (table)")
        made.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=3)
    return made


def _panel(axes: Axes, table: pd.DataFrame) -> None:
    """Draw one data set's parameters."""
    for place, (_, rows) in enumerate(table.groupby("parameter", sort=False)):
        low, high = rows["low"].min(), rows["high"].max()
        for k, row in enumerate(rows.to_dict("records")):
            look = style.Look(*(("#0072B2", "o", "-"), ("#D55E00", "s", "--"))[k])
            at = (np.array([row["low"], row["middle"], row["high"]]) - low) / (high - low)
            y = place + 0.2 * (2 * k - 1)
            axes.plot(
                at[[0, 2]],
                [y, y],
                look.line,
                color=look.colour,
                linewidth=3,
                label=row["way"] * (place == 0) or None,
            )
            if not np.isnan(row["truth"]):
                axes.plot(
                    (row["truth"] - low) / (high - low),
                    y,
                    "|",
                    color="black",
                    markersize=16,
                    label="truth" * (place + k == 0) or None,
                )
            axes.plot(at[1], y, look.marker, color=look.colour, markersize=7)
            axes.text(
                1.05,
                y,
                f"{row['middle']:.2f} [{row['low']:.2f}, {row['high']:.2f}] {row['unit']}",
                va="center",
                fontsize=9,
            )
    names = list(dict.fromkeys(table["parameter"]))
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(-0.05, 1.75)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)

"""The two ways to the posterior of the growth model: exactly, and from simulations alone."""

from itertools import chain

import growth
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.fitting import posterior
from dyadsim.fitting.data_design import ObservedDesign
from dyadsim.fitting.summaries import design_shape, summarise_scores
from dyadsim.plots import style

LOOKS = (style.Look("#0072B2", "o", "-"), style.Look("#D55E00", "s", "--"))


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
        in_end = numpyro.sample("in_end", dist.Normal(0, 1).expand([count]))
        in_fall = numpyro.sample("in_fall", dist.Normal(0, 1).expand([count]))
        values = growth.values(z, jnp)
        expected = growth.course(values, in_end[client], in_fall[client], week, jnp)
        numpyro.sample("score", dist.Normal(expected, values[6]), obs=score)

    kernel = NUTS(model, init_strategy=numpyro.infer.init_to_median)
    chains = MCMC(kernel, num_warmup=draws, num_samples=draws, num_chains=2, progress_bar=False)
    chains.run(jax.random.PRNGKey(seed))
    summary = numpyro.diagnostics.summary(chains.get_samples(group_by_chain=True))["z"]
    print(
        f"largest R-hat {np.max(summary['r_hat']):.3f}, fewest effective draws "
        f"{np.min(summary['n_eff']):.0f}"
    )
    return np.asarray(chains.get_samples()["z"], dtype=float)


def by_table(design: ObservedDesign, data_sets: list[np.ndarray], draws: int) -> list[np.ndarray]:
    """Return draws (draw, 7) of each data set's posterior as `dyadsim fit` gets it.

    data_sets: scores (week, client) of the design, real or simulated; the table is shared.
    """
    shape, present = design_shape(design, False), ~np.isnan(design.scores)
    week, no_alliance = np.arange(len(present)), np.full(present.shape, np.nan)
    z = np.random.default_rng(1).normal(size=(draws, 7))
    simulated = (growth.simulated(row, present, week, k) for k, row in enumerate(z))
    rows = [
        list(summarise_scores(shape, scores, no_alliance).values())
        for scores in chain(data_sets, simulated)
    ]
    real, raw = np.array(rows[: len(data_sets)]), np.array(rows[len(data_sets) :])
    used = ~np.isnan(np.vstack([raw, real])).any(axis=0) & (raw.std(axis=0) > 0)
    learned, far = posterior.learn_summaries(raw, z, used=used), np.full(7, 9.0)
    return [
        posterior.infer_posterior(learned.table, z, target=place, bounds=(-far, far)).resampled(
            4000, 1
        )
        for place in learned(real)
    ]


def draw(table: pd.DataFrame) -> Figure:
    """Return both ways' 90 % intervals of each parameter, a panel a data set."""
    figure = style.new_figure(15, 5)
    with style.drawing_style():
        panels = figure.subplots(1, 2)
        for axes, (data, rows) in zip(panels, table.groupby("data", sort=False), strict=True):
            draw_data_set(axes, rows)
            axes.set_title(str(data), loc="left")
        figure.suptitle("90 % intervals: exact (NUTS), and from simulations alone (table)")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=3)
    return figure


def draw_data_set(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the parameters of one data set, each on its own scale."""
    for place, (_, rows) in enumerate(table.groupby("parameter", sort=False)):
        low, high = rows["low"].min(), rows["high"].max()
        ends = (rows[["low", "middle", "high", "truth"]] - low) / (high - low)
        for k, (row, x) in enumerate(zip(rows.itertuples(), ends.itertuples(), strict=True)):
            y, look = place + 0.2 * (2 * k - 1), LOOKS[k]
            label = row.way if place == 0 else None
            axes.plot([x.low, x.high], [y, y], look.line, color=look.colour, lw=3, label=label)
            axes.plot(x.middle, y, look.marker, color=look.colour, markersize=7)
            if not np.isnan(x.truth):
                label = "truth" if place + k == 0 else None
                axes.plot(x.truth, y, "|", color="black", markersize=16, label=label)
            numbers = f"{row.middle:.2f} [{row.low:.2f}, {row.high:.2f}] {row.unit}"
            axes.text(1.05, y, numbers, va="center", fontsize=9)
    names = list(dict.fromkeys(table["parameter"]))
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(-0.05, 1.75)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)

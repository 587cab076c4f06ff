"""Two ways from the same reference table to posteriors: dyadsim's own, and a neural network."""

import os
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from dyadsim.fitting import posterior
from dyadsim.fitting.reference_table import Table

DRAWS = 500  # of each posterior
type Way = Callable[[Table, Table, np.ndarray], np.ndarray]


def by_table(kept: Table, held: Table, used: np.ndarray) -> np.ndarray:
    """Return draws (data set, draw, parameter) of the posterior, as `dyadsim fit` has it."""
    learned, one = posterior.learn(kept.raw, kept.coordinates, used), kept.problem
    return np.array(
        [
            posterior.infer(learned.table, kept.coordinates, x, one.low, one.high).resampled(
                DRAWS, 1
            )
            for x in learned(held.raw)
        ]
    )


def by_network(kept: Table, held: Table, used: np.ndarray) -> np.ndarray:
    """Return the same of a coupling flow on the same summaries, trained on the same draws."""
    os.environ["KERAS_BACKEND"] = "jax"
    import bayesflow as bf
    import keras

    keras.utils.set_random_seed(1)
    middle = posterior.middles(kept.raw)
    x, new = (posterior.filled(one.raw, used, middle) for one in (kept, held))
    centre, scale = x.mean(axis=0), x.std(axis=0)
    sets = [
        {"z": z.astype("float32"), "x": ((x - centre) / scale).astype("float32")}
        for z, x in ((kept.coordinates, x), (held.coordinates, new))
    ]
    flow = bf.BasicWorkflow(
        inference_network=bf.networks.CouplingFlow(),
        inference_variables=["z"],
        inference_conditions=["x"],
    )
    cut = len(x) * 9 // 10  # the last tenth says when to stop
    train, check = (
        {k: v[part] for k, v in sets[0].items()} for part in (slice(cut), slice(cut, None))
    )
    stop = keras.callbacks.EarlyStopping("val_loss", patience=8, restore_best_weights=True)
    flow.fit_offline(
        train, epochs=100, batch_size=128, validation_data=check, verbose=0, callbacks=[stop]
    )
    return np.asarray(flow.sample(conditions={"x": sets[1]["x"]}, num_samples=DRAWS)["z"])


def told(way: Way, kept: Table, held: Table, used: np.ndarray) -> pd.DataFrame:
    """Return what one way gives on data sets whose truth is known."""
    began = time.perf_counter()
    draws, truth = way(kept, held, used), held.coordinates
    low, high = np.quantile(draws, (0.05, 0.95), axis=1)
    middle, prior = draws.mean(axis=1), kept.coordinates.var(axis=0)
    r = [float(np.corrcoef(a, b)[0, 1]) for a, b in zip(middle.T, truth.T, strict=True)]
    return pd.DataFrame(
        {
            "way": way.__name__,
            "parameter": kept.problem.names,
            "contraction": 1 - draws.var(axis=1).mean(axis=0) / prior,
            "covered": ((truth > low) & (truth < high)).mean(axis=0),
            "r": r,
            "seconds": time.perf_counter() - began,
        }
    )

"""Two ways from the same reference table to posteriors: dyadsim's own, and a neural network."""

import os
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from dyadsim.fitting import posterior
from dyadsim.fitting.reference_table import ReferenceTable

DRAWS = 500  # of each posterior
type Way = Callable[[ReferenceTable, ReferenceTable, np.ndarray], np.ndarray]


def by_table(learnt: ReferenceTable, tried: ReferenceTable, used: np.ndarray) -> np.ndarray:
    """Return draws (data set, draw, parameter) of the posterior, as `dyadsim fit` has it."""
    summaries = posterior.learn_summaries(learnt.raw, learnt.coordinates, used=used)
    bounds = learnt.problem.low, learnt.problem.high
    clouds = [
        posterior.infer_posterior(summaries.table, learnt.coordinates, target=x, bounds=bounds)
        for x in summaries(tried.raw)
    ]
    return np.array([cloud.resampled(DRAWS, 1) for cloud in clouds])


def by_network(learnt: ReferenceTable, tried: ReferenceTable, used: np.ndarray) -> np.ndarray:
    """Return the same of a coupling flow on the same summaries, trained on the same draws."""
    os.environ["KERAS_BACKEND"] = "jax"
    import bayesflow as bf
    import keras

    keras.utils.set_random_seed(1)
    medians = posterior.summary_medians(learnt.raw)
    x, new = (posterior.fill_gaps(table.raw, used, medians) for table in (learnt, tried))
    centre, scale = x.mean(axis=0), x.std(axis=0)
    data, conditions = (
        {"z": z.astype("float32"), "x": ((x - centre) / scale).astype("float32")}
        for z, x in ((learnt.coordinates, x), (tried.coordinates, new))
    )
    flow = bf.BasicWorkflow(
        inference_network=bf.networks.CouplingFlow(),
        inference_variables=["z"],
        inference_conditions=["x"],
    )
    cut = len(x) * 9 // 10  # the last tenth says when to stop
    train = {name: values[:cut] for name, values in data.items()}
    check = {name: values[cut:] for name, values in data.items()}
    stop = keras.callbacks.EarlyStopping("val_loss", patience=8, restore_best_weights=True)
    flow.fit_offline(
        train, epochs=100, batch_size=128, validation_data=check, verbose=0, callbacks=[stop]
    )
    draws = flow.sample(conditions={"x": conditions["x"]}, num_samples=DRAWS)
    return np.asarray(draws["z"])


def judge(
    way: Way, learnt: ReferenceTable, tried: ReferenceTable, used: np.ndarray
) -> pd.DataFrame:
    """Return how well a way does on data sets whose truth is known."""
    began = time.perf_counter()
    draws, truth = way(learnt, tried, used), tried.coordinates
    low, high = np.quantile(draws, (0.05, 0.95), axis=1)
    middle, prior = draws.mean(axis=1), learnt.coordinates.var(axis=0)
    r = [float(np.corrcoef(a, b)[0, 1]) for a, b in zip(middle.T, truth.T, strict=True)]
    return pd.DataFrame(
        {
            "way": way.__name__,
            "parameter": learnt.problem.names,
            "contraction": 1 - draws.var(axis=1).mean(axis=0) / prior,
            "covered": ((truth > low) & (truth < high)).mean(axis=0),
            "r": r,
            "seconds": time.perf_counter() - began,
        }
    )

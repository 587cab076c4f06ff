"""Which world? A calibrated classifier on the pooled tables, with what it can tell in this design.

Multinomial logistic regression on the summaries and their products, with a temperature fitted on
draws it has not seen, so that "70 %" is right in 70 of 100 simulated data sets. The table's draws
follow each world's prior, so the probabilities are posterior ones for the stated prior odds. No
Bayes factor is taken from acceptance rates.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

from dyadsim.fitting.posterior import fill_gaps, make_features, summary_medians

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Labels = np.ndarray[Any, np.dtype[np.int64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

FOLDS, STRENGTH = 3, 0.05  # STRENGTH: inverse ridge penalty
LEVELS = np.linspace(0, 1, 6)  # edges of the curve of stated against observed shares


class WorldChoice(NamedTuple):
    """What the data say of the worlds, and what such data can say.

    `probability` of each world, given the data. `confusion`: row = the true world, column = mean
    probability of each. `curve`: stated and found shares, draws; of all worlds together.
    `temperature`: above 1, the classifier was too sure. `skill`: 1 - mean log loss / that of the
    odds.
    """

    worlds: tuple[str, ...]
    probability: Floats
    confusion: pd.DataFrame
    curve: pd.DataFrame
    temperature: float
    skill: float


def choose_world(
    raws: Sequence[Floats],
    worlds: Sequence[str],
    *,
    real: Floats,
    used: Mask,
    odds: Sequence[float] | None = None,
    seed: int = 1,
) -> WorldChoice:
    """Return the choice among worlds.

    Parameters
    ----------
    raws
        Each world's summaries, `(draw, summary)`, as many draws for each.
    worlds
        Names of the worlds.
    real
        Summaries of the data, `(summary,)`.
    used
        Which summaries can be used, `(summary,)`.
    odds
        Prior weights of the worlds; None: equal.
    seed
        Random seed of the folds.

    Returns
    -------
    WorldChoice
        Probabilities of the worlds, and how well simulated data sets are classified.
    """
    raw = np.concatenate(raws)
    label = np.repeat(np.arange(len(raws)), [len(draws) for draws in raws])
    prior = np.full(len(worlds), 1 / len(worlds)) if odds is None else np.array(odds) / sum(odds)
    middle = summary_medians(raw)
    summaries, data = fill_gaps(raw, used, middle), fill_gaps(real[None], used, middle)
    log_shares = _cross_predicted(summaries, label, seed)
    temperature = _temperature(log_shares, label)
    shares = _probabilities(log_shares, temperature, prior)
    model = _classifier(summaries.shape[1]).fit(summaries, label)
    log_share = model.predict_log_proba(data)
    confusion = pd.DataFrame(
        [shares[label == k].mean(axis=0) for k in range(len(worlds))],
        index=list(worlds),
        columns=list(worlds),
    )
    return WorldChoice(
        tuple(worlds),
        _probabilities(log_share, temperature, prior)[0],
        confusion,
        _curve(shares, label),
        temperature,
        _skill(shares, label, prior),
    )


def _cross_predicted(summaries: Floats, label: Labels, seed: int) -> Floats:
    """Return log probabilities of each draw by a model that has not seen it, `(draw, world)`."""
    log_shares = np.zeros((len(summaries), int(label.max()) + 1))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for train, test in folds.split(summaries, label):
        model = _classifier(summaries.shape[1]).fit(summaries[train], label[train])
        log_shares[test] = model.predict_log_proba(summaries[test])
    return log_shares


def _classifier(count: int) -> Any:
    return make_pipeline(
        make_features(most=count), LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
    )


def _probabilities(log_shares: Floats, temperature: float, prior: Floats) -> Floats:
    """Return probabilities for prior odds from log probabilities at equal odds."""
    raised = log_shares / temperature
    powers = prior * np.exp(raised - raised.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _log_of_true(shares: Floats, label: Labels) -> Floats:
    """Return the log probability of each draw's true world."""
    return np.asarray(np.log(shares[np.arange(len(label)), label] + 1e-12))


def _temperature(log_shares: Floats, label: Labels) -> float:
    """Return the temperature with the least log loss on draws that the model has not seen."""
    even = np.full(log_shares.shape[1], 1 / log_shares.shape[1])

    def loss(log: float) -> float:
        shares = _probabilities(log_shares, float(np.exp(log)), even)
        return -float(_log_of_true(shares, label).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 3), method="bounded").x))


def _skill(shares: Floats, label: Labels, prior: Floats) -> float:
    """Return 1 - mean log loss / log loss of the prior odds."""
    loss = -np.average(_log_of_true(shares, label), weights=prior[label])
    return float(1 - loss / -float((prior * np.log(prior)).sum()))


def _curve(shares: Floats, label: Labels) -> pd.DataFrame:
    """Return stated probability against found share, all worlds together."""
    stated, right = shares.ravel(), (label[:, None] == np.arange(shares.shape[1])).ravel()
    place = np.clip(np.digitize(stated, LEVELS) - 1, 0, len(LEVELS) - 2)
    rows = [
        (stated[place == k].mean(), right[place == k].mean(), int((place == k).sum()))
        for k in range(len(LEVELS) - 1)
        if (place == k).any()
    ]
    return pd.DataFrame(rows, columns=["stated", "found", "draws"])

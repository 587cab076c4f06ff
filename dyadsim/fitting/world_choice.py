"""Which world? A calibrated classifier on the pooled tables, told what it can tell in this design.

Multinomial logistic regression on the summaries and their products, with a temperature fitted on
draws it has not seen, so that "70 %" is right in 70 of 100 simulated data sets. The table's draws
follow each world's prior, so the probabilities are posterior ones for the prior odds given. No
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

from dyadsim.fitting.posterior import features, filled, middles

type Floats = np.ndarray[Any, np.dtype[np.float64]]

FOLDS, STRENGTH = 3, 0.05  # STRENGTH: inverse ridge penalty
LEVELS = np.linspace(0, 1, 6)  # edges of the calibration curve


class Choice(NamedTuple):
    """What the data say of the worlds, and what such data can say.

    probability: of each world, given the data. confusion: row = the true world, column = mean
    probability given to each. curve: stated, found (shares), draws: of all worlds together.
    temperature: above 1, the classifier was too sure. skill: 1 - mean log loss / that of the odds.
    """

    worlds: tuple[str, ...]
    probability: Floats
    confusion: pd.DataFrame
    curve: pd.DataFrame
    temperature: float
    skill: float


def classify(
    raws: Sequence[Floats],
    worlds: Sequence[str],
    seen: Floats,
    used: np.ndarray[Any, Any],
    odds: Sequence[float] | None = None,
    seed: int = 1,
) -> Choice:
    """Return the choice among worlds.

    Parameters
    ----------
    raws
        each world's summaries, `(draw, summary)`, as many draws for each. worlds: names.
    seen
        the data's summaries. used: which summaries can be used.
    odds
        prior weights of the worlds; None: equal. seed: of the folds.
    """
    raw, label = np.concatenate(raws), np.repeat(np.arange(len(raws)), [len(r) for r in raws])
    prior = np.full(len(worlds), 1 / len(worlds)) if odds is None else np.array(odds) / sum(odds)
    middle = middles(raw)
    given = filled(raw, used, middle)
    held = np.zeros((len(raw), len(worlds)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for train, test in folds.split(given, label):
        held[test] = (
            _model(given.shape[1]).fit(given[train], label[train]).predict_log_proba(given[test])
        )
    temperature = _temperature(held, label)
    known = _shares(held, temperature, prior)
    whole = _model(given.shape[1]).fit(given, label)
    mine = filled(seen[None], used, middle)
    probability = _shares(whole.predict_log_proba(mine), temperature, prior)[0]
    weight = prior[label]
    loss = -np.average(np.log(known[np.arange(len(label)), label] + 1e-12), weights=weight)
    nothing = -float((prior * np.log(prior)).sum())
    confusion = pd.DataFrame(
        [known[label == k].mean(axis=0) for k in range(len(worlds))],
        index=list(worlds),
        columns=list(worlds),
    )
    return Choice(
        tuple(worlds),
        probability,
        confusion,
        _curve(known, label),
        temperature,
        float(1 - loss / nothing),
    )


def _model(count: int) -> Any:
    return make_pipeline(
        features(most=count), LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
    )


def _shares(scores: Floats, temperature: float, prior: Floats) -> Floats:
    """Return probabilities from log probabilities at equal odds, for the prior odds given."""
    raised = scores / temperature
    powers = prior * np.exp(raised - raised.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _temperature(scores: Floats, label: np.ndarray[Any, Any]) -> float:
    """Return the temperature with the least log loss on draws that were held out."""
    even = np.full(scores.shape[1], 1 / scores.shape[1])

    def loss(log: float) -> float:
        known = _shares(scores, float(np.exp(log)), even)
        return -float(np.log(known[np.arange(len(label)), label] + 1e-12).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 3), method="bounded").x))


def _curve(known: Floats, label: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Return stated probability against found share, all worlds together."""
    stated, right = known.ravel(), (label[:, None] == np.arange(known.shape[1])).ravel()
    place = np.clip(np.digitize(stated, LEVELS) - 1, 0, len(LEVELS) - 2)
    rows = [
        (stated[place == k].mean(), right[place == k].mean(), int((place == k).sum()))
        for k in range(len(LEVELS) - 1)
        if (place == k).any()
    ]
    return pd.DataFrame(rows, columns=["stated", "found", "draws"])

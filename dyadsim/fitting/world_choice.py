"""Which world? A calibrated classifier on the pooled tables, with the error of its probabilities.

Multinomial logistic regression on the summaries and their products, with a temperature fitted on
draws it has not seen, so that "70 %" is right in 70 of 100 simulated data sets. The table's draws
follow each world's prior, so the probabilities are posterior ones for the stated prior odds. No
Bayes factor is taken from acceptance rates.

Another table of the same size would give other probabilities. Their Monte-Carlo error is that of
the grouped jackknife: the classifier is learned `FOLDS` times, each time without one fold of the
table, and the spread of the log odds gives their standard error (`_jackknife_error`). The same
`FOLDS` classifiers predict the fold they have not seen; so calibration is checked on such draws.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_expit, log_softmax
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.distances import ParallelMap
from dyadsim.checks import is_number
from dyadsim.errors import BadInput
from dyadsim.fitting.posterior import fill_gaps, make_features, summary_medians

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Labels = np.ndarray[Any, np.dtype[np.int64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

FOLDS, STRENGTH = 8, 0.5  # STRENGTH: inverse ridge penalty
COMPONENTS = 12  # principal components whose products enter: more cost stability and gain no skill
SURE = 0.95  # of the intervals of simulation error
LEVELS = np.linspace(0, 1, 6)  # edges of the curve of stated against observed shares
_MOST_ODDS = 1e6  # of two prior weights: beyond, the prior alone decides (assumption)


class WorldChoice(NamedTuple):
    """What the data say of the worlds, and what such data can say.

    `probability` of each world, given the data, with the `SURE` interval of its simulation error,
    `low` to `high`, and the standard error of its log odds, `error`: all (world,). `draws` of each
    world were learned from. `confusion`: row = the true world, column = mean probability of each.
    `curve`: stated and found shares, draws; of all worlds together. `off`: mean distance of stated
    and found shares. `temperature`: above 1, the classifier was too sure. `skill`: 1 - mean log
    loss / that of the odds. `odds`: prior probabilities of the worlds, (world,); () = equal.
    """

    worlds: tuple[str, ...]
    probability: Floats
    low: Floats
    high: Floats
    error: Floats
    draws: int
    confusion: pd.DataFrame
    curve: pd.DataFrame
    off: float
    temperature: float
    skill: float
    odds: tuple[float, ...] = ()


def check_odds(worlds: Sequence[str], odds: object) -> list[float] | None:
    """Return the prior weights of the candidates; refuse candidates and weights that make no sense.

    Parameters
    ----------
    worlds
        Names of the candidates.
    odds
        Their prior weights, in their order; None: equal.

    Returns
    -------
    list of float or None
        The weights.

    Raises
    ------
    BadInput
        A world named twice; not one weight a world; a weight that is no positive number.

    Examples
    --------
    >>> check_odds(["hybrid", "null"], [2, 1])
    [2.0, 1.0]
    >>> check_odds(["hybrid", "null"], [1, 0])
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadInput: task.odds: the weight of null must be a number above 0, not '0'. \
Leave a world out of task.candidates to rule it out.
    """
    twice = sorted({name for name in worlds if list(worlds).count(name) > 1})
    if twice:
        raise BadInput(
            f"task.candidates names {', '.join(twice)} more than once; a world can be chosen among "
            "others, not from itself."
        )
    if odds is None:
        return None
    if isinstance(odds, str) or not isinstance(odds, Sequence) or len(odds) != len(worlds):
        raise BadInput(f"task.odds must be {len(worlds)} weights, one a candidate, not '{odds}'.")
    for name, weight in zip(worlds, odds, strict=True):
        if not is_number(weight) or not 0 < weight < np.inf:
            raise BadInput(
                f"task.odds: the weight of {name} must be a number above 0, not '{weight}'. Leave "
                "a world out of task.candidates to rule it out."
            )
    if max(odds, default=1) / min(odds, default=1) > _MOST_ODDS:
        raise BadInput(
            f"task.odds: one weight is more than {_MOST_ODDS:,.0f} times another, so the data "
            "could not matter."
        )
    return [float(weight) for weight in odds]


class LearnedWorlds(NamedTuple):
    """Classifiers of worlds, for any data of a design.

    `models`: the one learned from the whole table, and one without each fold. `temperatures` in
    the same order. `log_shares` (draw, world): log probabilities of each draw at equal odds by the
    model that has not seen it; `label` (draw,): its true world. `used` (summary,) and `middle`
    (summary,) prepare summaries (`posterior.fill_gaps`).
    """

    worlds: tuple[str, ...]
    used: Mask
    middle: Floats
    models: tuple[Any, ...]
    temperatures: tuple[float, ...]
    log_shares: Floats
    label: Labels

    def choose(self, real: Floats, odds: Sequence[float] | None = None) -> WorldChoice:
        """Return what data say of the worlds, at prior odds (None: equal).

        Parameters
        ----------
        real
            Summaries of the data, `(summary,)`.
        odds
            Prior weights of the worlds.

        Returns
        -------
        WorldChoice
            Probabilities, their errors, and how well simulated data sets are classified.
        """
        weights = np.ones(len(self.worlds)) if odds is None else np.array(odds, float)
        prior = weights / weights.sum()
        shares = _probabilities(self.log_shares, self.temperatures[0], prior)
        log_odds = self._log_odds(real, prior)
        error = _jackknife_error(log_odds[1:])
        room = float(student.ppf((1 + SURE) / 2, FOLDS - 1)) * error
        curve = _curve(shares, self.label, prior)
        return WorldChoice(
            self.worlds,
            share_of(log_odds[0]),
            share_of(log_odds[0] - room),
            share_of(log_odds[0] + room),
            error,
            int((self.label == 0).sum()),
            _confusion(shares, self.label, self.worlds),
            curve,
            float(np.average((curve["stated"] - curve["found"]).abs(), weights=curve["draws"])),
            self.temperatures[0],
            _skill(shares, self.label, prior),
            tuple(map(float, prior)),
        )

    def _log_odds(self, real: Floats, prior: Floats) -> Floats:
        """Return each model's log odds of each world against all others, `(model, world)`."""
        data = fill_gaps(real[None], self.used, self.middle)
        rows = [
            _log_probabilities(model, data)[0] / temperature
            for model, temperature in zip(self.models, self.temperatures, strict=True)
        ]
        joint = np.array(rows) + np.log(prior)
        others = [
            np.logaddexp.reduce(np.delete(joint, k, axis=1), axis=1) for k in range(len(prior))
        ]
        return np.asarray(joint - np.array(others).T)


@one_blas_thread()
def learn_worlds(
    raws: Sequence[Floats], worlds: Sequence[str], *, used: Mask, parallel_map: ParallelMap = map
) -> LearnedWorlds:
    """Return the classifiers of worlds that are learned from a table.

    Parameters
    ----------
    raws
        Each world's summaries, `(draw, summary)`, as many draws for each, at least `FOLDS`.
    worlds
        Names of the worlds.
    used
        Which summaries can be used, `(summary,)`.
    parallel_map
        A `map` over processes; the classifiers are the same.

    Returns
    -------
    LearnedWorlds
        The classifier of the whole table, and those without one fold each.
    """
    raw, middle = np.concatenate(raws), summary_medians(np.concatenate(raws))
    label = np.repeat(np.arange(len(raws)), [len(draws) for draws in raws])
    fold = np.concatenate([np.arange(len(draws)) % FOLDS for draws in raws])
    summaries = fill_gaps(raw, used, middle)
    models = list(
        parallel_map(
            _learned, repeat(summaries), repeat(label), [fold != k for k in range(-1, FOLDS)]
        )
    )
    unseen = np.zeros((len(raw), len(raws)))
    for k, model in enumerate(models[1:]):
        unseen[fold == k] = _log_probabilities(model, summaries[fold == k])
    temperatures = [_temperature(unseen, label)]
    temperatures += [_temperature(unseen[fold != k], label[fold != k]) for k in range(FOLDS)]
    return LearnedWorlds(
        tuple(worlds), used, middle, tuple(models), tuple(temperatures), unseen, label
    )


def _jackknife_error(log_odds: Floats) -> Floats:
    """Return the standard error of log odds from those without one fold each, `(fold, world)`.

    Grouped (delete-a-group) jackknife: variance = (F - 1) / F x the sum of squares about the mean
    of the F leave-one-fold-out estimates. Textbook formula.
    """
    apart = log_odds - log_odds.mean(axis=0)
    count = len(log_odds)
    return np.asarray(np.sqrt((count - 1) / count * (apart**2).sum(axis=0)))


def share_of(log_odds: Floats) -> Floats:
    """Return probabilities from log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))))


def _learned(summaries: Floats, label: Labels, rows: Mask) -> Any:
    """Return a classifier learned from some rows of a table."""
    features = make_features(COMPONENTS, most=summaries.shape[1])
    classifier = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
    return make_pipeline(features, classifier).fit(summaries[rows], label[rows])


def _log_probabilities(model: Any, summaries: Floats) -> Floats:
    """Return log probabilities `(draw, world)`, finite where a probability is too small to write.

    scikit-learn takes the logarithm of probabilities, and that of 0 is none.
    """
    odds = model.decision_function(summaries)
    if odds.ndim == 1:  # of the second of two worlds
        return np.column_stack([log_expit(-odds), log_expit(odds)])
    return np.asarray(log_softmax(odds, axis=1))


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


def _confusion(shares: Floats, label: Labels, worlds: Sequence[str]) -> pd.DataFrame:
    """Return the mean probability of each world (column) by the true one (row)."""
    rows = [shares[label == k].mean(axis=0) for k in range(len(worlds))]
    return pd.DataFrame(rows, index=list(worlds), columns=list(worlds))


def _skill(shares: Floats, label: Labels, prior: Floats) -> float:
    """Return 1 - mean log loss / log loss of the prior odds."""
    loss = -np.average(_log_of_true(shares, label), weights=prior[label])
    return float(1 - loss / -float((prior * np.log(prior)).sum()))


def _curve(shares: Floats, label: Labels, prior: Floats) -> pd.DataFrame:
    """Return stated probability against found share, all worlds together.

    The table holds as many draws of each world; they are weighted by the prior odds for which the
    probabilities are stated.
    """
    stated, right = shares.ravel(), (label[:, None] == np.arange(shares.shape[1])).ravel()
    weight = np.repeat(prior[label], shares.shape[1])
    place = np.clip(np.digitize(stated, LEVELS) - 1, 0, len(LEVELS) - 2)
    rows = []
    for inside in (place == k for k in range(len(LEVELS) - 1)):
        if inside.any():
            means = (np.average(part[inside], weights=weight[inside]) for part in (stated, right))
            rows.append((*means, int(inside.sum())))
    return pd.DataFrame(rows, columns=["stated", "found", "draws"])

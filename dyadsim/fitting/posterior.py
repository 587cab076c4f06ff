"""From a reference table to a posterior: learned summaries, the nearest draws, a linear regression.

1. Learn. A quadratic ridge regression predicts each coordinate from all summaries; its predictions
   are the learned summaries, as many as there are parameters (semi-automatic ABC).
2. Reject. Keep the draws whose learned summaries are nearest to the data's.
3. Adjust. A weighted local regression of the coordinates on the learned summaries moves each kept
   draw to where it would be if its summaries were the data's, and scales it by the local spread.

All on the coordinates of `calibration.prior`, in which the prior is standard normal.
"""

from typing import Any, NamedTuple

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from dyadsim.analysis.one_thread import one_blas_thread

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Rows = np.ndarray[Any, np.dtype[np.int64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

COMPONENTS = 25  # principal components of the summaries whose products enter beside these
KEPT = 0.1  # share of the draws that is kept, and the fewest
FEWEST = 300
FOLDS = 5
STRETCH = 1.0  # most change of log variance that the local spread is believed: it is a noisy guess
_RIDGES = np.logspace(-1, 4, 11)


class LearnedSummaries(NamedTuple):
    """What turns summaries into learned ones: `used` (summary,), `middle` to fill gaps, the model.

    `table` (draw, parameter) holds the learned summaries of the table's own draws, each predicted
    by a model that has not seen it: a draw must not look nearer to its truth than the data can.
    """

    used: Mask
    middle: Floats
    model: Pipeline
    scale: Floats
    table: Floats

    def __call__(self, raw: Floats) -> Floats:
        """Return learned summaries `(draw, parameter)`, in residual SDs, of `(draw, summary)`."""
        predictions = np.asarray(self.model.predict(fill_gaps(raw, self.used, self.middle)))
        return predictions.reshape(len(raw), -1) / self.scale  # scikit-learn drops a lone column


def fill_gaps(raw: Floats, used: Mask, middle: Floats) -> Floats:
    """Return the usable summaries, the rare gaps filled with the middle of the draws.

    Parameters
    ----------
    raw
        Summaries, `(draw, summary)`.
    used
        Which summaries can be used, `(summary,)`.
    middle
        Median of each summary, `(summary,)`.

    Returns
    -------
    ndarray
        Summaries without gaps, `(draw, usable summary)`.
    """
    kept = raw[:, used]
    return np.where(np.isnan(kept), middle[used], kept)


def summary_medians(raw: Floats) -> Floats:
    """Return the median of each summary `(summary,)` of draws, 0 where no draw has one."""
    known = ~np.isnan(raw).all(axis=0)
    medians = np.zeros(raw.shape[1])
    medians[known] = np.nanmedian(raw[:, known], axis=0)
    return medians


def make_features(components: int = COMPONENTS, most: int = 10_000) -> Pipeline:
    """Return what gives the summaries themselves, and products of their principal components.

    The components are the eigenvectors of the covariance matrix. Left to choose, scikit-learn draws
    them by a random method for many summaries, so that the same seed would give other numbers.
    """
    axes = PCA(min(components, most), whiten=True, svd_solver="covariance_eigh")
    products = make_pipeline(axes, PolynomialFeatures(2, include_bias=False))
    return make_pipeline(StandardScaler(), make_union("passthrough", products), StandardScaler())


@one_blas_thread()
def learn_summaries(raw: Floats, coordinates: Floats, *, used: Mask) -> LearnedSummaries:
    """Return learned summaries from a table.

    Parameters
    ----------
    raw
        Summaries, `(draw, summary)`.
    coordinates
        Coordinates from which they were simulated, `(draw, parameter)`.
    used
        Which summaries can be used, `(summary,)`.

    Returns
    -------
    LearnedSummaries
        The model, and the learned summaries of the table's own draws.
    """
    middle = summary_medians(raw)
    summaries = fill_gaps(raw, used, middle)
    model = make_pipeline(make_features(most=summaries.shape[1]), RidgeCV(_RIDGES))
    predictions = cross_val_predict(model, summaries, coordinates, cv=KFold(FOLDS))
    predictions = predictions.reshape(coordinates.shape)
    scale = np.maximum((coordinates - predictions).std(axis=0), 1e-6)
    fitted = model.fit(summaries, coordinates)
    return LearnedSummaries(used, middle, fitted, scale, predictions / scale)


class Posterior(NamedTuple):
    """Draws of a posterior: coordinates (draw, parameter) with weights (draw,) that add to 1.

    `rows` (draw,) are the rows of the table from which the draws were moved.
    """

    coordinates: Floats
    weights: Floats
    rows: Rows

    def mean(self) -> Floats:
        """Return the mean of each coordinate."""
        return np.asarray(self.weights @ self.coordinates)

    def sd(self) -> Floats:
        """Return the SD of each coordinate."""
        return np.asarray(np.sqrt(self.weights @ (self.coordinates - self.mean()) ** 2))

    def places(self, count: int, seed: int) -> Rows:
        """Return the places of that many draws of equal weight."""
        rng = np.random.default_rng([seed, 7])
        return np.asarray(rng.choice(len(self.weights), count, p=self.weights))

    def resampled(self, count: int, seed: int) -> Floats:
        """Return that many draws of equal weight."""
        return np.asarray(self.coordinates[self.places(count, seed)])

    def below(self, coordinates: Floats) -> Floats:
        """Return the posterior probability below each coordinate (parameter,)."""
        return np.asarray(self.weights @ (self.coordinates < coordinates))


@one_blas_thread()
def infer_posterior(
    learned: Floats,
    coordinates: Floats,
    *,
    target: Floats,
    bounds: tuple[Floats, Floats],
    prior_ratio: Floats | None = None,
) -> Posterior:
    """Return the posterior at the learned summaries of data.

    Parameters
    ----------
    learned, coordinates
        Learned summaries and coordinates of the table, `(draw, parameter)`.
    target
        Learned summaries of the data, `(parameter,)`.
    bounds
        Lowest and highest coordinates; adjusted draws are not moved beyond.
    prior_ratio
        Another prior over the table's, a factor a draw.

    Returns
    -------
    Posterior
        The nearest draws of the table, weighted and adjusted.
    """
    apart = learned - target
    near, weight = _nearest(apart, prior_ratio)
    design = np.column_stack([np.ones(len(near)), apart[near]])
    root = np.sqrt(weight)[:, None]
    slope, *_ = np.linalg.lstsq(design * root, coordinates[near] * root, rcond=None)
    # What a regression explains by having as many slopes as it has is put back into its residuals.
    draws = 1 / (weight**2).sum()
    inflation = np.sqrt(draws / max(draws - design.shape[1], 1.0))
    residual = (coordinates[near] - design @ slope) * inflation
    log_square = np.log(residual**2 + 1e-12)
    spread, *_ = np.linalg.lstsq(design * root, log_square * root, rcond=None)
    stretch = np.exp(np.clip(spread[0] - design @ spread, -STRETCH, STRETCH) / 2)
    moved = np.clip(slope[0] + residual * stretch, *bounds)
    return Posterior(moved, weight, near)


def _nearest(apart: Floats, prior_ratio: Floats | None) -> tuple[Rows, Floats]:
    """Return the nearest draws, and their weights by distance (Epanechnikov) and prior."""
    distance = np.sqrt((apart**2).sum(axis=1))
    count = min(max(int(KEPT * len(distance)), FEWEST), len(distance))
    near = np.argpartition(distance, count - 1)[:count]
    width = distance[near].max() + 1e-12
    weight = 1 - (distance[near] / width) ** 2
    if prior_ratio is not None:
        weight = weight * prior_ratio[near]
    weight = np.maximum(weight, 1e-9)
    weight /= weight.sum()
    return near, weight

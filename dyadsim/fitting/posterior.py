"""From a reference table to a posterior: learned summaries, the nearest draws, a straight line.

1. Learn. A quadratic ridge regression predicts each coordinate from all summaries; its predictions
   are the learned summaries, as many as there are parameters (semi-automatic ABC).
2. Reject. Keep the draws whose learned summaries are nearest to the data's.
3. Adjust. A weighted local regression of the coordinates on the learned summaries moves each kept
   draw to where it would be had it been as the data are, and stretches it by the local spread.

All on the coordinates of `prior`, in which the prior is standard normal.
"""

from typing import Any, NamedTuple

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Rows = np.ndarray[Any, np.dtype[np.int64]]

COMPONENTS = 25  # principal components of the summaries whose products enter beside these
KEPT = 0.1  # share of the draws that is kept, and the fewest
FEWEST = 300
FOLDS = 5
STRETCH = 1.0  # most change of log variance that the local spread is believed: it is a noisy guess
_RIDGES = np.logspace(-1, 4, 11)


class Learned(NamedTuple):
    """What turns summaries into learned ones: used (summary,), middle to fill gaps, the model.

    table (draw, parameter): the learned summaries of the table's own draws, each predicted by a
    model that has not seen it: a draw must not look nearer to its truth than the data can.
    """

    used: np.ndarray[Any, np.dtype[np.bool_]]
    middle: Floats
    model: Pipeline
    scale: Floats
    table: Floats

    def __call__(self, raw: Floats) -> Floats:
        """Return learned summaries `(draw, parameter)`, in residual SDs, of `(draw, summary)`."""
        return np.asarray(self.model.predict(filled(raw, self.used, self.middle)) / self.scale)


def filled(raw: Floats, used: np.ndarray[Any, Any], middle: Floats) -> Floats:
    """Return the usable summaries, the rare gaps filled with the middle of the draws."""
    kept = raw[:, used]
    return np.where(np.isnan(kept), middle[used], kept)


def middles(raw: Floats) -> Floats:
    """Return the median of each summary `(summary,)`, 0 where no draw has one."""
    known = ~np.isnan(raw).all(axis=0)
    found = np.zeros(raw.shape[1])
    found[known] = np.nanmedian(raw[:, known], axis=0)
    return found


def features(components: int = COMPONENTS, most: int = 10_000) -> Pipeline:
    """Return what gives the summaries themselves, and products of their principal components."""
    products = make_pipeline(
        PCA(min(components, most), whiten=True), PolynomialFeatures(2, include_bias=False)
    )
    return make_pipeline(StandardScaler(), make_union("passthrough", products), StandardScaler())


def learn(raw: Floats, coordinates: Floats, used: np.ndarray[Any, Any]) -> Learned:
    """Return learned summaries from a table's summaries `(draw, summary)` and coordinates."""
    middle = middles(raw)
    given = filled(raw, used, middle)
    model = make_pipeline(features(most=given.shape[1]), RidgeCV(_RIDGES))
    apart = cross_val_predict(model, given, coordinates, cv=KFold(FOLDS))
    scale = np.maximum((coordinates - apart).std(axis=0), 1e-6)
    return Learned(used, middle, model.fit(given, coordinates), scale, apart / scale)


class Posterior(NamedTuple):
    """Draws of a posterior: coordinates (draw, parameter) with weights (draw,) that add to 1.

    rows (draw,): of the table, from which each was moved.
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

    def drawn(self, count: int, seed: int) -> Rows:
        """Return the places of that many draws of equal weight."""
        dice = np.random.default_rng([seed, 7])
        return np.asarray(dice.choice(len(self.weights), count, p=self.weights))

    def resampled(self, count: int, seed: int) -> Floats:
        """Return that many draws of equal weight."""
        return np.asarray(self.coordinates[self.drawn(count, seed)])

    def below(self, coordinates: Floats) -> Floats:
        """Return the posterior probability below each coordinate (parameter,)."""
        return np.asarray(self.weights @ (self.coordinates < coordinates))


def infer(
    learned: Floats,
    coordinates: Floats,
    seen: Floats,
    low: Floats,
    high: Floats,
    reweigh: Floats | None = None,
) -> Posterior:
    """Return the posterior at learned summaries `seen` (parameter,).

    Parameters
    ----------
    learned, coordinates
        of the table, `(draw, parameter)`.
    low, high
        ends of the coordinates: adjusted draws are not moved beyond.
    reweigh
        another prior over the table's, a factor a draw.
    """
    apart = learned - seen
    distance = np.sqrt((apart**2).sum(axis=1))
    count = min(max(int(KEPT * len(distance)), FEWEST), len(distance))
    near = np.argpartition(distance, count - 1)[:count]
    width = distance[near].max() + 1e-12
    weight = 1 - (distance[near] / width) ** 2
    if reweigh is not None:
        weight = weight * reweigh[near]
    weight = np.maximum(weight, 1e-9)
    weight /= weight.sum()
    design = np.column_stack([np.ones(count), apart[near]])
    root = np.sqrt(weight)[:, None]
    slope, *_ = np.linalg.lstsq(design * root, coordinates[near] * root, rcond=None)
    middle = design @ slope
    # What a regression explains by having as many slopes as it has is put back into its residuals.
    worth = 1 / (weight**2).sum()
    left = (coordinates[near] - middle) * np.sqrt(worth / max(worth - design.shape[1], 1.0))
    log_square = np.log(left**2 + 1e-12)
    spread, *_ = np.linalg.lstsq(design * root, log_square * root, rcond=None)
    stretch = np.exp(np.clip(spread[0] - design @ spread, -STRETCH, STRETCH) / 2)
    moved = np.clip(slope[0] + left * stretch, low, high)
    return Posterior(moved, weight, near)

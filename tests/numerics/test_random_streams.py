"""Random streams: accuracy, moments, uniformity, independence along all coordinates, frozen values.

All statistical checks are seeded. Thresholds are about 5 standard errors a comparison, so the
false-alarm rate of the whole file is below 1 in 1,000.
"""

import numpy as np
import pytest
from kernel.plain import plain
from scipy.special import ndtri
from scipy.stats import kstest

from dyadsim.numerics import random_streams
from dyadsim.numerics.random_streams import Stream

COUNT = 200_000
FROZEN = [8038465, 6429067, 7766487, 12381421]
WORDS = random_streams.words(0, COUNT)


def test_quantile_accuracy_over_the_whole_grid() -> None:
    u = ((np.arange(1 << 23) + 0.5) / (1 << 23)).astype(np.float32)
    out = plain(random_streams.normal_quantile)(u)
    exact = ndtri(u.astype(np.float64))
    assert np.max(np.abs(out - exact) / np.maximum(np.abs(exact), 1e-3)) < 1e-5
    assert np.array_equal(out, -out[::-1])  # odd: no bias towards one side


def test_compiled_and_numpy_agree_bit_for_bit() -> None:
    row = int(random_streams.key(3, 1, 4, 1))
    low, high = np.uint32(row & 0xFFFFFFFF), np.uint32(row >> 32)
    drawn = plain(random_streams.uniform)(
        plain(random_streams.entity_word)(np.arange(COUNT)), low, high
    )
    assert np.array_equal(drawn, random_streams.uniforms(WORDS, 3, 1, 4, 1))
    z = plain(random_streams.normal_quantile)(drawn)
    assert np.array_equal(
        z.view(np.int32), random_streams.normals(WORDS, 3, 1, 4, 1).view(np.int32)
    )


def test_moments_and_uniformity() -> None:
    u = random_streams.uniforms(WORDS, 1, 0, 1, 1)
    assert 0 < u.min() < u.max() < 1
    assert kstest(u, "uniform").pvalue > 1e-4
    z = random_streams.normals(WORDS, 1, 0, 1, 2).astype(np.float64)
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((z**power).mean() - moment) < 5 * np.sqrt(variance / COUNT)


ROWS = {
    "sessions": [(1, 0, session, 5) for session in range(12)],
    "streams": [(1, 0, 3, stream) for stream in range(12)],
    "seeds": [(seed, 0, 3, 5) for seed in range(12)],
    "replicates": [(1, replicate, 3, 5) for replicate in range(12)],
}


@pytest.mark.parametrize("along", list(ROWS))
def test_independence_along_each_coordinate(along: str) -> None:
    drawn = np.array([random_streams.normals(WORDS, *row) for row in ROWS[along]], np.float64)
    for values in (drawn, drawn**2):
        correlation = np.corrcoef(values)
        np.fill_diagonal(correlation, 0)
        assert np.abs(correlation).max() < 5 / np.sqrt(COUNT)


@pytest.mark.parametrize("lag", [1, 2, 3, 4, 8, 64, 256, 4096])
def test_independence_along_entities(lag: int) -> None:
    z = random_streams.normals(WORDS, 1, 0, 3, 5).astype(np.float64)
    assert abs(np.corrcoef(z[:-lag], z[lag:])[0, 1]) < 5 / np.sqrt(COUNT)


def test_words_are_a_bijection() -> None:
    assert len(np.unique(random_streams.words(0, 1 << 20))) == 1 << 20


def test_streams_are_apart() -> None:
    numbers = [int(stream) for stream in Stream]
    assert len(set(numbers)) == len(numbers)
    spans = {
        Stream.INTAKE: 3,
        Stream.CLIENT_TRAIT: 6,
        Stream.WEIGHT: 4,
        Stream.PREFERENCE: 4,
        Stream.THERAPIST_TRAIT: 6,
        Stream.COMPETENCE: 4,
        Stream.ALLEGIANCE: 20,
        Stream.INSTRUMENT: 100,
    }
    taken = [n for stream in Stream for n in range(stream, stream + spans.get(stream, 1))]
    assert len(set(taken)) == len(taken)


def test_frozen_values() -> None:
    """A change here changes every run ever made: do not renew it without a new major version."""
    drawn = random_streams.uniforms(random_streams.words(0, 4), 1, 2, 3, 4)
    assert [round(float(u) * 2**24) for u in drawn] == FROZEN

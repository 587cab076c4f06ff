"""Elementary functions: stated accuracy, and the same bits compiled and in NumPy."""

import numpy as np
from kernel.plain import plain

from dyadsim.model.mechanisms.process_change import ProcessChange, engagement, log_trust
from dyadsim.numerics import float32


def _compiled(function: object, x: np.ndarray) -> np.ndarray:
    return np.array([function(value) for value in x], np.float32)


def test_log2() -> None:
    x = np.exp(np.linspace(-20, 3, 20001)).astype(np.float32)
    values = plain(float32.log2)(x)
    assert np.max(np.abs(values - np.log2(x.astype(np.float64)))) < 2e-6
    near = np.linspace(0.75, 1.4, 20001).astype(np.float32)
    assert np.max(np.abs(plain(float32.log2)(near) - np.log2(near.astype(float)))) < 3e-7
    assert np.array_equal(_compiled(float32.log2, x[::50]), values[::50])


def test_exp2() -> None:
    x = np.linspace(-120, 20, 20001).astype(np.float32)
    values = plain(float32.exp2)(x)
    assert np.max(np.abs(values / 2.0 ** x.astype(np.float64) - 1)) < 2e-7
    assert np.array_equal(_compiled(float32.exp2, x[::50]), values[::50])
    assert float(float32.exp2(np.float32(-500))) < 1e-37


def test_engagement_is_trust_to_a_power() -> None:
    parameters = ProcessChange()
    for gating in (0.0, 0.3, 1.0, 2.0):
        q = parameters._replace(gating=np.float32(gating))
        for trust in np.linspace(0.001, 1, 101).astype(np.float32):
            values = engagement(log_trust(trust, np.float32(1), np.float32(1)), q)
            assert abs(values / float(trust) ** (gating / 3) - 1) < 5e-6
    nobody = log_trust(np.float32(0), np.float32(1), np.float32(1))
    assert engagement(nobody, parameters._replace(gating=np.float32(0))) == 1
    assert engagement(nobody, parameters._replace(gating=np.float32(2))) < 1e-19


def test_squash_is_a_bounded_response() -> None:
    x = np.linspace(-30, 30, 601).astype(np.float32)
    values = _compiled(float32.squash, x)
    assert np.all(np.diff(values) >= 0)
    assert values.min() > 0
    assert values.max() < 1
    assert float32.squash(np.float32(0)) == 0.5
    step = np.float32(1e-3)
    slope = (float32.squash(step) - float32.squash(-step)) / (2 * step)
    assert abs(slope - 0.5) < 1e-3

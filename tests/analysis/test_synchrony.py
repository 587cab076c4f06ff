import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.synchrony import _partners, mean_synchrony, synchrony_minus_surrogate


def beats(dyads, length, coupling, seed, delay=0):
    """Independent white noise; the therapist copies the client, `delay` beats later."""
    rng = np.random.default_rng(seed)
    client, noise = rng.normal(size=(2, dyads, length))
    therapist = coupling * np.roll(client, delay, axis=1) + np.sqrt(1 - coupling**2) * noise
    labels = {"client": np.repeat(np.arange(dyads), length)}
    labels["beat"] = np.tile(np.arange(length), dyads)
    return pd.DataFrame(
        labels | {"client_arousal": client.ravel(), "therapist_arousal": therapist.ravel()}
    )


def slow_synchrony(client, therapist, window, lag):
    z = []
    for start in range(lag, len(client) - window - lag + 1, window):
        for shift in range(-lag, lag + 1):
            moved = therapist[start + shift : start + shift + window]
            z.append(np.arctanh(abs(np.corrcoef(client[start : start + window], moved)[0, 1])))
    return np.mean(z)


def test_vectorised_equals_the_slow_obvious_way():
    client, therapist = np.random.default_rng(10).normal(size=(2, 4, 53))
    pairings = [np.arange(4), np.array([1, 2, 3, 0])]
    fast = mean_synchrony(client, therapist, pairings, 10, 3)
    slow = [
        [slow_synchrony(client[i], therapist[j], 10, 3) for i, j in enumerate(pairing)]
        for pairing in pairings
    ]
    np.testing.assert_allclose(fast, slow)


def test_nobody_meets_their_own_therapist_and_no_pairing_comes_twice():
    partners = np.array(_partners(6, 20, np.random.default_rng(11)))
    assert partners.shape == (5, 6)
    met = np.sort(np.vstack([partners, np.arange(6)]), axis=0)
    np.testing.assert_array_equal(met, np.repeat(np.arange(6)[:, None], 6, axis=1))


def test_planted_synchrony_is_found_and_only_within_the_lag():
    assert synchrony_minus_surrogate(beats(40, 300, 0.4, 12), lag=0).low > 0.1
    delayed = beats(40, 300, 0.4, 12, delay=4)
    assert synchrony_minus_surrogate(delayed, lag=5).low > 0
    assert abs(synchrony_minus_surrogate(delayed, lag=1).value) < 0.02


def test_independent_series_are_at_chance():
    # 95 % intervals of 200 null data sets; 180 to 199 hold 0: false alarm about 1 in 800 per seed
    # (binomial; deterministic under this seed)
    estimates = [
        synchrony_minus_surrogate(beats(15, 90, 0.0, seed), lag=2, shuffles=5)
        for seed in range(200)
    ]
    covered = sum(estimate.low <= 0 <= estimate.high for estimate in estimates)
    assert 180 <= covered <= 199


def test_same_rng_same_number_and_names_are_free():
    frame = beats(10, 90, 0.2, 13)
    first = synchrony_minus_surrogate(frame, rng=7, shuffles=3)
    assert first == synchrony_minus_surrogate(frame, rng=np.random.default_rng(7), shuffles=3)
    assert first != synchrony_minus_surrogate(frame, rng=8, shuffles=3)
    renamed = frame.rename(columns={"client_arousal": "scl_client", "beat": "second"})
    again = synchrony_minus_surrogate(
        renamed, client_arousal="scl_client", beat="second", rng=7, shuffles=3
    )
    assert first == again


def test_missing_motionless_and_copied_stretches():
    frame = beats(10, 120, 0.0, 14)
    frame.loc[frame["beat"] < 35, "client_arousal"] = 0.1  # a motionless first window
    frame.loc[frame.index[-20:], "therapist_arousal"] = np.nan
    assert np.isfinite(synchrony_minus_surrogate(frame).value)
    copied = frame.assign(therapist_arousal=frame["client_arousal"])
    assert np.isfinite(synchrony_minus_surrogate(copied).value)


def test_synchrony_errors():
    frame = beats(10, 90, 0.0, 15)
    with pytest.raises(ValueError, match="window must be 3 or more"):
        synchrony_minus_surrogate(frame, window=2)
    with pytest.raises(ValueError, match="3 dyads and 110 beats are needed, there are 10 and 90"):
        synchrony_minus_surrogate(frame, window=100)
    with pytest.raises(ValueError, match="3 dyads and 40 beats are needed, there are 2"):
        synchrony_minus_surrogate(frame[frame["client"] < 2])
    with pytest.raises(ValueError, match="a beat appears twice"):
        synchrony_minus_surrogate(pd.concat([frame, frame]))
    with pytest.raises(ValueError, match="only 0 dyads have a window in which both people move"):
        synchrony_minus_surrogate(frame.assign(client_arousal=2.3))
    with pytest.raises(ValueError, match=r"no column 'client_arousl'\. Did you mean"):
        synchrony_minus_surrogate(frame, client_arousal="client_arousl")

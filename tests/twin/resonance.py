"""The twin's simulated beats and its walk of presence (ODD 7, resonance), in plain Python."""

import math
from typing import Any


def squash(x: float) -> float:
    return (1 + x / math.sqrt(1 + x * x)) / 2


def clip(x: float) -> float:
    return min(max(x, 0.0), 1.0)


def stationary(
    mirror: float, calm: float, damping: tuple[float, float], variance: tuple[float, float]
) -> tuple[float, float, float]:
    """Return (p, r, v) by letting the covariance of the pair run until it stands still."""
    a, b = 1 - damping[0] - calm, 1 - damping[1] - mirror
    p, r, v = variance[0], 0.0, variance[1]
    for _ in range(100_000):
        new_p = a * a * p + 2 * a * calm * r + calm * calm * v + variance[0]
        new_r = a * mirror * p + (a * b + calm * mirror) * r + calm * b * v
        new_v = mirror * mirror * p + 2 * mirror * b * r + b * b * v + variance[1]
        moved = abs(new_p - p) + abs(new_r - r) + abs(new_v - v)
        p, r, v = new_p, new_r, new_v
        if moved < 1e-13 * (p + v):
            return p, r, v
    raise AssertionError("the arousal of this pair has no stationary distribution")


def resonance(
    order: dict[str, Any], presence: float, draws: list[float], q: Any
) -> tuple[float, float]:
    """Return (synchrony, coregulation): closed form without `draws`, else two draws a beat."""
    mirror = q.mirroring * squash(order["empathy"]) * order["body"]
    calm = q.coregulation_coupling * squash(order["congruence"]) * presence * order["body"]
    damping = (q.client_damping, q.therapist_damping)
    p, r, v = stationary(mirror, calm, damping, (q.client_noise**2, q.therapist_noise**2))
    alone = q.client_noise**2 / (1 - (1 - q.client_damping) ** 2)
    beats = len(draws) // 2
    if beats == 0:
        return r / math.sqrt(p * v), 1 - p / alone
    x = math.sqrt(p) * draws[0]
    y = r / math.sqrt(p) * draws[0] + math.sqrt(v - r * r / p) * draws[1]
    both, square = x * y, x * x
    for beat in range(1, beats):
        n1, n2 = draws[2 * beat], draws[2 * beat + 1]
        x, y = (
            x - damping[0] * x - calm * (x - y) + q.client_noise * n1,
            y - damping[1] * y - mirror * (y - x) + q.therapist_noise * n2,
        )
        both, square = both + x * y, square + x * x
    return both / beats / math.sqrt(p * v), 1 - square / beats / alone


def presence_walk(caseload: float, noise: list[float], q: Any) -> list[float]:
    """Return one therapist's presence at every step, step 0 included."""
    walk = [0.8]
    for n in noise:
        wear = q.presence_wear * caseload / 100
        walk.append(
            clip(walk[-1] + q.presence_recovery * (1 - walk[-1]) - wear + q.presence_noise * n)
        )
    return walk

"""Elementary functions in float32 that every machine computes to the same bit.

Library `exp` and `log` differ in their last digits between processors and keep LLVM from
vectorising a loop. These use only additions, multiplications, divisions, square roots and bit
moves, which IEEE 754 fixes exactly. The coefficients are minimax polynomials that we fitted
(Lawson iteration on Chebyshev nodes); `tests/numerics/test_float32.py` states their accuracy.
Compiled, each function takes float32 scalars; the same source uncompiled takes float32 arrays
and gives the same bits (tested).

Two habits keep the loops fast. Polynomials are summed in pairs and pairs of pairs (Estrin's
scheme), so that the processor need not wait for one product after another. Every integer step says
`np.int32` again, because Numba would widen it to 64 bits, which halves the vector.
"""

import numpy as np

from dyadsim.numerics.jit import compiled

ZERO = np.float32(0.0)
HALF = np.float32(0.5)
ONE = np.float32(1.0)
TWO = np.float32(2.0)

_SQRT_HALF_BITS = np.int32(0x3F3504F3)
_MANTISSA_BITS = np.int32(23)
_EXPONENT_BIAS = np.int32(127)

# log2(1 + r) = r * (L0 + L1 r + ... + L7 r^7) for 1 + r in [sqrt(1/2), sqrt(2)]
_L0, _L1 = np.float32(1.442694902420044), np.float32(-0.7213524580001831)
_L2, _L3 = np.float32(0.4809311628341675), np.float32(-0.3602634370326996)
_L4, _L5 = np.float32(0.28686898946762085), np.float32(-0.24832311272621155)
_L6, _L7 = np.float32(0.23570886254310608), np.float32(-0.14973130822181702)

# 2^r = E0 + E1 r + ... + E6 r^6 for r in [-1/2, 1/2]
_E1, _E2 = np.float32(0.6931471824645996), np.float32(0.24022646248340607)
_E3, _E4 = np.float32(0.05550328642129898), np.float32(0.009618489071726799)
_E5, _E6 = np.float32(0.0013399930903688073), np.float32(0.0001534580806037411)
_LOWEST_POWER = np.float32(-126.0)
_NEAREST, _NEAREST_BITS = np.float32(12582912.0), np.int32(0x4B400000)  # 1.5 * 2^23


@compiled
def split(x):
    """Return (e, r) with x = 2^e (1 + r), 1 + r in [sqrt(1/2), sqrt(2)]; x > 0, not subnormal."""
    bits = np.float32(x).view(np.int32)
    exponent = np.int32(np.int32(bits - _SQRT_HALF_BITS) >> _MANTISSA_BITS)
    return exponent, np.int32(bits - np.int32(exponent << _MANTISSA_BITS)).view(np.float32) - ONE


@compiled
def log2(x):
    """Return log2(x), x > 0 and not subnormal; absolute error below 3e-7 near 1."""
    exponent, r = split(x)
    square = r * r
    low = (_L0 + r * _L1) + square * (_L2 + r * _L3)
    high = (_L4 + r * _L5) + square * (_L6 + r * _L7)
    return np.float32(exponent) + r * (low + square * square * high)


@compiled
def exp2(x):
    """Return 2^x for x in [-126, 127]; relative error below 2e-7. Lower x count as -126."""
    x = np.maximum(x, _LOWEST_POWER)
    moved = np.float32(x + _NEAREST)  # its last bits are the nearest integer
    r = x - (moved - _NEAREST)
    integer = np.int32(moved.view(np.int32) - _NEAREST_BITS)
    scale = np.int32(np.int32(integer + _EXPONENT_BIAS) << _MANTISSA_BITS).view(np.float32)
    square = r * r
    high = (_E3 + r * _E4) + square * (_E5 + r * _E6)
    return scale * ((ONE + r * _E1) + square * (_E2 + r * high))


@compiled
def squash(x):
    """Return a bounded response in (0, 1): (1 + x / sqrt(1 + x^2)) / 2, .5 at 0, slope .5 there.

    The algebraic sigmoid stands where the field would write a logistic curve: same shape, exact
    in IEEE arithmetic. `x` is a sum of standardised influences.
    """
    return HALF + HALF * x / np.sqrt(ONE + x * x)


@compiled
def fill_exp2(out, x):
    """Fill `out` (n,) float32 with 2^x of `x` (n,) float32."""
    for i in range(out.shape[0]):
        out[i] = exp2(x[i])

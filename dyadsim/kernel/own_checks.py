"""Mechanisms of one's own are tried on a block at the corners before any run: scales must hold.

Their parameters are put to the ends of their ranges, what they read to the ends of its scale, and
every variable that they write must stay on its own: no NaN, nothing beyond its ends.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dyadsim.errors import BadInput
from dyadsim.kernel.block import BLOCK_ROWS, DRAWS, FIRST_DRAW
from dyadsim.model.own_mechanisms import OwnMechanism
from dyadsim.model.parameter import declared
from dyadsim.model.parameters import Parameters, as_float32
from dyadsim.model.variables import ROWS, VARIABLES

_LANES, _ROUNDS, _FAR = 64, 20, 4.0  # _FAR: where a scale has no end, and how far a draw goes
_ROUNDING = 1e-5


def check_scales(own: OwnMechanism, steps: Callable[[Any, Any], None]) -> None:
    """Try a mechanism at the corners of its parameters and of what it reads.

    Parameters
    ----------
    own
        The mechanism.
    steps
        Does in a block `(row, lane)` what mechanisms of one's own do in a step, with parameters.

    Raises
    ------
    BadInput
        A variable leaves its scale.
    """
    rng = np.random.default_rng(0)
    written = [name for name in own.module.MECHANISM.writes if name in VARIABLES]
    items = declared(own.name, own.parameters)
    for _ in range(_ROUNDS):
        chosen = {name: rng.choice([i.about.low, i.about.high]) for name, i in items.items()}
        moved: Any = {own.name: own.parameters(**chosen)}
        block = _corner(rng)
        steps(block, as_float32(Parameters(**moved)))
        for name in written:
            _check(own, name, block[ROWS[name].start : ROWS[name].stop], chosen)


def _corner(rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return a block of clients, each variable at one end of its scale or between."""
    block = rng.random((BLOCK_ROWS, _LANES))  # scratch rows and uniform draws lie between 0 and 1
    for name, rows in ROWS.items():
        low, high = (float(np.clip(end, -_FAR, _FAR)) for end in VARIABLES[name][3:5])
        some = block[rows.start : rows.stop]
        some[:] = low + (high - low) * np.where(rng.random(some.shape) < 0.5, some, np.round(some))
    for row, draw in enumerate(DRAWS, FIRST_DRAW):
        if not draw.uniform:
            block[row] = np.clip(2 * rng.standard_normal(_LANES), -_FAR, _FAR)
    return block.astype(np.float32)


def _check(own: OwnMechanism, name: str, values: Any, chosen: dict[str, float]) -> None:
    """Refuse values of a variable beyond its scale."""
    low, high = VARIABLES[name].low, VARIABLES[name].high
    wrong = values[~((values >= low - _ROUNDING) & (values <= high + _ROUNDING))]
    if wrong.size:
        said = ", ".join(f"{own.name}.{field}={value:g}" for field, value in chosen.items())
        raise BadInput(
            f"mechanism={own.path}: {name} leaves its scale [{low:g}, {high:g}]: it becomes "
            f"{wrong.flat[0]:g} with {said}. Keep it there, as min(max(x, ZERO), ONE) does."
        )

"""Mechanisms of one's own are tried on a block at the corners before any run: scales must hold.

Their parameters are put to the ends of their ranges, what they read to the ends of its scale, and
every variable that they write must stay on its own: no NaN, nothing beyond its ends. And a name of
theirs must not take the place of another: a pathway "bond" would free the bond in every claim.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from dyadsim.errors import BadInput, nearest
from dyadsim.kernel.block import BLOCK_ROWS, DRAWS, FIRST_DRAW, Scratch
from dyadsim.model.mechanism import Mechanism, Use, marks
from dyadsim.model.mechanism_file import OwnMechanism
from dyadsim.model.parameter import declared
from dyadsim.model.parameters import Parameters, as_float32, mechanisms
from dyadsim.model.variable import declared_variables
from dyadsim.model.variables import ROWS, VARIABLES, Orders, State, TherapistSide, Traits
from dyadsim.numerics.random_streams import is_own

_LANES, _ROUNDS, _FAR = 64, 20, 4.0  # _FAR: where a scale has no end, and how far a draw goes
_ROUNDING = 1e-5
CODE = "code"  # the unit of what is a whole number


def check_names(own: OwnMechanism) -> None:
    """Refuse names that are taken, and rows that do not exist.

    Parameters
    ----------
    own
        The mechanism.

    Raises
    ------
    BadInput
        Something in dyadsim, or in another mechanism, has that name; or a row is nobody's.
    """
    mine: Mechanism = own.module.MECHANISM
    others = [item for item in mechanisms().values() if item is not mine]
    kinds = (Traits, TherapistSide, Orders, State, Scratch)
    rows = {name for kind in kinds for name in declared_variables(kind)}
    rows |= {name for item in others for name in item.variables}
    _refuse_taken(own, "variable", mine.variables, rows)
    for kind in ("pathways", "latents"):
        taken = [name for item in others for name in getattr(item, kind)]
        _refuse_taken(own, kind[:-1], getattr(mine, kind), taken)
    causes = [latent.cause for item in others for latent in item.latents.values() if latent.cause]
    _refuse_taken(own, "cause", [latent.cause for latent in mine.latents.values()], causes)
    for name, mark in marks(mine.rows).items():
        if isinstance(mark, Use) and name not in rows:
            raise BadInput(
                f"mechanism={own.path}: Rows: there is no row '{name}'.{nearest(name, rows)}"
            )
    _refuse_shared_draws(own, others)


def _refuse_shared_draws(own: OwnMechanism, others: Iterable[Mechanism]) -> None:
    """Refuse a draw that has no address of its own: two laws would see the same chance."""
    taken = {draw.stream for item in others for draw in item.draws.values()}
    for name, draw in own.module.MECHANISM.draws.items():
        if not is_own(draw.stream) or draw.stream in taken:
            raise BadInput(
                f"mechanism={own.path}: Rows: the draw '{name}' is that of another: give it a text "
                f'of its own, such as normal("{own.name}.{name}").'
            )
        taken.add(draw.stream)


def _refuse_taken(own: OwnMechanism, kind: str, names: Iterable[str], taken: Iterable[str]) -> None:
    for name in sorted(set(names) & set(taken)):
        raise BadInput(
            f"mechanism={own.path}: there is a {kind} '{name}' already; take another name."
        )


def check_scales(
    own: OwnMechanism, steps: Callable[[Any, Any], None], ending: Callable[[Any, Any], None]
) -> None:
    """Try a mechanism at the corners of its parameters and of what it reads.

    Parameters
    ----------
    own
        The mechanism.
    steps
        Does in a block `(row, lane)` what mechanisms of one's own do in a step, with parameters,
        until endings are decided.
    ending
        Does what they do after that.

    Raises
    ------
    BadInput
        A variable leaves its scale, or a client is ended before endings are decided.
    """
    rng = np.random.default_rng(0)
    written = [name for name in own.module.MECHANISM.writes if name in VARIABLES]
    items = declared(own.name, own.parameters)
    for _ in range(_ROUNDS):
        ends = {name: (item.about.low, item.about.high) for name, item in items.items()}
        chosen = {name: float(rng.choice(pair)) for name, pair in ends.items()}
        moved: Any = {own.name: own.parameters(**chosen)}
        block, p = _corner(rng), as_float32(Parameters(**moved))
        ended = block[ROWS["ended"].start].copy()
        steps(block, p)
        if (block[ROWS["ended"].start] != ended).any():
            raise BadInput(
                f"mechanism={own.path}: 'ended' moves before endings are decided: write it in "
                "ending_lanes(rows, q)."
            )
        ending(block, p)
        for name in written:
            _check(own, name, block[ROWS[name].start : ROWS[name].stop], chosen)


def _corner(rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return a block of clients, each variable at one end of its scale or between."""
    block = rng.random((BLOCK_ROWS, _LANES))  # scratch rows and uniform draws lie between 0 and 1
    for name, rows in ROWS.items():
        low, high = (float(np.clip(end, -_FAR, _FAR)) for end in VARIABLES[name][3:5])
        some = block[rows.start : rows.stop]
        some[:] = low + (high - low) * np.where(rng.random(some.shape) < 0.5, some, np.round(some))
        if VARIABLES[name].unit == CODE:
            some[:] = np.round(some)
    for row, draw in enumerate(DRAWS, FIRST_DRAW):
        if not draw.uniform:
            block[row] = np.clip(2 * rng.standard_normal(_LANES), -_FAR, _FAR)
    return block.astype(np.float32)


def _check(own: OwnMechanism, name: str, values: Any, chosen: dict[str, float]) -> None:
    """Refuse values of a variable beyond its scale."""
    low, high = VARIABLES[name].low, VARIABLES[name].high
    wrong = values[~((values >= low - _ROUNDING) & (values <= high + _ROUNDING))]
    if VARIABLES[name].unit == CODE and (values != np.round(values)).any():
        raise BadInput(f"mechanism={own.path}: {name} is a code: {VARIABLES[name].meaning}.")
    if wrong.size:
        said = ", ".join(f"{own.name}.{field}={value:g}" for field, value in chosen.items())
        raise BadInput(
            f"mechanism={own.path}: {name} leaves its scale [{low:g}, {high:g}]: it becomes "
            f"{wrong.flat[0]:g} with {said}. Keep it there, as min(max(x, ZERO), ONE) does."
        )

"""Policies of a reader's own beside the usual one: the same replicates, kept in a sweep's store.

A replicate of two policies has the same clients, therapists and noise, so that the difference is
taken within replicates. What is stored is never computed again: the command goes on where it was
interrupted, and with more replicates it computes those alone.
"""

import hashlib
import inspect
import itertools
import marshal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.monte_carlo import t_quantile
from dyadsim.errors import BadInput
from dyadsim.sweeps.content_keys import Keys
from dyadsim.sweeps.parquet_files import read_parquet
from dyadsim.sweeps.store import Values
from dyadsim.sweeps.sweep import Condition, OnStep, Points, Sweep, collect_sweep, run_sweep

type Run = Callable[[Any, int], Mapping[str, float]]

REPLICATE = "replicate_number"  # the axis: a column `replicate` is the store's own
_BLOCK = 10  # replicates of a part: what an interruption costs at most


class Comparison(NamedTuple):
    """Policies side by side.

    Attributes
    ----------
    table
        policy, replicate_number, and a column an output: a row a policy and replicate.
    differences
        policy, output, replicates, usual, mean, difference, low, high: a row a policy and output.
        difference is the policy minus the first one; low and high are its 95 % interval.
    computed, reused
        Rows that were simulated now, and rows that the store had.
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    computed: int
    reused: int


def compare_policies(
    run: Run,
    policies: Mapping[str, Any],
    folder: Path | str,
    *,
    outputs: Sequence[str],
    replicates: int = 200,
    on_step: OnStep = lambda _, __: None,
) -> Comparison:
    """Run every policy in the same replicates, and return their differences from the first.

    Parameters
    ----------
    run
        (policy, replicate) -> a number for each of `outputs`: simulates one replicate, numbered
        from 0 on. It must use the number as `replicate=` and the same seed for all policies.
    policies
        Name -> what `run` gets, such as a subclass of `dyadsim.Therapist`; the usual one first.
    folder
        Of the store; created if it does not exist.
    outputs
        Names of the numbers.
    replicates
        How many, at least 2.
    on_step
        As in `sweep.run_sweep`.

    Returns
    -------
    Comparison
        All replicates and the differences.

    Raises
    ------
    BadInput
        There are fewer than two policies or replicates.

    Notes
    -----
    The interval is the paired t interval over replicates: it holds for worlds of this size and
    these parameters. A row's key is a hash of dyadsim's model, of the files in which `run` and the
    policy stand, of plain values that `run` closes over (a number of clients), and of the
    replicate: a policy that was changed is computed anew. What `run` reads from elsewhere (a file,
    another module of yours) is not part of the key.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> def run(shift, replicate):
    ...     return {"gain": shift + replicate % 3}
    >>> with TemporaryDirectory() as folder:
    ...     shown = compare_policies(
    ...         run, {"usual": 0.0, "mine": 0.5}, folder, outputs=["gain"], replicates=30
    ...     )
    >>> shown.differences[["policy", "difference", "low", "high"]].values.tolist()
    [['mine', 0.5, 0.5, 0.5]]
    """
    if len(policies) < 2:
        raise BadInput("policies: there must be two or more, the usual one first.")
    if replicates < 2:
        raise BadInput(f"replicates must be 2 or more, not {replicates}: a difference needs them.")
    numbers = np.arange(replicates, dtype=np.float32)[:, None]
    conditions = tuple(
        Condition(
            {"policy": name},
            _digest(run, name, policy),
            _Replicates(run, policy, tuple(outputs)).compute,
            _canonical,
            numbers,
        )
        for name, policy in policies.items()
    )
    sweep = Sweep((REPLICATE,), tuple(outputs), conditions, 1, _BLOCK)
    status = run_sweep(sweep, Path(folder), on_step=on_step)
    rows = read_parquet(collect_sweep(sweep, Path(folder)), ("policy", REPLICATE, *outputs))
    table = rows.to_pandas()
    table[REPLICATE] = table[REPLICATE].astype(int)
    table["policy"] = table["policy"].astype(str)
    differences = _differences(table, list(policies), outputs)
    return Comparison(table, differences, status.computed, status.reused)


def _canonical(points: Points) -> Points:
    """Return points as they are: their number is all that they are."""
    return points


class _Replicates(NamedTuple):
    """What simulates one policy."""

    run: Run
    policy: Any
    outputs: tuple[str, ...]

    def compute(self, points: Points, _: int, __: Keys, ___: int) -> tuple[Values, list[str]]:
        """Return the outputs of replicates (a sweep's `Condition.compute`)."""
        values = np.full((len(points), len(self.outputs)), np.nan, np.float32)
        for row, (number,) in enumerate(points):
            numbers = self.run(self.policy, int(number))
            values[row] = [numbers[name] for name in self.outputs]
        return values, [""] * len(points)


def _digest(run: Run, name: str, policy: Any) -> str:
    """Return a hash of the code of a policy and of what runs it."""
    text = f"{name}:{_code(run)}:{_code(policy)}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _code(thing: Any) -> str:
    """Return the file in which a function or class stands, and plain values that it closes over.

    Of anything else its value.
    """
    if isinstance(thing, partial):
        return f"{_code(thing.func)}:{thing.args}:{sorted(thing.keywords.items())}"
    if not (inspect.isfunction(thing) or inspect.isclass(thing)):
        return repr(thing)
    cells = [cell.cell_contents for cell in getattr(thing, "__closure__", None) or ()]
    around = [value for value in cells if isinstance(value, int | float | str | None)]
    try:
        module = inspect.getmodule(thing)
        return f"{thing.__qualname__}:{around}:{inspect.getsource(module or thing)}"
    except (OSError, TypeError):  # typed into a session, or a block of a page
        return f"{thing.__qualname__}:{around}:{_typed_code(thing)}"


def _typed_code(thing: Any) -> str:
    """Return the compiled code of what has no file, and the plain values that it may use.

    Those are the defaults of functions, what they read of the session, and what stands in a class
    or in the classes that it is made from.
    """
    inside = {} if inspect.isfunction(thing) else vars(thing)
    own = {name: item for name, item in inside.items() if name[:2] != "__" or callable(item)}
    functions = [part for part in [thing, *own.values()] if inspect.isfunction(part)]
    known = [(name, function.__globals__) for function in functions for name in _names_in(function)]
    parts = [
        [marshal.dumps(function.__code__) for function in functions],
        [(function.__defaults__, function.__kwdefaults__) for function in functions],
        sorted({(name, repr(items[name])) for name, items in known if _is_plain(items.get(name))}),
        sorted((name, repr(item)) for name, item in own.items() if _is_plain(item)),
        [_code(base) for base in getattr(thing, "__bases__", ()) if base is not object],
    ]
    return repr(parts)


def _names_in(function: FunctionType) -> tuple[str, ...]:
    """Return the names that a function reads, those of functions within it too."""
    inside = [part.co_names for part in function.__code__.co_consts if isinstance(part, CodeType)]
    return (*function.__code__.co_names, *itertools.chain.from_iterable(inside))


def _is_plain(value: object) -> bool:
    """Return whether a value says all of itself; a value that is not there says nothing."""
    return isinstance(value, int | float | str | tuple | list | dict)


def _differences(
    table: pd.DataFrame, policies: Sequence[str], outputs: Sequence[str]
) -> pd.DataFrame:
    """Return the paired differences from the first policy with their 95 % intervals."""
    rows = []
    by_policy = {name: part.set_index(REPLICATE) for name, part in table.groupby("policy")}
    usual = by_policy[policies[0]]
    for name in policies[1:]:
        for output in outputs:
            pairs = (by_policy[name][output] - usual[output]).dropna().to_numpy(float)
            error = pairs.std(ddof=1) / np.sqrt(len(pairs)) if len(pairs) > 1 else np.nan
            half = t_quantile(len(pairs)) * error
            rows.append(
                {
                    "policy": name,
                    "output": output,
                    "replicates": len(pairs),
                    "usual": float(usual[output].mean()),
                    "mean": float(by_policy[name][output].mean()),
                    "difference": float(pairs.mean()),
                    "low": float(pairs.mean() - half),
                    "high": float(pairs.mean() + half),
                }
            )
    return pd.DataFrame(rows)

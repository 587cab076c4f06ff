"""dyadsim: an open simulator of psychotherapy. The public names, loaded when first used."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dyadsim.benchmark import evaluate as evaluate
    from dyadsim.compare import compare as compare_worlds
    from dyadsim.designs.cohort import cohort as cohort
    from dyadsim.designs.rct import rct as rct
    from dyadsim.designs.waitlist import waitlist as waitlist
    from dyadsim.intervene import do as do
    from dyadsim.intervene import twins as twins
    from dyadsim.intervention import Intervention as Intervention
    from dyadsim.model import Client as Client
    from dyadsim.model import DyadModel as DyadModel
    from dyadsim.model import Therapist as Therapist
    from dyadsim.observe import records as observed
    from dyadsim.quantity import BadInput as BadInput
    from dyadsim.records import read as read
    from dyadsim.simulate import advance as advance
    from dyadsim.simulate import run as run
    from dyadsim.simulate import start as start
    from dyadsim.simulate import stream as stream
    from dyadsim.specificity import dial as dial
    from dyadsim.therapies import Therapy as Therapy
    from dyadsim.therapies import named as therapy
    from dyadsim.worlds import parameters as world

_HOMES = {
    "BadInput": "quantity",
    "Client": "model",
    "DyadModel": "model",
    "Intervention": "intervention",
    "Therapist": "model",
    "Therapy": "therapies",
    "advance": "simulate",
    "cohort": "designs.cohort",
    "compare_worlds": "compare:compare",
    "dial": "specificity",
    "do": "intervene",
    "evaluate": "benchmark",
    "observed": "observe:records",
    "world": "worlds:parameters",
    "rct": "designs.rct",
    "read": "records",
    "run": "simulate",
    "start": "simulate",
    "stream": "simulate",
    "therapy": "therapies:named",
    "twins": "intervene",
    "waitlist": "designs.waitlist",
}
__all__ = [
    "BadInput",
    "Client",
    "DyadModel",
    "Intervention",
    "Therapist",
    "Therapy",
    "advance",
    "cohort",
    "compare_worlds",
    "dial",
    "do",
    "evaluate",
    "observed",
    "rct",
    "read",
    "run",
    "start",
    "stream",
    "therapy",
    "twins",
    "waitlist",
    "world",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module: `import dyadsim` alone loads nothing heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dyadsim' has no attribute '{name}'")
    home, _, renamed = _HOMES[name].partition(":")
    return getattr(importlib.import_module(f"dyadsim.{home}"), renamed or name)


def __dir__() -> list[str]:
    return list(__all__)

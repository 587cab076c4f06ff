"""dyadsim: an open simulator of psychotherapy. The public names, loaded when first used."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dyadsim.errors import BadInput as BadInput
    from dyadsim.evidence.benchmark import evaluate_facts as evaluate
    from dyadsim.evidence.compare_worlds import compare_worlds as compare_worlds
    from dyadsim.model.worlds import parameters as world
    from dyadsim.simulation.counterfactual import do as do
    from dyadsim.simulation.counterfactual import twins as twins
    from dyadsim.simulation.intervention import Intervention as Intervention
    from dyadsim.simulation.mesa_model import Client as Client
    from dyadsim.simulation.mesa_model import DyadModel as DyadModel
    from dyadsim.simulation.mesa_model import Therapist as Therapist
    from dyadsim.simulation.observe import records as observed
    from dyadsim.simulation.records import read as read
    from dyadsim.simulation.simulate import advance as advance
    from dyadsim.simulation.simulate import run as run
    from dyadsim.simulation.simulate import start as start
    from dyadsim.simulation.simulate import stream as stream
    from dyadsim.simulation.specificity import dial as dial
    from dyadsim.studies.designs.cohort import cohort as cohort
    from dyadsim.studies.designs.rct import rct as rct
    from dyadsim.studies.designs.waitlist import waitlist as waitlist
    from dyadsim.studies.therapy import Therapy as Therapy
    from dyadsim.studies.therapy import named as therapy

_HOMES = {
    "BadInput": "errors",
    "Client": "simulation.mesa_model",
    "DyadModel": "simulation.mesa_model",
    "Intervention": "simulation.intervention",
    "Therapist": "simulation.mesa_model",
    "Therapy": "studies.therapy",
    "advance": "simulation.simulate",
    "cohort": "studies.designs.cohort",
    "compare_worlds": "evidence.compare_worlds:compare_worlds",
    "dial": "simulation.specificity",
    "do": "simulation.counterfactual",
    "evaluate": "evidence.benchmark:evaluate_facts",
    "observed": "simulation.observe:records",
    "world": "model.worlds:parameters",
    "rct": "studies.designs.rct",
    "read": "simulation.records",
    "run": "simulation.simulate",
    "start": "simulation.simulate",
    "stream": "simulation.simulate",
    "therapy": "studies.therapy:named",
    "twins": "simulation.counterfactual",
    "waitlist": "studies.designs.waitlist",
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

"""dyadsim: an open simulator of psychotherapy. The public names, loaded when first used.

Every design (a file in `dyadsim/studies/designs/`) is a public name too.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dyadsim.errors import BadData as BadData
    from dyadsim.errors import BadInput as BadInput
    from dyadsim.evidence.benchmark import evaluate_facts as evaluate  # noqa: F401
    from dyadsim.evidence.compare_worlds import simulate_comparison as compare_worlds  # noqa: F401
    from dyadsim.model.worlds import world_parameters as world  # noqa: F401
    from dyadsim.simulation.counterfactual import do as do
    from dyadsim.simulation.counterfactual import twins as twins
    from dyadsim.simulation.ensemble import over_members as over_members
    from dyadsim.simulation.intervention import Intervention as Intervention
    from dyadsim.simulation.mesa_model import Client as Client
    from dyadsim.simulation.mesa_model import DyadModel as DyadModel
    from dyadsim.simulation.mesa_model import Therapist as Therapist
    from dyadsim.simulation.printed_tables import observed as observed
    from dyadsim.simulation.simulate import advance as advance
    from dyadsim.simulation.simulate import run as run
    from dyadsim.simulation.simulate import start as start
    from dyadsim.simulation.simulate import stream as stream
    from dyadsim.simulation.specificity import dial as dial
    from dyadsim.simulation.stored_result import read as read
    from dyadsim.studies.designs.additive import additive as additive
    from dyadsim.studies.designs.cohort import cohort as cohort
    from dyadsim.studies.designs.dismantling import dismantling as dismantling
    from dyadsim.studies.designs.feedback import feedback as feedback
    from dyadsim.studies.designs.matching import matching as matching
    from dyadsim.studies.designs.n_of_1 import n_of_1 as n_of_1
    from dyadsim.studies.designs.preference import preference as preference
    from dyadsim.studies.designs.process import process as process
    from dyadsim.studies.designs.rct import rct as rct
    from dyadsim.studies.designs.skill_training import skill_training as skill_training
    from dyadsim.studies.designs.waitlist import waitlist as waitlist
    from dyadsim.studies.therapy import Therapy as Therapy
    from dyadsim.studies.therapy import find_therapy as therapy  # noqa: F401

    __version__: str

_HOMES = {
    "BadData": "errors",
    "BadInput": "errors",
    "Client": "simulation.mesa_model",
    "DyadModel": "simulation.mesa_model",
    "Intervention": "simulation.intervention",
    "Therapist": "simulation.mesa_model",
    "Therapy": "studies.therapy",
    "advance": "simulation.simulate",
    "compare_worlds": "evidence.compare_worlds:simulate_comparison",
    "dial": "simulation.specificity",
    "do": "simulation.counterfactual",
    "evaluate": "evidence.benchmark:evaluate_facts",
    "observed": "simulation.printed_tables",
    "over_members": "simulation.ensemble",
    "read": "simulation.stored_result",
    "run": "simulation.simulate",
    "start": "simulation.simulate",
    "stream": "simulation.simulate",
    "therapy": "studies.therapy:find_therapy",
    "twins": "simulation.counterfactual",
    "world": "model.worlds:world_parameters",
}
_HOMES |= {
    file.removesuffix(".py"): f"studies.designs.{file.removesuffix('.py')}"
    for file in os.listdir(os.path.join(__path__[0], "studies", "designs"))
    if file.endswith(".py") and not file.startswith("_")
}
__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    """Load a public name from its module: `import dyadsim` alone loads nothing heavy."""
    if name == "__version__":
        metadata = importlib.import_module("importlib.metadata")
        return metadata.version("dyadsim")
    if name == "plots":
        return importlib.import_module("dyadsim.plots")
    if name not in _HOMES:
        raise AttributeError(f"module 'dyadsim' has no attribute '{name}'")
    home, _, renamed = _HOMES[name].partition(":")
    return getattr(importlib.import_module(f"dyadsim.{home}"), renamed or name)


def __dir__() -> list[str]:
    return list(__all__)

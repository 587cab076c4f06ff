"""The model as Mesa agents."""

from dyadsim.simulation.mesa_model.agents import Client, DyadModel, Therapist

__all__ = ["Client", "DyadModel", "Therapist"]

"""The model as Mesa agents: `DyadModel`, and `Client` and `Therapist` as views of rows.

An agent holds no numbers of its own: it reads its row of the arrays that `simulate.advance` works
on, so that a stepped model and a batch run give the same bits. Agents are made when somebody asks
for them. Where a subclass overrides `Therapist.plan` or `Client.decide`, that method is called for
each of its agents before every session; otherwise nothing is called.
"""

from dyadsim.simulation.mesa_model.agents import Client, Therapist
from dyadsim.simulation.mesa_model.model import DyadModel

__all__ = ["Client", "DyadModel", "Therapist"]

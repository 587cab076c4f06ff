"""One clinic of routine care as a Mesa model with a few parameters, to be watched."""

from typing import Any

import mesa
import pandas as pd

from dyadsim.model.variables import IN_CARE
from dyadsim.model.worlds import world_parameters
from dyadsim.simulation.mesa_model.model import DyadModel
from dyadsim.studies.designs.cohort import cohort

SESSIONS = 24


class Clinic(DyadModel):
    """Clients and therapists of one clinic in the hybrid world, a session a step.

    Parameters
    ----------
    clients
        Number of clients, >= 1.
    specificity
        How much of the treatment path needs matched technique, 0-1.
    therapist_spread
        SD of therapists' traits, > 0.
    alliance_rate
        How fast the alliance moves towards what the therapist offers, 0-1.
    rng
        The seed, a whole number >= 0.

    Attributes
    ----------
    datacollector
        Collects distress and alliance, means over all clients, from intake on.

    Examples
    --------
    >>> clinic = Clinic(clients=30)
    >>> clinic.run_for(2)
    >>> clinic.course()["session"].tolist()
    [0, 1, 2]
    """

    def __init__(
        self,
        clients: int = 120,
        specificity: float = 0.5,
        therapist_spread: float = 1.0,
        alliance_rate: float = 0.4,
        rng: int | None = 1,
    ) -> None:
        values = {
            "distress.specificity": float(specificity),
            "population.therapist_spread": float(therapist_spread),
            "alliance.rate": float(alliance_rate),
        }
        study = cohort(sessions=SESSIONS, follow_up=())
        super().__init__(study, world_parameters("hybrid", values), int(clients), rng)
        reporters = {"distress": "mean_distress", "alliance": "mean_alliance"}
        self.datacollector = mesa.DataCollector(reporters)
        self.datacollector.collect(self)

    def step(self) -> None:
        """Have a session with everybody, and collect."""
        super().step()
        self.datacollector.collect(self)

    @property
    def mean_alliance(self) -> float:
        """Mean of bond, goals and tasks over all clients now, 0-1."""
        return float(self.people()["alliance"].mean())

    def people(self) -> pd.DataFrame:
        """Return the clients now: therapist, distress, alliance (0-1), in_care."""
        rows = self.run_state.clients
        return pd.DataFrame(
            {
                "therapist": rows.therapist,
                "distress": rows.distress,
                "alliance": (rows.bond + rows.goal + rows.task) / 3,
                "in_care": rows.ended == IN_CARE,
            }
        )

    def course(self) -> pd.DataFrame:
        """Return the means so far: session (0 = intake), distress, alliance."""
        table: pd.DataFrame = self.datacollector.get_model_vars_dataframe()
        return table.rename_axis("session").reset_index()


def visual_parts() -> Any:
    """Return Mesa's module of visualization (`SolaraViz`, `Slider`).

    Raises
    ------
    ImportError
        Solara or Altair is not installed: pip install 'dyadsim[viz]'.
    """
    import mesa.visualization
    import mesa.visualization.utils

    return mesa.visualization

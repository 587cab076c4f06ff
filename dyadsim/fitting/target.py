"""What a fit sees of data, real or simulated: the same numbers of both, by the same names.

This is the other half of the small interface of fitting: nothing behind it knows the model. Any
method of inference can work on coordinates (`free_parameters.Problem`) and these numbers.
"""

from typing import NamedTuple, Protocol

import numpy as np

from dyadsim.fitting.data_design import ObservedDesign
from dyadsim.fitting.summaries import (
    DesignShape,
    Floats,
    check_statistics,
    design_shape,
    summarise_scores,
)
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import observe, simulate


class Evidence(Protocol):
    """Data, and the design in which the same is simulated."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the summaries that are fitted."""
        ...

    @property
    def check_names(self) -> tuple[str, ...]:
        """Names of the statistics kept out of the fit."""
        ...

    @property
    def shown(self) -> tuple[str, ...]:
        """Those of the names that the report shows beside their predictions."""
        ...

    def real(self) -> tuple[Floats, Floats]:
        """Return summaries (summary,) and checks (check,) of the data; NaN: there is none."""
        ...

    def simulated(
        self, parameters: Parameters, *, replicate: int, seed: int
    ) -> tuple[Floats, Floats]:
        """Return the same of simulated data of this design."""
        ...


class ScoreEvidence(NamedTuple):
    """Scores client by client: the design with the data, and how they are summarised."""

    design: ObservedDesign
    shape: DesignShape

    @property
    def names(self) -> tuple[str, ...]:
        """The summaries, by name."""
        return tuple(summarise_scores(self.shape, self.design.scores, self.design.alliance))

    @property
    def check_names(self) -> tuple[str, ...]:
        """The statistics that the fit does not see."""
        return tuple(check_statistics(self.shape, self.design.scores))

    @property
    def shown(self) -> tuple[str, ...]:
        """The mean scores by stretch of time."""
        return tuple(name for name in self.names if "mean, stretch" in name)

    def real(self) -> tuple[Floats, Floats]:
        """Return summaries and checks of the data."""
        return self._summarised(self.design.scores, self.design.alliance)

    def simulated(
        self, parameters: Parameters, *, replicate: int, seed: int
    ) -> tuple[Floats, Floats]:
        """Return summaries and checks of simulated data."""
        scores, alliance = simulate_like(self.design, parameters, replicate=replicate, seed=seed)
        return self._summarised(scores, alliance)

    def _summarised(self, scores: Floats, alliance: Floats) -> tuple[Floats, Floats]:
        summaries = summarise_scores(self.shape, scores, alliance)
        checks = check_statistics(self.shape, scores)
        return np.array(list(summaries.values())), np.array(list(checks.values()))


def score_evidence(design: ObservedDesign, therapists_known: bool) -> ScoreEvidence:
    """Return the evidence of scores.

    Parameters
    ----------
    design
        The design with the data.
    therapists_known
        Whether the data say who treated whom.

    Returns
    -------
    ScoreEvidence
        What a fit sees of the data.
    """
    return ScoreEvidence(design, design_shape(design, therapists_known))


def simulate_like(
    design: ObservedDesign, parameters: Parameters, *, replicate: int, seed: int
) -> tuple[Floats, Floats]:
    """Return simulated scores and alliance scores in the design of the data.

    Clients, arms, therapists, weeks and gaps are those of the data; the model decides who leaves
    when.

    Parameters
    ----------
    design
        The design of the data.
    parameters
        One world's parameters.
    replicate, seed
        Number of the replicate and random seed.

    Returns
    -------
    tuple of ndarray
        Scores and alliance scores, (step, client), NaN where there is none.
    """
    run = simulate.start(
        design.study,
        parameters,
        len(design.allocation.arm),
        seed=seed,
        replicate=replicate,
        allocation=design.allocation,
        threads=1,
    )
    run = simulate.advance(run, threads=1)
    truth = dict(simulate.variables(run.truth))
    measured = observe.observed_mask(run) & ~design.gaps
    scores = np.where(measured, truth["symptom_score"], np.nan).astype(float)
    rated = ~np.isnan(design.alliance).all(axis=1)[:, None]
    if not rated.any():
        return scores, np.full_like(scores, np.nan)
    return scores, np.where(measured & rated, observe.alliance_scores(run), np.nan).astype(float)

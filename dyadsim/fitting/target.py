"""What a fit sees of data, real or simulated: the same numbers of both, by the same names.

The other half of the small door: nothing behind it knows the model. Any way of inference can stand
on coordinates (`problem`) and these numbers.
"""

from typing import NamedTuple, Protocol

import numpy as np

from dyadsim.fitting.data_design import Observed
from dyadsim.fitting.summaries import Floats, Shape, checks, shape, summaries
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import observe, simulate


class Evidence(Protocol):
    """Data, and the design in which the same is simulated.

    names, check_names: of the summaries that are fitted and of the statistics kept out of the fit.
    shown: those of the names that the report shows beside their predictions.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def check_names(self) -> tuple[str, ...]: ...

    @property
    def shown(self) -> tuple[str, ...]: ...

    def real(self) -> tuple[Floats, Floats]:
        """Return summaries (summary,) and checks (check,) of the data; NaN: there is none."""
        ...

    def simulated(self, parameters: Parameters, luck: int, seed: int) -> tuple[Floats, Floats]:
        """Return the same of simulated data of this design."""
        ...


class Scores(NamedTuple):
    """Scores client by client: the design, the data, and how they are reduced."""

    seen: Observed
    shape: Shape

    @property
    def names(self) -> tuple[str, ...]:
        """The summaries, by name."""
        return tuple(summaries(self.shape, self.seen.scores, self.seen.alliance))

    @property
    def check_names(self) -> tuple[str, ...]:
        """The statistics that the fit does not see."""
        return tuple(checks(self.shape, self.seen.scores))

    @property
    def shown(self) -> tuple[str, ...]:
        """The mean scores by stretch of time."""
        return tuple(name for name in self.names if "mean, stretch" in name)

    def real(self) -> tuple[Floats, Floats]:
        """Return summaries and checks of the data."""
        return self._reduced(self.seen.scores, self.seen.alliance)

    def simulated(self, parameters: Parameters, luck: int, seed: int) -> tuple[Floats, Floats]:
        """Return summaries and checks of simulated data."""
        return self._reduced(*data_like(self.seen, parameters, luck, seed))

    def _reduced(self, scores: Floats, alliance: Floats) -> tuple[Floats, Floats]:
        kept = summaries(self.shape, scores, alliance).values()
        return np.array(list(kept)), np.array(list(checks(self.shape, scores).values()))


def scores_of(seen: Observed, therapists_known: bool) -> Scores:
    """Return the evidence of scores; therapists_known: the data say who treated whom."""
    return Scores(seen, shape(seen, therapists_known))


def data_like(
    seen: Observed, parameters: Parameters, luck: int, seed: int
) -> tuple[Floats, Floats]:
    """Return simulated scores and alliance scores (step, client) in the design of the data.

    Same clients, arms, therapists, weeks and gaps; who leaves when is the model's doing.
    """
    run = simulate.advance(
        simulate.start(
            seen.study,
            parameters,
            len(seen.allocation.arm),
            seed,
            luck,
            allocation=seen.allocation,
            threads=1,
        ),
        threads=1,
    )
    truth = dict(simulate.variables(run.truth))
    there = observe.seen(run) & ~seen.gaps
    scores = np.where(there, truth["symptom_score"], np.nan).astype(float)
    known = ~np.isnan(seen.alliance).all(axis=1)[:, None]
    if not known.any():
        return scores, np.full_like(scores, np.nan)
    return scores, np.where(there & known, observe.alliance(run), np.nan).astype(float)

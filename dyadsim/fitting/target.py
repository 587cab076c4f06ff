"""What a fit sees of data, real or simulated: the same numbers of both, by the same names.

This is the other half of the small interface of fitting: nothing behind it knows the model. Any
method of inference can work on coordinates (`free_parameters.Problem`) and these numbers.
"""

from typing import NamedTuple, Protocol

import numpy as np

from dyadsim.errors import BadData
from dyadsim.fitting.data_design import Flags, ObservedDesign
from dyadsim.fitting.summaries import (
    DesignShape,
    Floats,
    Summaries,
    check_statistics,
    design_shape,
    summarise_scores,
)
from dyadsim.model.parameters import Parameters
from dyadsim.model.variable import Array
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

    def simulated_content(self) -> tuple[object, ...]:
        """Return all that decides what is simulated: two data sets of one design have the same."""
        ...

    def simulated(
        self, parameters: Parameters, *, replicate: int, seed: int
    ) -> tuple[Floats, Floats]:
        """Return the same of simulated data of this design."""
        ...


class ScoreEvidence(NamedTuple):
    """Scores client by client: the design with the data, and how they are summarised.

    `undefined` are statistics of which the data give no value; nothing is learned from them, and
    nothing is predicted of them.
    """

    design: ObservedDesign
    shape: DesignShape
    undefined: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The summaries, by name."""
        return tuple(self._summaries(self.design.scores, self.design.alliance))

    @property
    def check_names(self) -> tuple[str, ...]:
        """The statistics that the fit does not see."""
        return tuple(self._checks(self.design.scores))

    @property
    def shown(self) -> tuple[str, ...]:
        """The mean scores by stretch of time."""
        return tuple(name for name in self.names if "mean, week" in name)

    def real(self) -> tuple[Floats, Floats]:
        """Return summaries and checks of the data."""
        return self._summarised(self.design.scores, self.design.alliance)

    def simulated_content(self) -> tuple[object, ...]:
        """Return the design without its scores."""
        design = self.design
        rated = ~np.isnan(design.alliance).all(axis=1)
        facts = (design.study, design.allocation, design.gaps, design.assessed, rated)
        return ("scores", *facts, self.shape, self.undefined)

    def simulated(
        self, parameters: Parameters, *, replicate: int, seed: int
    ) -> tuple[Floats, Floats]:
        """Return summaries and checks of simulated data."""
        scores, alliance = simulate_like(self.design, parameters, replicate=replicate, seed=seed)
        return self._summarised(scores, alliance)

    def _summarised(self, scores: Floats, alliance: Floats) -> tuple[Floats, Floats]:
        summaries, checks = self._summaries(scores, alliance), self._checks(scores)
        return np.array(list(summaries.values())), np.array(list(checks.values()))

    def _summaries(self, scores: Floats, alliance: Floats) -> Summaries:
        return self._defined(summarise_scores(self.shape, scores, alliance))

    def _checks(self, scores: Floats) -> Summaries:
        return self._defined(check_statistics(self.shape, scores))

    def _defined(self, statistics: Summaries) -> Summaries:
        return {
            name: value if np.isfinite(value) else float("nan")
            for name, value in statistics.items()
            if name not in self.undefined
        }


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

    Raises
    ------
    BadData
        The clients of an arm have no gains: fewer than two have two scores.
    """
    shape = design_shape(design, therapists_known)
    summaries = summarise_scores(shape, design.scores, design.alliance)
    values = {**summaries, **check_statistics(shape, design.scores)}
    undefined = tuple(name for name, value in values.items() if not np.isfinite(value))
    for name in undefined:
        if name.endswith("SD of gains"):
            arm = name.removesuffix("SD of gains").rstrip(": ") or "everybody"
            raise BadData(
                f"'{name}' is undefined in the data ({arm}): fewer than two clients have a second "
                "score, so nothing is known of change."
            )
    return ScoreEvidence(design, shape, undefined)


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
    attended, symptom_score = (simulate.latent(run, name) for name in ("attended", "symptom_score"))
    measured = _measured(design, observe.observed_mask(run), attended)
    scores = np.where(measured, symptom_score, np.nan).astype(float)
    rated = ~np.isnan(design.alliance).all(axis=1)[:, None]
    if not rated.any():
        return scores, np.full_like(scores, np.nan)
    return scores, np.where(measured & rated, observe.alliance_scores(run), np.nan).astype(float)


def _measured(design: ObservedDesign, observed: Flags, attended: Array) -> Flags:
    """Return where a simulated client has a score, `(step, client)`.

    At every occasion of an arm that is assessed; of another, at intake, in sessions that take place
    and at follow-ups; nowhere where the data have a gap.
    """
    in_sessions = np.diff(attended, axis=0, prepend=attended[:1]) > 0
    in_sessions[0] = True
    in_sessions[design.study.schedule.sessions + 1 :] = True
    by_weeks = design.assessed[design.allocation.arm]
    return np.asarray(observed & (in_sessions | by_weeks) & ~design.gaps)

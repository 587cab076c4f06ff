"""The design of a planned study, of one that is described or of a data file, and its variants."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from dyadsim.calibration.prior import Floats
from dyadsim.fitting.data_design import Flags, ObservedDesign
from dyadsim.kernel.allocation import Allocation, allocate
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import observe, simulate
from dyadsim.studies.study import Study

MORE = 3  # times as many clients


class Variant(NamedTuple):
    """A way to measure: how many clients, with the alliance each session, with therapists' ids."""

    name: str
    clients: int
    alliance: bool
    therapists: bool


class PlannedStudy(NamedTuple):
    """A study that is planned: its design, the world it is planned in, clients of the plain design.

    `parameters` are those of the world, for the simulated data set; those of `fixed` keep their
    value in every data set.
    """

    study: Study
    world: str
    parameters: Parameters
    clients: int
    fixed: Mapping[str, float] = MappingProxyType({})

    def variants(self) -> tuple[Variant, ...]:
        """Return the plain design, and what could be added to it."""
        return measurement_variants(self.clients)

    def design(self, variant: Variant, *, seed: int) -> ObservedDesign:
        """Return the design of a variant with a simulated data set in it."""
        return simulate_design(self.study, self.parameters, variant, seed=seed)


class PlannedFile(NamedTuple):
    """A study with the design of a data file, and the world it is planned in.

    `therapists` says whether the file has their ids. Of the file's scores only their places count;
    `parameters` are those of the world, for alliance scores that the file does not have; those of
    `fixed` keep their value in every data set.
    """

    observed: ObservedDesign
    therapists: bool
    world: str
    parameters: Parameters
    fixed: Mapping[str, float] = MappingProxyType({})

    def variants(self) -> tuple[Variant, ...]:
        """Return the design of the file as it is, and what could be added to it."""
        clients = self.observed.scores.shape[1]
        rated = not bool(np.isnan(self.observed.alliance).all())
        has_care = bool((self.observed.allocation.therapist >= 0).any())
        plain = Variant("as in the file", clients, rated, self.therapists)
        added = []
        if has_care and not self.therapists:
            added.append(plain._replace(name="with therapists", therapists=True))
        if has_care and not rated:
            added.append(plain._replace(name="with the alliance", alliance=True))
        more = plain._replace(name=f"{MORE} x the clients", clients=MORE * clients)
        if not added:
            return plain, more
        name = "all three" if len(added) > 1 else "both"
        return plain, *added, more, Variant(name, MORE * clients, True, True)

    @property
    def study(self) -> Study:
        """The study that the file's design makes."""
        return self.observed.study

    def design(self, variant: Variant, *, seed: int) -> ObservedDesign:
        """Return the design of a variant, the file's scores in it.

        More clients are the file's clients again, each group of them with therapists of its own.
        """
        times = variant.clients // self.observed.scores.shape[1]
        design = repeat_clients(self.observed, times)
        if not variant.alliance or not np.isnan(design.alliance).all():
            return design
        return design._replace(alliance=self._alliance(design, seed))

    def _alliance(self, design: ObservedDesign, seed: int) -> Floats:
        """Return simulated alliance scores wherever the file has a score in treatment."""
        run = simulate.start(
            design.study,
            self.parameters,
            len(design.allocation.arm),
            seed=seed,
            replicate=0,
            allocation=design.allocation,
        )
        rated = np.asarray(observe.alliance_scores(simulate.advance(run)), float)
        known = ~np.isnan(design.scores)
        known[design.study.schedule.sessions + 1 :] = False
        return np.where(known, rated, np.nan)


def measurement_variants(clients: int) -> tuple[Variant, ...]:
    """Return the plain design and what could be added to it, one thing at a time and all."""
    return (
        Variant("scores alone", clients, False, False),
        Variant("with therapists", clients, False, True),
        Variant("with the alliance", clients, True, False),
        Variant(f"{MORE} x the clients", MORE * clients, False, False),
        Variant("all three", MORE * clients, True, True),
    )


def repeat_clients(design: ObservedDesign, times: int) -> ObservedDesign:
    """Return a design in which every client comes several times, with caseloads as they are.

    Parameters
    ----------
    design
        The design.
    times
        How often, 1 or more.

    Returns
    -------
    ObservedDesign
        Arms, scores and gaps of the clients again and again; each repetition has therapists of
        its own.
    """
    arm, therapist, caseload = design.allocation
    number = np.repeat(np.arange(times), len(arm)) * len(caseload)
    own = np.tile(therapist, times)
    allocation = Allocation(
        np.tile(arm, times),
        np.where(own < 0, own, own + number).astype(np.int32),
        np.tile(caseload, times),
    )
    return design._replace(
        allocation=allocation,
        scores=np.tile(design.scores, times),
        alliance=np.tile(design.alliance, times),
        gaps=np.tile(design.gaps, times),
    )


def simulate_design(
    study: Study, parameters: Parameters, variant: Variant, *, seed: int
) -> ObservedDesign:
    """Return the design of a study with a simulated data set in it.

    Parameters
    ----------
    study
        Who gets what when.
    parameters
        One world's parameters.
    variant
        How the study measures.
    seed
        Random seed.

    Returns
    -------
    ObservedDesign
        The design, as if the data set had been observed.
    """
    allocation = allocate(study, variant.clients, seed, 0)
    run = simulate.start(
        study, parameters, variant.clients, seed=seed, replicate=0, allocation=allocation
    )
    run = simulate.advance(run)
    truth, measured = dict(simulate.variables(run.truth)), observe.observed_mask(run)
    scores = np.where(measured, truth["symptom_score"], np.nan).astype(float)
    alliance = np.full_like(scores, np.nan)
    if variant.alliance:
        rated = observe.instrument_scores(run)["alliance_score"]
        alliance = np.where(measured, rated, np.nan).astype(float)
    no_gaps: Flags = np.zeros(scores.shape, bool)
    assessed = np.ones(len(study.arms), bool)
    return ObservedDesign(study, allocation, scores, alliance, no_gaps, assessed, ())

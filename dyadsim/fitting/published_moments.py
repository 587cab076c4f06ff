"""Published numbers as data: statistical moments of a study, each with its error, and no clients.

A YAML file lists them; the study is the one of the command line. A simulated moment gets the
published one's error on top of the Monte-Carlo error that remains in the simulation, so that a fit
does not believe either more than it may.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dyadsim.checks import is_number, shown_number
from dyadsim.choices import read_yaml
from dyadsim.errors import BadData, BadInput, nearest
from dyadsim.evidence import named_statistic
from dyadsim.evidence.outcomes import outcome_columns, simulate_outcomes
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.studies.study import Study

type Floats = np.ndarray[Any, np.dtype[np.float64]]

FIELDS = ("name", "statistic", "value", "error", "n", "check")
SHARES = (
    "response_50pct",
    "remission",
    "share_of",
    "share_dropout",
    "share_reliable_improvement",
    "share_reliable_recovery",
    "share_reliable_deterioration",
    "share_sudden_gain",
    "recovery_by_length",
    "dropout",
    "agreed_end",
)
CORRELATIONS = ("process_outcome_r", "partial_process_outcome_r", "r")
DIFFERENCES = ("g_between", "d_between", "mean_signed_g")
PILOTS, PILOT_CLIENTS = 50, 1000  # simulations that tell how many clients a moment takes
REMAINING = 0.7  # most Monte-Carlo error of a simulated moment, as a share of its error's variance
FEWEST = 200  # clients of a simulated study
PILOT_SEED = 1 << 40  # added to the seed: random numbers of the pilots


class Moment(NamedTuple):
    """A published number with its standard error; with `check` it is kept out of the fit."""

    name: str
    statistic: str
    value: float
    error: float
    check: bool


class PublishedMoments(NamedTuple):
    """Published numbers, the study they come from, and how many clients are simulated for them.

    `noise` (moment,) is the SD that is added to each simulated number, so that it is as uncertain
    as the published one. `assumed` says what was taken for granted.
    """

    study: Study
    moments: tuple[Moment, ...]
    clients: int
    noise: tuple[float, ...]
    assumed: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The numbers that are fitted."""
        return tuple(moment.name for moment in self.moments if not moment.check)

    @property
    def check_names(self) -> tuple[str, ...]:
        """The numbers that the fit does not see."""
        return tuple(moment.name for moment in self.moments if moment.check)

    @property
    def shown(self) -> tuple[str, ...]:
        """All that are fitted."""
        return self.names

    def real(self) -> tuple[Floats, Floats]:
        """Return the published numbers, fitted and kept out."""
        return self._split(np.array([moment.value for moment in self.moments]))

    def simulated_content(self) -> tuple[object, ...]:
        """Return the moments with their design."""
        return ("moments", self)

    def simulated(
        self, parameters: Parameters, *, replicate: int, seed: int
    ) -> tuple[Floats, Floats]:
        """Return the numbers of a simulated literature: each with an error of its own."""
        names = [moment.statistic for moment in self.moments]
        values = simulate_moments(
            self.study,
            parameters,
            names=names,
            clients=self.clients,
            replicate=replicate,
            seed=seed,
        )
        rng = np.random.default_rng([seed, replicate, 5])
        return self._split(values + np.array(self.noise) * rng.normal(size=len(values)))

    def _split(self, values: Floats) -> tuple[Floats, Floats]:
        checks = np.array([moment.check for moment in self.moments])
        return values[~checks], values[checks]


def simulate_moments(
    study: Study,
    parameters: Parameters,
    *,
    names: Sequence[str],
    clients: int,
    replicate: int,
    seed: int,
) -> Floats:
    """Return statistics and outcomes of one simulated study.

    Parameters
    ----------
    study
        Who gets what when.
    parameters
        One world's parameters.
    names
        Statistics (`evidence.named_statistic`) and outcomes (`evidence.outcomes`).
    clients
        Number of clients.
    replicate, seed
        Number of the replicate and random seed.

    Returns
    -------
    ndarray
        Their values, `(name,)`; NaN where there is none.
    """
    values: dict[str, float] = {}
    address = {"seed": seed, "replicate": replicate, "threads": 1}
    statistics = [name for name in names if named_statistic.is_statistic(name)]
    if statistics:
        run = simulate.run(study, parameters, clients, **address)
        values |= named_statistic.statistic_values(statistics, run)
    outcomes = [name for name in names if name not in values]
    if outcomes:
        values |= simulate_outcomes(study, parameters, clients, columns=outcomes, **address)
    return np.array([values[name] for name in names])


def read_moments(
    path: str, study: Study, *, world: str, most_clients: int, seed: int
) -> PublishedMoments:
    """Return the moments of a YAML file.

    Parameters
    ----------
    path
        A file with a list under `moments`, each with statistic, value, and error or n; name and
        check (kept out of the fit, predicted afterwards) may be left out.
    study
        The study that the numbers come from.
    world
        The world in whose calibrated values the Monte-Carlo error is measured.
    most_clients
        Most clients of a simulated study.
    seed
        Random seed of these pilots.

    Returns
    -------
    PublishedMoments
        The numbers, and how they are simulated.

    Raises
    ------
    BadData
        No file, no moments, or one that cannot be used (which, the field, the rule).
    """
    moments = tuple(
        _Row(row, number, path).moment(study) for number, row in enumerate(_read_rows(path), 1)
    )
    _check_moments(moments, path)
    pilot_sd = _pilot_sd(study, [moment.statistic for moment in moments], world, seed)
    for moment, sd in zip(moments, pilot_sd, strict=True):
        if np.isnan(sd):
            raise BadData(
                f"{path}: {moment.name}: study {study.name} has no scores from which "
                f"{moment.statistic} could be computed (another week?)."
            )
    error = np.array([moment.error for moment in moments])
    wanted = float(np.max(PILOT_CLIENTS * pilot_sd**2 / (REMAINING * error**2)))
    clients = int(min(max(wanted, FEWEST), most_clients))
    variance = pilot_sd**2 * PILOT_CLIENTS / clients
    assumed = _assumptions(study, moments, clients, variance)
    noise = np.sqrt(np.maximum(error**2 - variance, 0))
    return PublishedMoments(study, moments, clients, tuple(map(float, noise)), tuple(assumed))


def _check_moments(moments: Sequence[Moment], path: str) -> None:
    """Refuse moments of which none is fitted, or two have the same name."""
    if all(moment.check for moment in moments):
        raise BadData(f"{path}: every moment is kept out of the fit (check: true); one must not.")
    names = [moment.name for moment in moments]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise BadData(f"{path}: two moments are called '{min(doubled)}'; give them names.")


def _assumptions(
    study: Study, moments: Sequence[Moment], clients: int, variance: Floats
) -> list[str]:
    """Return what was taken for granted, a sentence each."""
    arms = ", ".join(arm.name for arm in study.arms)
    assumed = [
        f"the numbers come from studies like {study.name} ({arms}; {study.schedule.sessions} "
        f"weekly steps), simulated with {clients} clients"
    ]
    for moment in moments:
        words = f"{moment.name}: {moment.value:g} with standard error {shown_number(moment.error)}"
        if "." not in moment.statistic and (
            who := named_statistic.who_counts(moment.statistic, study)
        ):
            words += f", of {who}"
        assumed.append(words + " (kept out of the fit)" * moment.check)
    pairs = zip(moments, variance, strict=True)
    noisy = [moment.name for moment, part in pairs if part > moment.error**2]
    if noisy:
        assumed.append(
            "the Monte-Carlo error of the simulation is larger than the number's own, so that it "
            f"counts for less: {', '.join(noisy)} (more: size.clients_per_point)"
        )
    return assumed


def _read_rows(path: str) -> list[Mapping[str, Any]]:
    """Return the file's moments as they were written."""
    document = read_yaml(path, "data.path:", error=BadData)
    rows = document.get("moments") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        raise BadData(f"{path}: there must be a list 'moments' (docs/how_to/fitting.md).")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise BadData(f"{path}, moment {number}: must be fields with values, not '{row}'.")
    return rows


class _Row(NamedTuple):
    """A moment as it was written, and words for its place in the file."""

    fields: Mapping[str, Any]
    number: int
    path: str

    def fault(self, text: str) -> BadData:
        """Return the error that a rule is broken."""
        return BadData(f"{self.path}, moment {self.number}: {text}.")

    def moment(self, study: Study) -> Moment:
        """Return the moment, checked."""
        self._check_fields()
        statistic, value = str(self.fields["statistic"]), float(self.fields["value"])
        try:
            _check_statistic(statistic, study)
        except BadInput as error:
            raise self.fault(str(error).removeprefix("outputs: ").rstrip(".")) from None
        self._check_value(statistic, value)
        spread = self.fields.get("error")
        if spread is None:
            spread = self._error_from_n(statistic, value)
        if spread <= 0:
            raise self.fault(f"error must be above 0, not {spread:g}")
        check = self.fields.get("check", False)
        if not isinstance(check, bool):
            raise self.fault(f"check must be true or false, not '{check}'")
        name = str(self.fields.get("name", statistic))
        return Moment(name, statistic, value, float(spread), check)

    def _check_fields(self) -> None:
        """Refuse unknown fields, missing ones, and numbers that are none."""
        for name in self.fields:
            if name not in FIELDS:
                raise self.fault(
                    f"there is no field '{name}'.{nearest(str(name), FIELDS)} Fields: "
                    f"{', '.join(FIELDS)}"
                )
        for name in ("statistic", "value"):
            if name not in self.fields:
                raise self.fault(f"the field '{name}' is missing")
        for name in ("value", "error", "n"):
            number = self.fields.get(name)
            if number is not None and not (is_number(number) and math.isfinite(number)):
                raise self.fault(f"{name} must be a number, not '{number}'")

    def _check_value(self, statistic: str, value: float) -> None:
        kind = _kind(statistic)
        if kind in SHARES and not 0 <= value <= 1:
            raise self.fault(f"a share must lie in [0, 1], not {value:g}")
        if kind in CORRELATIONS and not -1 <= value <= 1:
            raise self.fault(f"a correlation must lie in [-1, 1], not {value:g}")

    def _error_from_n(self, statistic: str, value: float) -> float:
        """Return the standard error of a share, a correlation or a d from the number of clients."""
        n, kind = self.fields.get("n"), _kind(statistic)
        if n is None:
            raise self.fault(
                "give an error, or n for a share, a correlation or a standardised difference"
            )
        if n < 4:
            raise self.fault(f"n must be 4 or more, not {n:g}")
        if kind in SHARES:
            if not 0 < value < 1:
                raise self.fault(
                    f"n gives no error for a share of {value:g}: give the error itself"
                )
            return math.sqrt(value * (1 - value) / n)
        if kind in CORRELATIONS:
            return float((1 - value**2) / math.sqrt(n - 1))
        if kind in DIFFERENCES:
            return math.sqrt(4 / n + value**2 / (2 * n))  # two arms of n / 2
        raise self.fault(f"n gives no error for {statistic}: give the error itself")


def _check_statistic(name: str, study: Study) -> None:
    """Refuse what this study cannot have."""
    if named_statistic.is_statistic(name):
        named_statistic.check_statistic(name, study)
        return
    outcomes = [column for column in outcome_columns(study) if not column.endswith(".se")]
    if name in outcomes:
        return
    examples = [
        f"{kind}@12_weeks.{arm.name}"
        for kind in ("response_50pct", "remission")
        for arm in study.arms
    ]
    raise BadInput(
        f"there is no statistic '{name}' in study {study.name}."
        f"{nearest(name, [*outcomes, *examples])} Outcomes: {', '.join(outcomes)}; or a statistic "
        f"as in facts.csv, of an arm: {examples[0]}."
    )


def _kind(statistic: str) -> str:
    """Return the name of a statistic without its arguments, weeks and arm."""
    return statistic.partition("@")[0].partition("(")[0].partition(".")[0]


def _pilot_sd(study: Study, names: Sequence[str], world: str, seed: int) -> Floats:
    """Return the Monte-Carlo SD of each moment with `PILOT_CLIENTS` clients."""
    parameters, seed = worlds.world_parameters(world), seed + PILOT_SEED
    pilots = [
        simulate_moments(
            study, parameters, names=names, clients=PILOT_CLIENTS, replicate=k, seed=seed
        )
        for k in range(PILOTS)
    ]
    return np.asarray(np.std(pilots, axis=0, ddof=1))

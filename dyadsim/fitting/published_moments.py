"""Published numbers as data: moments of a study, each with its error, and none of its clients.

A YAML file lists them; the study is the one of the command line. A simulated moment gets the
published one's error on top of what chance is left in the simulation, so that a fit does not
believe either more than it may.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from dyadsim.errors import BadData, BadInput, nearest
from dyadsim.evidence import named_statistic
from dyadsim.evidence.outcomes import outcome_columns, outcomes
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.studies.study import Study

type Floats = np.ndarray[Any, np.dtype[np.float64]]

FIELDS = ("name", "statistic", "value", "error", "n", "check")
SHARES = ("response_50pct", "remission", "share_", "dropout", "agreed_end")
CORRELATIONS = ("process_outcome_r", "r")
PILOTS, PILOT_CLIENTS = 50, 1000  # simulations that tell how many clients a moment takes
LEFT = 0.7  # most chance left in a simulated moment, as a share of its error's variance
FEWEST = 200  # clients of a simulated study
PILOT_LUCK = 1 << 40  # added to the seed: luck of the pilots


class Moment(NamedTuple):
    """A published number with its standard error; check: it is kept out of the fit."""

    name: str
    statistic: str
    value: float
    error: float
    check: bool


class Moments(NamedTuple):
    """Published numbers, the study they come from, and how many clients are simulated for them.

    noise (moment,): SD that is added to each simulated number, so that it is as uncertain as the
    published one. assumed: what was taken for granted.
    """

    study: Study
    found: tuple[Moment, ...]
    clients: int
    noise: tuple[float, ...]
    assumed: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The numbers that are fitted."""
        return tuple(one.name for one in self.found if not one.check)

    @property
    def check_names(self) -> tuple[str, ...]:
        """The numbers that the fit does not see."""
        return tuple(one.name for one in self.found if one.check)

    @property
    def shown(self) -> tuple[str, ...]:
        """All that are fitted."""
        return self.names

    def real(self) -> tuple[Floats, Floats]:
        """Return the published numbers, fitted and kept out."""
        return self._parted(np.array([one.value for one in self.found]))

    def simulated(self, parameters: Parameters, luck: int, seed: int) -> tuple[Floats, Floats]:
        """Return the numbers of a simulated literature: each with an error of its own."""
        names = [one.statistic for one in self.found]
        values = computed(self.study, names, parameters, self.clients, luck, seed)
        dice = np.random.default_rng([seed, luck, 5])
        return self._parted(values + np.array(self.noise) * dice.normal(size=len(values)))

    def _parted(self, values: Floats) -> tuple[Floats, Floats]:
        aside = np.array([one.check for one in self.found])
        return values[~aside], values[aside]


def computed(
    study: Study, names: list[str], parameters: Parameters, clients: int, luck: int, seed: int
) -> Floats:
    """Return statistics and outcomes `(name,)` of one simulated study; NaN: not there."""
    found: dict[str, float] = {}
    plain = [name for name in names if named_statistic.is_statistic(name)]
    if plain:
        run = simulate.run(study, parameters, clients, seed, luck, 0, 1)
        found |= named_statistic.values(plain, run)
    if len(plain) < len(names):
        sums = simulate.stream(study, parameters, clients, seed, luck, 1).values[None]
        found |= {name: float(value[0]) for name, value in outcomes(study, sums).items()}
    return np.array([found[name] for name in names])


def read(path: str, study: Study, world: str, most: int, seed: int) -> Moments:
    """Return the moments of a YAML file.

    Parameters
    ----------
    path
        a list under `moments`, each with statistic, value, and error or n; name and check
        (kept out of the fit, predicted afterwards) may be given.
    study
        that the numbers come from. world: in whose calibrated values chance is measured.
    most
        most clients of a simulated study. seed: of these trials.

    Raises
    ------
    BadData
        no file, no moments, or one that cannot be used (which, the field, the rule).
    """
    found = tuple(_moment(row, k + 1, path, study) for k, row in enumerate(_rows(path)))
    if all(one.check for one in found):
        raise BadData(f"{path}: every moment is kept out of the fit (check: true); one must not.")
    doubled = {one.name for one in found if [each.name for each in found].count(one.name) > 1}
    if doubled:
        raise BadData(f"{path}: two moments are called '{min(doubled)}'; give them names.")
    chance = _chance(study, [one.statistic for one in found], world, seed)
    for one, spread in zip(found, chance, strict=True):
        if np.isnan(spread):
            raise BadData(
                f"{path}: {one.name}: study {study.name} has no scores from which "
                f"{one.statistic} could be computed (another week?)."
            )
    error = np.array([one.error for one in found])
    wanted = float(np.max(PILOT_CLIENTS * chance**2 / (LEFT * error**2)))
    clients = int(min(max(wanted, FEWEST), most))
    left = chance**2 * PILOT_CLIENTS / clients
    over = [one.name for one, part, own in zip(found, left, error, strict=True) if part > own**2]
    assumed = [
        f"the numbers come from studies like {study.name} ({', '.join(a.name for a in study.arms)};"
        f" {study.schedule.sessions} weekly steps), simulated with {clients} clients",
        *(
            f"{one.name}: {one.value:g} with standard error {one.error:.3g}"
            + (" (kept out of the fit)" if one.check else "")
            for one in found
        ),
    ]
    if over:
        assumed.append(
            f"more chance in the simulation than in the number, so that it counts for "
            f"less: {', '.join(over)} (more: size.clients_per_point)"
        )
    noise = np.sqrt(np.maximum(error**2 - left, 0))
    return Moments(study, found, clients, tuple(map(float, noise)), tuple(assumed))


def _rows(path: str) -> list[Mapping[str, Any]]:
    """Return the file's moments as they were written."""
    try:
        told = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadData(f"data.path: there is no file '{path}'.") from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise BadData(f"data.path: '{path}' cannot be read as YAML: {reason}.") from None
    rows = told.get("moments") if isinstance(told, dict) else None
    if not isinstance(rows, list) or not rows:
        raise BadData(f"{path}: there must be a list 'moments' (docs/fitting.md).")
    for k, row in enumerate(rows):
        if not isinstance(row, dict):
            raise BadData(f"{path}, moment {k + 1}: must be fields with values, not '{row}'.")
    return rows


def _moment(row: Mapping[str, Any], number: int, path: str, study: Study) -> Moment:
    """Return one moment, checked."""

    def fault(text: str) -> BadData:
        return BadData(f"{path}, moment {number}: {text}.")

    for name in row:
        if name not in FIELDS:
            raise fault(
                f"there is no field '{name}'.{nearest(str(name), FIELDS)} Fields: "
                f"{', '.join(FIELDS)}"
            )
    for name in ("statistic", "value"):
        if name not in row:
            raise fault(f"the field '{name}' is missing")
    for name in ("value", "error", "n"):
        given = row.get(name)
        number_given = isinstance(given, int | float) and not isinstance(given, bool)
        if given is not None and not (number_given and math.isfinite(given)):
            raise fault(f"{name} must be a number, not '{given}'")
    asked, value = str(row["statistic"]), float(row["value"])
    try:
        _known(asked, study)
    except BadInput as error:
        raise fault(str(error).removeprefix("outputs: ").rstrip(".")) from None
    kind = _kind(asked)
    if kind.startswith(SHARES) and not 0 <= value <= 1:
        raise fault(f"a share must lie in [0, 1], not {value:g}")
    if kind in CORRELATIONS and not -1 <= value <= 1:
        raise fault(f"a correlation must lie in [-1, 1], not {value:g}")
    spread = row.get("error")
    if spread is None:
        spread = _error_from_n(asked, value, row.get("n"), fault)
    if spread <= 0:
        raise fault(f"error must be above 0, not {spread:g}")
    check = row.get("check", False)
    if not isinstance(check, bool):
        raise fault(f"check must be true or false, not '{check}'")
    return Moment(str(row.get("name", asked)), asked, value, float(spread), check)


def _known(asked: str, study: Study) -> None:
    """Refuse what this study cannot have."""
    if named_statistic.is_statistic(asked):
        named_statistic.checked(asked, study)
        return
    mine = [name for name in outcome_columns(study) if not name.endswith(".se")]
    near = [
        *mine,
        *(
            f"{kind}@12_weeks.{arm.name}"
            for kind in ("response_50pct", "remission")
            for arm in study.arms
        ),
    ]
    if asked not in mine:
        raise BadInput(
            f"there is no statistic '{asked}' in study {study.name}."
            f"{nearest(asked, near)} Outcomes: {', '.join(mine)}; or a statistic as in "
            "facts.csv, of an arm: response_50pct@12_weeks."
            f"{study.arms[0].name}"
        )


def _kind(asked: str) -> str:
    """Return the name of a statistic without its arguments, weeks and arm."""
    return asked.partition("@")[0].partition("(")[0].partition(".")[0]


def _error_from_n(asked: str, value: float, n: float | None, fault: Any) -> float:
    """Return the standard error of a share, a correlation or a d from the number of clients."""
    if n is None:
        raise fault("give an error, or n for a share, a correlation or a standardised difference")
    if n < 4:
        raise fault(f"n must be 4 or more, not {n:g}")
    kind = _kind(asked)
    if kind.startswith(SHARES):
        if not 0 < value < 1:
            raise fault(f"n gives no error for a share of {value:g}: give the error itself")
        return math.sqrt(value * (1 - value) / n)
    if kind in CORRELATIONS:
        return (1 - value**2) / math.sqrt(n - 1)
    if kind in ("g_between", "d_between", "mean_signed_g"):
        return math.sqrt(4 / n + value**2 / (2 * n))  # two arms of n / 2
    raise fault(f"n gives no error for {asked}: give the error itself")


def _chance(study: Study, names: list[str], world: str, seed: int) -> Floats:
    """Return the SD by chance of each moment with `PILOT_CLIENTS` clients."""
    parameters, luck = worlds.parameters(world), seed + PILOT_LUCK
    found = [computed(study, names, parameters, PILOT_CLIENTS, k, luck) for k in range(PILOTS)]
    return np.asarray(np.std(found, axis=0, ddof=1))

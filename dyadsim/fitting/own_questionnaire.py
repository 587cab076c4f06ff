"""A questionnaire that dyadsim does not know, described by its user in its own scale."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from dyadsim.analysis.clinical_significance import reliable_change_criterion
from dyadsim.checks import fields_known, is_number, shown_number
from dyadsim.errors import BadData, BadInput
from dyadsim.model.questionnaires import SYMPTOM_INSTRUMENTS, Instrument, check_scores

type Floats = np.ndarray[Any, np.dtype[np.float64]]

NEEDED = ("floor", "ceiling", "healthy", "cut_off", "reliability")
OPTIONAL = ("name", "step", "reliable_change", "sd")
OF_SAMPLE, OF_NORM = "sample", "norm"  # whose SD a reliable change is computed with
# Distress at the cut-off: where the cut-offs of the five known instruments lie on average (1.26).
# An assumption for a questionnaire of which only its norms are known.
AT_CUT_OFF = float(
    np.mean(
        [
            (instrument.cut_off - instrument.intercept) / instrument.slope
            for instrument in SYMPTOM_INSTRUMENTS.values()
        ]
    )
)
REFERENCE_SD = 0.95  # of true scores where the reliability holds, as for the known instruments


class Described(NamedTuple):
    """A questionnaire on which high is worse, whether scores are reversed for it, and whose SD.

    `sd` is the SD with which the reliable change is computed: a number, `OF_SAMPLE` (of the file's
    first scores) or `OF_NORM`; None where the reliable change is given.
    """

    instrument: Instrument
    reverse: bool
    sd: float | str | None


def describe_questionnaire(fields: Mapping[str, Any]) -> Described:
    """Return an instrument on which high is worse, and whether its scores are reversed for it.

    Parameters
    ----------
    fields
        floor, ceiling, healthy (mean of people who are well), cut_off, reliability (0 to 1);
        name, step (grain of scores, 1) and reliable_change (else by Jacobson and Truax's rule
        from the SD `sd`: a number, "sample" or "norm"; "sample") may be left out. All are in the
        questionnaire's own direction: where the healthy lie above the cut-off, high scores are
        good.

    Returns
    -------
    Described
        The instrument; without a reliable change until `with_reliable_change` has seen the data.

    Raises
    ------
    BadInput
        A field is missing, unknown, no number or out of range.
    """
    fields_known("field", fields, (*NEEDED, *OPTIONAL), where="data.instrument")
    numbers = {name: _number(fields, name) for name in NEEDED}
    step = _number(fields, "step") if "step" in fields else 1.0
    _check_numbers(numbers, step)
    low, high, healthy, cut_off, reliability = numbers.values()
    reverse = healthy > cut_off
    if reverse:
        healthy, cut_off = low + high - healthy, low + high - cut_off
    slope = (cut_off - healthy) / AT_CUT_OFF
    sd = _sd(fields)
    change = _number(fields, "reliable_change") if sd is None else float("nan")
    instrument = Instrument(
        str(fields.get("name", "questionnaire")) + ", reversed" * reverse,
        "distress",
        healthy,
        slope,
        low,
        high,
        step,
        reliability,
        REFERENCE_SD,
        -1,
        "every",
        cut_off,
        change,
        "described by the user",
    )
    check_scores(instrument, "data.instrument")
    return Described(instrument, reverse, sd)


def _sd(fields: Mapping[str, Any]) -> float | str | None:
    """Return whose SD the reliable change is computed with; None where it is given."""
    if "reliable_change" in fields:
        if "sd" in fields:
            raise BadInput("data.instrument: give reliable_change, or the sd it is computed with.")
        if _number(fields, "reliable_change") <= 0:
            raise BadInput("data.instrument: reliable_change must be above 0.")
        return None
    sd = fields.get("sd", OF_SAMPLE)
    if sd in (OF_SAMPLE, OF_NORM):
        return str(sd)
    if not is_number(sd) or sd <= 0:
        raise BadInput(
            f"data.instrument: sd must be a number above 0, {OF_SAMPLE} (of the file's first "
            f"scores) or {OF_NORM}, not '{sd}'."
        )
    return float(sd)


def norm_sd(instrument: Instrument) -> float:
    """Return the SD of scores of people who come into routine care, as the model places them."""
    return float(abs(instrument.slope) * instrument.reference_sd / np.sqrt(instrument.reliability))


def with_reliable_change(described: Described, first_scores: Floats) -> tuple[Instrument, str]:
    """Return the instrument with its reliable change, and words on SD and criterion.

    Parameters
    ----------
    described
        A described questionnaire.
    first_scores
        Each client's first score in the file, `(client,)`, points.

    Returns
    -------
    tuple
        The instrument and a sentence.

    Raises
    ------
    BadData
        The sample has no spread.
    """
    instrument, sd = described.instrument, described.sd
    change, words = instrument.reliable_change, "as given in data.instrument"
    if sd is not None:
        value, whose = _whose_sd(instrument, sd, first_scores)
        change = reliable_change_criterion(value, instrument.reliability)
        words = (
            "1.96 standard errors of a difference (Jacobson and Truax), from the reliability "
            f"{instrument.reliability:g} and the SD {shown_number(value)} {whose}"
        )
    said = f"reliable change is {shown_number(change)}: {words}"
    return instrument._replace(reliable_change=change), said


def _whose_sd(instrument: Instrument, sd: float | str, first_scores: Floats) -> tuple[float, str]:
    """Return the SD of scores, and whose it is."""
    if isinstance(sd, float):
        return sd, "that was given"
    if sd == OF_NORM:
        return norm_sd(instrument), "of the norm, people in routine care as the model places them"
    value = float(np.std(first_scores, ddof=1))
    if not value > 0:
        raise BadData("data.instrument: all first scores are equal; give sd or reliable_change.")
    return value, (
        f"of the first scores of the {len(first_scores)} clients of the file (sd:norm or a number "
        "in data.instrument is another one)"
    )


def _check_numbers(numbers: Mapping[str, float], step: float) -> None:
    """Refuse numbers that no questionnaire can have."""
    low, high, healthy, cut_off, reliability = numbers.values()
    for name in ("healthy", "cut_off"):
        if not low <= numbers[name] <= high:
            raise BadInput(
                f"data.instrument: {name} must lie in the range [{low:g}, {high:g}], "
                f"not {numbers[name]:g}."
            )
    if healthy == cut_off:
        raise BadInput(
            "data.instrument: healthy and cut_off must differ; their order says whether "
            "high scores are good."
        )
    if not 0 < reliability < 1:
        raise BadInput(f"data.instrument: reliability must lie in (0, 1), not {reliability:g}.")
    if not 0 < step <= high - low:
        raise BadInput(f"data.instrument: step must lie in (0, {high - low:g}], not {step:g}.")


def _number(fields: Mapping[str, Any], name: str) -> float:
    """Return a field as a number."""
    if name not in fields:
        raise BadInput(
            f"data.instrument: {name} is missing; a questionnaire has "
            f"{', '.join(NEEDED)}, such as "
            "data.instrument={floor:0,ceiling:40,healthy:6,cut_off:12,reliability:.9}."
        )
    value = fields[name]
    if not is_number(value):
        raise BadInput(f"data.instrument: {name} must be a number, not '{value}'.")
    return float(value)

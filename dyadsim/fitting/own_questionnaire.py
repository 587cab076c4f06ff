"""A questionnaire that dyadsim does not know, described by its user in its own scale."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dyadsim.checks import fields_known, is_number
from dyadsim.errors import BadInput
from dyadsim.model.questionnaires import SYMPTOM_INSTRUMENTS, Instrument, check_scores

NEEDED = ("floor", "ceiling", "healthy", "cut_off", "reliability")
OPTIONAL = ("name", "step", "reliable_change")
# Distress at the cut-off: where the cut-offs of the five known instruments lie on average (1.25).
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


def describe_questionnaire(fields: Mapping[str, Any]) -> tuple[Instrument, bool]:
    """Return an instrument on which high is worse, and whether its scores are reversed for it.

    Parameters
    ----------
    fields
        floor, ceiling, healthy (mean of people who are well), cut_off, reliability (0 to 1);
        name, step (grain of scores, 1) and reliable_change (else by Jacobson and Truax's rule,
        1.96 standard errors of a difference) may be left out. All are in the questionnaire's own
        direction: where the healthy lie above the cut-off, high scores are good.

    Returns
    -------
    tuple
        The instrument, and whether scores must be reversed to fit it.

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
    change = 1.96 * np.sqrt(2 * (1 - reliability) / reliability) * slope * REFERENCE_SD
    if "reliable_change" in fields:
        change = _number(fields, "reliable_change")
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
        float(change),
        "described by the user",
    )
    check_scores(instrument, "data.instrument")
    return instrument, reverse


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

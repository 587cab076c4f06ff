"""A questionnaire that dyadsim does not know, described by its user in its own scale."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dyadsim.errors import BadInput, nearest
from dyadsim.model.questionnaires import SYMPTOM_INSTRUMENTS, Instrument

NEEDED = ("floor", "ceiling", "healthy", "cut_off", "reliability")
OPTIONAL = ("name", "step", "reliable_change")
# Distress at the cut-off: where those of the five known instruments stand on average (1.25). An
# assumption for a questionnaire of which only its norms are known.
AT_CUT_OFF = float(
    np.mean([(one.cut_off - one.intercept) / one.slope for one in SYMPTOM_INSTRUMENTS.values()])
)
REFERENCE_SD = 0.95  # of true scores where the reliability holds, as for the known instruments


def described(given: Mapping[str, Any]) -> tuple[Instrument, bool]:
    """Return an instrument on which high is worse, and whether its scores are turned round for it.

    Parameters
    ----------
    given
        floor, ceiling, healthy (mean of people who are well), cut_off, reliability (0 to 1);
        name, step (grain of scores, 1) and reliable_change (else by Jacobson and Truax's rule,
        1.96 standard errors of a difference) may be left out. In the questionnaire's own
        direction: where the healthy lie above the cut-off, high scores are good.

    Raises
    ------
    BadInput
        a field missing, unknown, no number or out of range.
    """
    for name in given:
        if name not in (*NEEDED, *OPTIONAL):
            raise BadInput(
                f"data.instrument: there is no '{name}'."
                f"{nearest(str(name), (*NEEDED, *OPTIONAL))} A questionnaire has "
                f"{', '.join(NEEDED)}; it may have {', '.join(OPTIONAL)}."
            )
    number = {name: _number(given, name) for name in NEEDED}
    low, high, healthy, cut_off, reliability = number.values()
    step = _number(given, "step") if "step" in given else 1.0
    for name in ("healthy", "cut_off"):
        if not low <= number[name] <= high:
            raise BadInput(
                f"data.instrument: {name} must lie in the range [{low:g}, {high:g}], "
                f"not {number[name]:g}."
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
    turned = healthy > cut_off
    if turned:
        healthy, cut_off = low + high - healthy, low + high - cut_off
    slope = (cut_off - healthy) / AT_CUT_OFF
    change = 1.96 * np.sqrt(2 * (1 - reliability) / reliability) * slope * REFERENCE_SD
    if "reliable_change" in given:
        change = _number(given, "reliable_change")
    name = str(given.get("name", "questionnaire")) + ", turned round" * turned
    return Instrument(
        name,
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
    ), turned


def _number(given: Mapping[str, Any], name: str) -> float:
    """Return a field as a number."""
    if name not in given:
        raise BadInput(
            f"data.instrument: {name} is missing; a questionnaire has "
            f"{', '.join(NEEDED)}, such as "
            "data.instrument={floor:0,ceiling:40,healthy:6,cut_off:12,reliability:.9}."
        )
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"data.instrument: {name} must be a number, not '{value}'.")
    return float(value)

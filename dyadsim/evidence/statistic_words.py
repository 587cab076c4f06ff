"""Words in a statistic's brackets that choose nothing: they must still say what is computed.

`mean_gain(BDI)` takes the scores of the study's questionnaire, whatever stands in the brackets; so
anything else than that questionnaire there is refused, not passed over.
"""

from collections.abc import Sequence

from dyadsim.errors import nearest
from dyadsim.evidence.statistic_text import Argument

_FORM = "the study's questionnaire"
_WORDS: dict[str, tuple[str, ...]] = {  # statistic -> what its only word may be
    "mean_gain": (_FORM,),
    "therapist_effect_pct": ("y_post",),
    "therapist_effect_by_severity": ("y_post",),
    "share_of_therapist_variance": ("observable_skill", "observable_skill_score"),
}


def check_words(name: str, further: Sequence[Argument], instrument: str) -> None:
    """Refuse words behind a statistic's arguments that it does not compute.

    Parameters
    ----------
    name
        Of the statistic.
    further
        What stands in the brackets beyond the arguments that the statistic reads.
    instrument
        Name of the study's symptom questionnaire.

    Raises
    ------
    ValueError
        Another questionnaire than the study's, or a word that the statistic does not know.

    Examples
    --------
    >>> check_words("mean_gain", [Argument("BDI", None)], "bdi2")
    >>> check_words("r", [Argument("alliance_score", 3)], "bdi2")
    Traceback (most recent call last):
        ...
    ValueError: r reads nothing more in brackets, there is 'alliance_score@3'
    """
    if not further:
        return
    allowed = _WORDS.get(name, ())
    written = ";".join(map(str, further))
    if not allowed:
        raise ValueError(f"{name} reads nothing more in brackets, there is '{written}'")
    single = len(further) == 1 and further[0].at is None
    if allowed == (_FORM,):
        if not (single and is_form(further[0].name, instrument)):
            raise ValueError(
                f"{name}({written}) is not computed: the study's scores are {instrument}, so write "
                f"{name}({instrument})"
            )
    elif not (single and further[0].name in allowed):
        raise ValueError(
            f"{name}({written}) is not computed, only {name}({allowed[0]})"
            f"{nearest(further[0].name, allowed)}".rstrip()
        )


def is_form(word: str, instrument: str) -> bool:
    """Return whether a word names the instrument: 'BDI' and 'BDI2' are bdi2, 'PHQ9' is phq9.

    Examples
    --------
    >>> is_form("BDI", "bdi2"), is_form("PHQ9", "bdi2")
    (True, False)
    """
    plain = "".join(filter(str.isalnum, word)).lower()
    return len(plain) > 2 and "".join(filter(str.isalnum, instrument)).lower().startswith(plain)

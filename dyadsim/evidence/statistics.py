"""Every statistic of `facts.csv`, from arrays of scores: fast enough for calibration and sweeps.

The statistics stand by theme in the modules imported here; `docs/background/facts.md` defines each
in words. `tests/oracles/statistics_from_tables.py` computes the same from a researcher's long
tables with the estimates of `analysis`; a test compares the two fact by fact.
"""

from dyadsim.evidence import (
    statistic_words,
    statistics_of_courses,
    statistics_of_endings,
    statistics_of_outcome,
    statistics_of_process,
    statistics_of_therapists,
)
from dyadsim.evidence.declared_statistics import STATISTICS as STATISTICS
from dyadsim.evidence.declared_statistics import find_statistic as find_statistic
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.statistic_text import parse_statistic
from dyadsim.evidence.study_scores import ScoreArrays, find_form

THEMES = (
    statistics_of_process,
    statistics_of_outcome,
    statistics_of_courses,
    statistics_of_endings,
    statistics_of_therapists,
)


def fact_value(fact: Fact, scores: ScoreArrays) -> float:
    """Return the simulated value of a fact's statistic.

    Parameters
    ----------
    fact
        Its statistic and design count.
    scores
        Scores of the study that serves it, with the process scores if the statistic reads them.

    Returns
    -------
    float
        In the unit of the statistic; NaN where the study leaves it undefined.

    Raises
    ------
    ValueError
        See `find_statistic`; or the study cannot have it (another questionnaire, week or arm).
    KeyError
        The study lacks an arm or a score.
    """
    declared, arguments = find_statistic(fact.statistic)
    name, written = parse_statistic(fact.statistic)
    statistic_words.check_words(name, written[len(arguments) :], find_form(scores).name)
    return declared.compute(scores._replace(design=fact.design), *arguments)

"""A facts file of the user's own: the columns of `facts.csv`, any published numbers.

Every row is checked before anything is computed: its design is one that a simulated study serves,
and its statistic can be computed there, which a small run shows.
"""

import csv
import functools
from pathlib import Path

from dyadsim.choices import LARGEST_FILE, is_file
from dyadsim.errors import BadData, nearest
from dyadsim.evidence.fact import Fact, load_facts, read_facts
from dyadsim.evidence.statistics import fact_value
from dyadsim.evidence.studies_of_facts import SERVED, fact_studies
from dyadsim.evidence.study_scores import ScoreArrays, score_arrays
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate

_TRIAL_CLIENTS = 600  # of the run that shows whether a statistic can be computed in a design


def read_facts_file(path: str | Path) -> tuple[Fact, ...]:
    """Return the facts of a file.

    Parameters
    ----------
    path
        A csv table (UTF-8) with exactly the columns of `facts.csv`.

    Returns
    -------
    tuple of Fact
        In the order of the file.

    Raises
    ------
    BadData
        No such file, no text, no fact, or a broken row: the message names file, row, column, value
        and rule.
    """
    name = Path(path).name
    try:
        facts = read_facts(_text(path), name, check=_fault)
    except csv.Error as error:
        raise BadData(f"facts: '{path}' cannot be read as a table: {error}.") from None
    if not facts:
        raise BadData(f"{name}, row 2, column 'id': missing; there must be a fact or more")
    return facts


def _text(path: str | Path) -> str:
    """Return the text of a file."""
    if not is_file(path):
        raise BadData(f"facts: there is no file '{path}'.")
    try:
        if Path(path).stat().st_size > LARGEST_FILE:
            raise BadData(f"facts: '{path}' is larger than {LARGEST_FILE:,} bytes.")
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as reason:
        raise BadData(f"facts: '{path}' cannot be read: {reason.strerror}.") from None
    except UnicodeDecodeError:
        raise BadData(f"facts: '{path}' is no text; save the table as csv (UTF-8).") from None


def _fault(fact: Fact) -> tuple[str, str] | None:
    """Return the column that cannot be used and the rule that it breaks; None where all can."""
    if fact.design not in SERVED:
        known = ", ".join(SERVED)
        return "design", f"no study serves it.{nearest(fact.design, SERVED)} Designs: {known}"
    try:
        fact_value(fact, _trial(SERVED[fact.design]))
    except KeyError as missing:
        return "statistic", f"it needs {missing}, which design {fact.design} does not have"
    except ValueError as error:
        return "statistic", str(error).rstrip(".")
    return None


@functools.cache
def _trial(study: str) -> ScoreArrays:
    """Return the scores of a small run of a study of facts."""
    run = simulate.run(fact_studies()[study], Parameters(), _TRIAL_CLIENTS, threads=1)
    return score_arrays(run, True)


def not_calibrated_on(facts: tuple[Fact, ...] | list[Fact], names: list[str]) -> list[str]:
    """Return the ids of facts that took no part in the calibration of any of some worlds.

    A world's file says how many facts it was calibrated on: the first so many of `facts.csv`, to
    which facts are only ever added. A fact took part if one of these has its id, or its statistic
    and design.

    Parameters
    ----------
    facts
        The facts in question.
    names
        Names of worlds.

    Returns
    -------
    list
        Ids, in the order of the facts; none where none of the worlds was calibrated.

    Examples
    --------
    >>> "dropout" in not_calibrated_on(load_facts(), ["hybrid", "null"])
    False
    """
    counts = [int(worlds.find_world(name).calibration.get("facts", 0)) for name in names]
    if not any(counts):
        return []
    used = load_facts()[: max(counts)]
    ids = {fact.id for fact in used}
    kinds = {(fact.statistic, fact.design) for fact in used}
    return [
        fact.id
        for fact in facts
        if fact.id not in ids and (fact.statistic, fact.design) not in kinds
    ]

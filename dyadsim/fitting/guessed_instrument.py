"""Which questionnaire a file's scores probably are of, and which numbers stand for missing ones."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from dyadsim.analysis.arrays import Floats
from dyadsim.fitting.client_table import ClientTable, suspected_codes
from dyadsim.fitting.column_names import instrument_of, plain_name
from dyadsim.fitting.guess import BESIDE_WAVE, Guess, Guesses, value_of
from dyadsim.model.questionnaires import SYMPTOM_INSTRUMENTS, Instrument

GOOD = re.compile(  # in the names of scales of which high scores are good, in small letters
    r"\b(?:ors|cors|who ?5|gaf|well ?being|wohlbefinden|functioning|quality of life|qol"
    r"|lebensqualit|satisfaction|zufriedenheit|self esteem|selbstwert|resilien|hope)"
)


def guess_instrument(table: ClientTable, said: Mapping[str, Any], guesses: Guesses) -> None:
    """Propose missing codes, and the questionnaire by its name if all other scores lie in it.

    Parameters
    ----------
    table
        The file, columns without roles.
    said, guesses
        As of `guessed_form.guess_form`; proposals are added.
    """
    name, columns = _score_columns(table, said, guesses)
    if not columns:
        return
    values = _values(table, columns)
    instrument = value_of(said, guesses, "instrument") or instrument_of(name)
    known = SYMPTOM_INSTRUMENTS.get(instrument) if isinstance(instrument, str) else None
    within = None if known is None else (known.floor, known.ceiling)
    labelled = {float(code) for column in columns for code in _coded(table, column)}
    if "missing" not in said and (codes := suspected_codes(values, within, labelled)):
        count = int(np.isin(values, codes).sum())
        why = f"{count} cells are far from all others"
        guesses["missing"] = Guess([f"{code:g}" for code in codes], why)
        values = values[~np.isin(values, codes)]
    if instrument is None and "higher_is_better" not in said and GOOD.search(plain_name(name)):
        guesses["higher_is_better"] = Guess(True, f"high scores are usually good in {name}")
    if {"instrument"} & {*said, *guesses} or known is None or "{item}" in name:
        return
    if not _outside(values, known).size:
        guesses["instrument"] = Guess(instrument, f"the scores are called {name}")


def _coded(table: ClientTable, column: str) -> list[str]:
    """Return the numbers of a column that have labels."""
    labels = table.labels.get(column, {})
    return [code for code in labels if re.fullmatch(r"-?\d+(?:\.\d+)?", code)]


def _score_columns(
    table: ClientTable, said: Mapping[str, Any], guesses: Guesses
) -> tuple[str, list[str]]:
    """Return what the scores are called, and the columns in which they stand."""
    wide = value_of(said, guesses, "wide")
    if not wide:
        name = str(value_of(said, guesses, "columns.score") or "")
        return name, [name] if name in table.cells else []
    pattern = wide["score"] if isinstance(wide, Mapping) else str(wide)
    form = re.escape(pattern).replace(r"\{time\}", ".+").replace(r"\{item\}", r"\d+")
    columns = [name for name in map(str, table.cells) if re.fullmatch(form, name)]
    return BESIDE_WAVE.sub(" ", pattern).strip(" ._-"), columns


def _values(table: ClientTable, columns: list[str]) -> Floats:
    """Return all scores of some columns."""
    return np.concatenate([table.read_numbers(column)[2] for column in columns])


def _outside(values: Floats, instrument: Instrument) -> Floats:
    """Return the scores that the questionnaire cannot have."""
    return values[(values < instrument.floor) | (values > instrument.ceiling)]


def doubtful_name(table: ClientTable, said: Mapping[str, Any], guesses: Guesses) -> str:
    """Return why a questionnaire by whose name scores are called is not proposed; "" if none is.

    Parameters
    ----------
    table
        The file, columns without roles.
    said, guesses
        As of `guessed_form.guess_form`, with its proposals.
    """
    name, columns = _score_columns(table, said, guesses)
    instrument = instrument_of(name)
    if instrument is None or not columns:
        return ""
    values = _values(table, columns)
    known = SYMPTOM_INSTRUMENTS[instrument]
    outside = _outside(values, known)
    if not outside.size:
        return ""
    return (
        f"the scores are called {name}, but {outside.size} of {(~np.isnan(values)).sum()} lie "
        f"outside {known.floor:g} to {known.ceiling:g}, such as {outside[0]:g}"
    )

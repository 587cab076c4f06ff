"""A file as it is understood with what is said of it, and with proposals for what is not."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dyadsim.cli import data_source
from dyadsim.cli.table_settings import table_choices
from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.client_data import ClientData, column_roles
from dyadsim.fitting.client_table import ClientTable
from dyadsim.fitting.file_reader import read_table, without_missing
from dyadsim.fitting.guess import Guesses
from dyadsim.fitting.guessed_form import guess_form
from dyadsim.fitting.guessed_instrument import doubtful_name
from dyadsim.fitting.own_tables import CHANGE, SCORES, OwnTables, tables_of_data
from dyadsim.model.questionnaires import FURTHEST_SCORE, Instrument

if TYPE_CHECKING:
    from dyadsim.cli.settings import DataFile, Settings

OPTIONAL = ("arm", "therapist", "alliance")
OF_RANGE = "no score lies above "  # what the reader says of a range that is not known


class Understood(NamedTuple):
    """What was understood of a file.

    `settings` with the proposals in place; `guesses` these, with reasons; `columns` all columns of
    the file; `tables` its measurements. `instrument_known`: else analyses and fits ask for it.
    `question`: what analyses ask about the end of treatment, "" where they ask nothing.
    """

    settings: "Settings"
    guesses: Guesses
    columns: tuple[str, ...]
    tables: OwnTables
    instrument_known: bool
    question: str


def understand(
    settings: "Settings", on_refusal: Callable[[ClientTable], object] = lambda table: None
) -> Understood:
    """Return what is understood of the file.

    Parameters
    ----------
    settings
        Of the command. Where they come from a file of settings, nothing is guessed.
    on_refusal
        Gets the file's table where it can be read and not be understood.

    Raises
    ------
    BadData
        A file that cannot be used, or in which something can be read in two ways.
    BadInput
        A setting that cannot.
    """
    table = read_table(settings.data.path or "", table_choices(settings.data))
    try:
        return _understood(settings, table)
    except (BadData, BadInput):
        on_refusal(table)
        raise


def _understood(settings: "Settings", table: ClientTable) -> Understood:
    """Return what is understood of a file's table."""
    data, names = settings.data, tuple(map(str, table.cells))
    guesses: Guesses = {}
    doubt = ""
    if data.file is None:
        choices = table_choices(data)
        known = without_missing(table, column_roles(data.columns), choices.missing)
        guesses = guess_form(known, _said(settings))
        doubt = doubtful_name(known, _said(settings), guesses)
        usual = {f"columns.{role}": name for role, name in data.columns.items()}
        guesses = {key: guess for key, guess in guesses.items() if guess.value != usual.get(key)}
    data = _with(data, {key: guess.value for key, guess in guesses.items()}, names)
    settings = dataclasses.replace(settings, data=data)
    known_form = data.instrument != "by_study" or settings.instrument != "by_study"
    scores = data_source.read_scores(settings) if known_form else _scores_as_they_are(data)
    tables, question = _tables(settings, scores, known_form)
    if doubt and not known_form:
        tables = tables._replace(assumed=(f"{tables.assumed[0]}: {doubt}", *tables.assumed[1:]))
    return Understood(settings, guesses, names, tables, known_form, question)


def _tables(settings: "Settings", scores: ClientData, known_form: bool) -> tuple[OwnTables, str]:
    """Return the measurements as tables, and what analyses would ask about them."""
    data = settings.data
    stated: dict[str, Any] = {
        "reverse": data_source.questionnaire_of(settings)[1] if known_form else False,
        "stated": data_source.stated_length(data),
        "measured": data.measured,
    }
    question = ""
    try:
        tables = tables_of_data(scores, **stated)
    except BadInput as error:
        if data.follow_up is not None or data.sessions is not None:
            raise
        question = str(error)
        tables = tables_of_data(scores, **stated, ask=False)
    if not known_form:
        said = [text for text in tables.assumed if not text.startswith((SCORES, CHANGE))]
        words = "which questionnaire the scores are of is not said (data.instrument)"
        tables = tables._replace(assumed=(words, *said))
    return tables, question


def _said(settings: "Settings") -> dict[str, Any]:
    """Return setting without `data.` -> value, of what the command line says."""
    data, said = settings.data, {}
    for key in settings.said:
        owner, *names = key.split(".")
        if owner != "data" or names[0] in ("path", "file"):
            continue
        if names[0] == "columns" and len(names) > 1:
            said[f"columns.{names[1]}"] = data.columns.get(names[1])
        else:
            said[names[0]] = getattr(data, names[0])
    if data.instrument == "by_study" and settings.instrument != "by_study":
        said["instrument"] = settings.instrument
    return said


def _with(data: "DataFile", values: Mapping[str, Any], names: tuple[str, ...]) -> "DataFile":
    """Return the settings with values in place, and without optional columns that are not there."""
    columns = dict(data.columns)
    columns |= {
        key.removeprefix("columns."): value
        for key, value in values.items()
        if key.startswith("columns.")
    }
    for role in OPTIONAL:
        if columns.get(role) == role and role not in names:
            columns[role] = None
    others = {key: value for key, value in values.items() if not key.startswith("columns.")}
    return dataclasses.replace(data, columns=columns, **others)


def _scores_as_they_are(data: "DataFile") -> ClientData:
    """Return the measurements of a questionnaire that is not known: its range is the file's."""
    nothing = math.nan
    form = Instrument(
        "score",
        "distress",
        0.0,
        1.0,
        -FURTHEST_SCORE,
        FURTHEST_SCORE,
        1.0,
        nothing,
        1.0,
        -1,
    )
    scores = data_source.scores_of(data, form, False)
    ranged = form._replace(floor=float(scores.score.min()), ceiling=float(scores.score.max()))
    said = tuple(text for text in scores.assumed if not text.startswith(OF_RANGE))
    return scores._replace(instrument=ranged, assumed=said)

"""Files of one's own of several kinds, read by the reader's door, for tests of their analysis."""

from pathlib import Path

import numpy as np
import pandas as pd

from dyadsim.fitting.client_data import ClientData, read_client_data
from dyadsim.fitting.own_tables import OwnTables, tables_of_data
from dyadsim.fitting.treatment_length import StatedLength
from dyadsim.model.questionnaires import find_instrument

HERE = Path(__file__).parent
CLINIC = HERE.parents[1] / "docs" / "tutorial" / "clinic.csv"
FOLLOW_UP = StatedLength(follow_up=(26.0,))
WORDS = "reliable change is as published"


def read(path: Path, columns: dict[str, str], form: str) -> ClientData:
    """Return a file's measurements as `cli.data_source` has them, with words on the criterion."""
    data = read_client_data(str(path), columns, instrument=form)
    return data._replace(assumed=(data.assumed[0], WORDS, *data.assumed[1:]))


def clinic(form: str = "phq9") -> OwnTables:
    """Return open-ended care: therapists, alliance, scores session by session."""
    columns = {"client": "client", "time": "session", "score": form, "therapist": "therapist"}
    return tables_of_data(read(CLINIC, columns | {"alliance": "alliance"}, form))


def waiting_list() -> OwnTables:
    """Return group therapy with therapists against a waiting list, ten weekly measurements."""
    columns = {"client": "client", "time": "week", "score": "score", "arm": "arm"}
    path = HERE / "files" / "waiting_list_ten_weeks.csv"
    return tables_of_data(read(path, columns | {"therapist": "therapist"}, "phq9"))


def drawn_data(weeks: tuple[float, ...], arms: tuple[str, ...], clients: int = 60) -> ClientData:
    """Return drawn PHQ-9 scores of a trial with waves; the first arm does best."""
    rng = np.random.default_rng(4)
    rows = [
        (k, week, np.clip(18 - week * (0.9 - 0.4 * (k % len(arms))) + rng.normal(0, 4), 0, 27))
        for k in range(clients)
        for week in weeks
        if week == weeks[1] or rng.random() < 0.9
    ]
    client, week, score = (np.array(column, float) for column in zip(*rows, strict=True))
    nothing = np.full(len(rows), np.nan)
    arm = np.arange(clients) % len(arms)
    therapist = np.arange(clients) // len(arms) % 6
    code = pd.factorize(client)[0]
    form = find_instrument("phq9")
    words = ("scores", WORDS)
    return ClientData(code, week, score.round(), nothing, arm, therapist, arms, form, words)


def waves(stated: StatedLength = FOLLOW_UP) -> OwnTables:
    """Return a trial of three arms with waves at weeks 0, 8 and 26."""
    return tables_of_data(
        drawn_data((0.0, 8.0, 26.0), ("cbt", "usual care", 'the "other"')), stated=stated
    )


def turned() -> OwnTables:
    """Return the clinic with a fixed length, on a scale where high scores are good."""
    columns = {"client": "client", "time": "session", "score": "phq9", "therapist": "therapist"}
    data = read(CLINIC, columns | {"alliance": "alliance"}, "phq9")
    return tables_of_data(data, reverse=True, stated=StatedLength(sessions=8))

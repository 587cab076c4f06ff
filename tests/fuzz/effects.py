"""Which settings a task reads, told from its source: what it never reads has no effect there.

This is found without the tasks' own lists of settings without effect, and so can judge them.
"""

import importlib
import inspect
import re
from collections.abc import Mapping
from functools import cache

from dyadsim.cli import data_source, described_data, sweep_request
from dyadsim.cli.task import SWEEP_SETTINGS, Task, find_task
from dyadsim.cli.tasks import fit, lesson, sweep
from dyadsim.model.parameters import catalogue

REPORTS = re.compile(r"from dyadsim\.report import (\w+) as")
READ = re.compile(r"\b(?:settings|first|condition|job)\.((?:size\.)?\w+)")
HELPERS = {  # functions of other files that get the settings
    "analyse": (data_source.read_scores, data_source.questionnaire_of),
    "describe": (described_data,),
    "fit": (data_source, fit.working),
    "recover": (data_source, fit.working),
    "region": (sweep_request.SweepRequest,),
    "teach": (lesson.lesson_settings,),
    "sensitivity": (sweep.execute, sweep.finish, sweep.say),
    "sweep": (),
    "status": (sweep.say,),
    "collect": (sweep.finish,),
}
PARAMETERS = frozenset({"parameters", "fixed", "values"})
# A setting, or its group, and the attributes of `Settings` any of which gives it an effect.
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "seed": frozenset({"seed"}),
    "replicate": frozenset({"replicate"}),
    "beats": frozenset({"beats"}),
    "threads": frozenset({"threads"}),
    "budget": frozenset({"budget"}),
    "specificity": frozenset({"specificity", "parameters"}),
    "data": frozenset({"data"}),
    "do": frozenset({"do"}),
    "size.clients": frozenset({"clients", "clients_of_own_studies"}),
    "size.replicates": frozenset({"size.replicates"}),
    "size.clients_per_replicate": frozenset({"size.clients_per_replicate"}),
    "size.clients_per_point": frozenset({"size.clients_per_point"}),
    "study.n_clients": frozenset({"clients", "clients_of_own_studies", "study_clients"}),
    "world": frozenset({"world", *PARAMETERS}),
    "study": frozenset({"study"}),
    "population": frozenset({"study"}),
    "measure": frozenset({"study", "instrument"}),
    "results": frozenset({"results"}),
    "experiment.name": frozenset({"experiment"}),
    "json": frozenset({"json"}),
    "figure": frozenset({"figure"}),
}


def _report_source(name: str) -> str:
    """Return the source of a page or printed table."""
    return inspect.getsource(importlib.import_module(f"dyadsim.report.{name}"))


@cache
def attributes_read(name: str) -> frozenset[str]:
    """Return the attributes of `Settings` that the source of a task reads."""
    task = find_task(name)
    text = inspect.getsource(inspect.getmodule(task.run or task.run_sweep or task.estimates))  # type: ignore[arg-type]
    if task.samples:
        text += inspect.getsource(sweep_request)
        text = text.replace("settings.results", "") + "settings.results settings.threads"
        if name in ("status", "collect"):
            text = text.replace("settings.threads", "")
    for helper in HELPERS.get(name, ()):
        text += inspect.getsource(helper)
    read = set(READ.findall(text))
    if any("save_figure(" in _report_source(page) for page in REPORTS.findall(text)):
        read |= {"figure"}
    if task.default_members:
        read |= {"figure", "json"}
    if "write_results(" in text or task.default_members:
        read |= {"experiment", "results"}
    if "specificity" in read and not task.samples:
        read.discard("specificity")
    return frozenset(read)


def is_without_effect(task: Task, key: str) -> bool:
    """Return whether a task reads nothing that a setting moves; False where that is not known."""
    if key in catalogue():
        return not PARAMETERS & attributes_read(task.name)
    group = key.partition(".")[0]
    if group in SWEEP_SETTINGS or group == "job":
        of_grids = task.always_many and group not in ("points", "outputs")
        return group == "job" or not (task.samples or of_grids)
    attributes = ATTRIBUTES.get(key, ATTRIBUTES.get(group))
    return attributes is not None and not attributes & attributes_read(task.name)

"""Does the device give the same dyads as the CPU? Run by itself, it asks Numba's simulator.

Run: NUMBA_ENABLE_CUDASIM=1 python experiments/accelerator/equality.py [dyads] [steps]
"""

import json
import sys
import warnings
from typing import Any

import numpy as np
from launch import Device, on_device, simulator
from study import STUDIES, on_cpu, prepare

from dyadsim.model.variables import FIRST_RECORDED, ROWS
from dyadsim.model.worlds import WORLDS

EVENTS = ("rupture", "repaired", "sudden_gain", "alert", "attended", "ended")


def compare(device: Device, study: str, world: str, dyads: int, steps: int) -> dict[str, Any]:
    """Return how far a device's dyads are those of the CPU.

    identical: share of all values of all latents at all steps with the same bits. same_events:
    share of dyads with the same ruptures, sudden gains, sessions and end. largest_difference: of
    distress, among these dyads, in its unit. sums: whether every sum is the same.
    """
    job = prepare(STUDIES[study](steps), world, dyads)
    theirs, their_sums = on_device(device, job)
    ours, our_sums = on_cpu(job)
    same = theirs.view(np.uint32) == ours.view(np.uint32)
    rows = [ROWS[name].start - FIRST_RECORDED for name in EVENTS]
    events = (theirs[rows] == ours[rows]).all(axis=(0, 1))
    place = ROWS["distress"].start - FIRST_RECORDED
    apart = np.abs(theirs[place] - ours[place])[:, events]
    return {
        "device": device.name,
        "contraction": "on" if device.contraction else "off",
        "linking": "optimised" if device.linked else "plain",
        "study": study,
        "world": world,
        "dyads": dyads,
        "steps": job.steps,
        "values": int(same.size),
        "identical": float(same.mean()),
        "same_events": float(events.mean()),
        "largest_difference": float(apart.max()),
        "sums": bool((their_sums == our_sums).all()),
    }


def compare_all(device: Device, dyads: int, steps: int) -> list[dict[str, Any]]:
    """Return `compare` for both studies in the four worlds."""
    return [compare(device, study, world, dyads, steps) for study in STUDIES for world in WORLDS]


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # plain NumPy numbers say when whole numbers wrap around
    dyads, steps = (int(word) for word in sys.argv[1:3])
    device = simulator()
    print(json.dumps([compare(device, study, "hybrid", dyads, steps) for study in STUDIES]))

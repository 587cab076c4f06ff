"""A therapist's policy of your own against the world's, over the same 200 clinics.

Run: python docs/how_to/mesa_policy.py [replicates] [clients]
"""

import sys

import numpy as np

import dyadsim
from dyadsim.sweeps.paired_policies import compare_policies

PROCESSES = ("cognitive", "behavioural", "emotional", "interpersonal")
SESSIONS = 20


class Listener(dyadsim.Therapist):
    """Therapist 0 puts the whole dose on what maintains the client's distress."""

    def plan(self) -> None:
        """Write this session's doses for each client."""
        if self.number == 0:
            for client in self.clients:
                if client.in_care:
                    shares = client.weight * client.planned_dose.sum()
                    client.plan_dose(**dict(zip(PROCESSES, map(float, shares), strict=True)))


def clinic(policy: type[dyadsim.Therapist], replicate: int, clients: int) -> dict[str, float]:
    """Return what becomes of the clients of therapist 0 in one clinic."""
    study = dyadsim.cohort(sessions=SESSIONS, follow_up=())
    model = dyadsim.DyadModel(
        study, "hybrid", clients, rng=1, replicate=replicate, therapist_class=policy
    )
    model.run_for(SESSIONS)
    people = model.run_state.clients
    own = people.therapist == 0
    return {
        "distress": float(people.distress[own].mean()) if own.any() else np.nan,
        "distress of others": float(people.distress[~own].mean()),
    }


def main(replicates: int = 200, clients: int = 200, folder: str = "results/listener") -> None:
    """Compare, and print the differences; the same command goes on where it was interrupted."""

    def run(policy: type[dyadsim.Therapist], replicate: int) -> dict[str, float]:
        return clinic(policy, replicate, clients)

    result = compare_policies(
        run,
        {"as usual": dyadsim.Therapist, "listener": Listener},
        folder,
        outputs=("distress", "distress of others"),
        replicates=replicates,
    )
    print(result.differences.round(4).to_string(index=False))
    print(f"{result.computed} clinics simulated now, {result.reused} from {folder}.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))

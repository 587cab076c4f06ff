"""One therapist follows a policy of the reader's own; everybody else works as before.

Run: python experiments/one_therapist_policy/run.py [clients]
"""

import sys

import numpy as np

import dyadsim

PROCESSES = ("cognitive", "behavioural", "emotional", "interpersonal")
SESSIONS = 29


class Listener(dyadsim.Therapist):
    """Therapist 0 puts the whole dose on the processes that maintain the client's distress."""

    def plan(self) -> None:
        """Write this session's doses for each client."""
        if self.number == 0:
            for client in self.clients:
                shares = client.weight * client.planned_dose.sum()
                client.plan_dose(**dict(zip(PROCESSES, map(float, shares), strict=True)))


def clinic(clients: int, therapist_class: type[dyadsim.Therapist]) -> dyadsim.DyadModel:
    """Return a clinic after its last session; the seed is the same for every policy."""
    model = dyadsim.DyadModel(
        dyadsim.cohort(follow_up=()), "hybrid", clients, rng=1, therapist_class=therapist_class
    )
    model.run_for(SESSIONS)
    return model


def main(clients: int = 4000) -> tuple[float, float]:
    """Run the same clinic with and without the policy; return (mean effect, standard error)."""
    usual, policy = (clinic(clients, kind).run_state for kind in (dyadsim.Therapist, Listener))
    gain = usual.clients.distress - policy.clients.distress
    treated = usual.clients.therapist == 0
    mean, error = gain[treated].mean(), gain[treated].std(ddof=1) / np.sqrt(treated.sum())
    print(f"{treated.sum()} clients of the therapist: distress lower by {mean:.3f} ± {error:.3f}")
    print(f"largest difference for anybody else: {np.abs(gain[~treated]).max():.3f}")
    return float(mean), float(error)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

"""One therapist follows a policy of the reader's own; everybody else works as before.

Run: python experiments/one_therapist_policy/run.py [clients]
"""

import sys

import numpy as np

import dyadsim

PROCESSES = ("cognitive", "behavioural", "emotional", "interpersonal")


class Listener(dyadsim.Therapist):
    """Therapist 0 gives the whole dose to the processes that maintain the client's distress."""

    def plan(self) -> None:
        """Write this session's doses for each client."""
        if self.number == 0:
            for client in self.clients:
                shares = client.weight * client.planned_dose.sum()
                client.plan_dose(**dict(zip(PROCESSES, map(float, shares), strict=True)))


def main(clients: int = 4000) -> tuple[float, float]:
    """Run the same clinic with and without the policy; return (mean effect, standard error)."""
    study, world = dyadsim.cohort(follow_up=()), dyadsim.world("hybrid")
    usual = dyadsim.DyadModel(study, world, clients, rng=1)
    policy = dyadsim.DyadModel(study, world, clients, rng=1, therapist_class=Listener)
    usual.run_for(29)
    policy.run_for(29)
    gain = usual.run_state.clients.distress - policy.run_state.clients.distress
    mine = usual.run_state.clients.therapist == 0
    mean, error = gain[mine].mean(), gain[mine].std(ddof=1) / np.sqrt(mine.sum())
    print(f"{mine.sum()} clients of the therapist: distress lower by {mean:.3f} ± {error:.3f}")
    print(f"largest difference for anybody else: {np.abs(gain[~mine]).max():.3f}")
    return float(mean), float(error)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

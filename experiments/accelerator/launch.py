"""Compile the device kernel, for a graphics processor or Numba's simulator of one, and launch it.

Both ask for numba.cuda when they are called, so that this file can be read without either.
"""

import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from study import Job

THREADS = 128  # of a block on the device
SIMULATED = "NUMBA_ENABLE_CUDASIM"  # 1: numba.cuda runs on the CPU, in plain Python


class Device(NamedTuple):
    """A compiled kernel and where it runs; `threads` of a block, how it was compiled (`gpu`)."""

    kernel: Any
    name: str
    threads: int
    contraction: bool
    linked: bool = False


def missing() -> str:
    """Return what is missing for a graphics processor, or nothing."""
    if importlib.util.find_spec("numba_cuda") is None:
        return "the package numba-cuda"
    if os.environ.get(SIMULATED) == "1":
        return f"{SIMULATED} unset"
    vars(np).setdefault("row_stack", np.vstack)  # numba-cuda 0.30 asks for it, NumPy 2.5 lost it
    from numba import cuda

    return "" if cuda.is_available() else "a graphics processor by NVIDIA"


def simulator() -> Device:
    """Return the kernel in plain Python, on Numba's simulator of CUDA (`SIMULATED` set)."""
    if os.environ.get(SIMULATED) != "1":
        raise RuntimeError(f"Set {SIMULATED}=1 before Python starts.")
    import kernel
    from device_form import device_form
    from numba import cuda

    from dyadsim.kernel.block import rows_of

    sys.setswitchinterval(5e-5)  # its main thread waits by asking again and again
    replaced = (*kernel.REPLACED, (rows_of, kernel.python_rows))
    plain = device_form(kernel.walk_dyads, replaced, lambda function: function)
    return Device(cuda.jit(plain), "simulator", 20, False)


@contextmanager
def contraction_set(allowed: bool) -> Iterator[None]:
    """Compile with or without joining a product and a sum into one rounding.

    Numba has no option for it, but NVVM, the compiler of its intermediate code, has.
    """
    from numba.cuda.cudadrv import nvvm

    usual = nvvm.compile_ir
    nvvm.compile_ir = partial(usual, fma=allowed)
    try:
        yield
    finally:
        nvvm.compile_ir = usual


def gpu(job: Job, contraction: bool, **options: Any) -> tuple[Device, dict[str, Any]]:
    """Return the kernel on this machine's graphics processor, and what its compiler says.

    job: any, compiled for its types. contraction: let a product and a sum share one rounding (FMA).
    options: of `cuda.jit`. It optimises at link time only where they say `lto=True`: that compiles
    once more, where contraction is always on.
    """
    import kernel
    from device_form import device_form
    from numba import cuda
    from numba.cuda import libdevice

    wrap = partial(cuda.jit, device=True)
    roots = ((np.sqrt, libdevice.sqrtf), (np.floor, libdevice.floorf))  # Numba lacks both there
    plain = device_form(kernel.walk_dyads, (*kernel.REPLACED, *roots), wrap)
    compiled = cuda.jit(plain, **{"lto": False} | options)  # as a decorator it forgets `lto`
    linked = bool(options.get("lto"))
    device = Device(compiled, str(cuda.get_current_device().name), THREADS, contraction, linked)
    began = time.perf_counter()
    with contraction_set(contraction):
        on_device(device, job)
    (registers,) = compiled.get_regs_per_thread().values()
    (memory,) = compiled.get_local_mem_per_thread().values()
    return device, {
        "contraction": "on" if contraction else "off",
        "options": " ".join(f"{name}={value}" for name, value in options.items()) or "-",
        "compile_seconds": round(time.perf_counter() - began, 1),
        "registers": registers,
        "local_bytes": memory,
    }


class Loaded(NamedTuple):
    """What a launch takes, on the device."""

    arm: Any
    therapist: Any
    inputs: Any
    keys: Any
    truth: Any
    sums: Any


def load(device: Device, job: Job) -> Loaded:
    """Copy a job to the device."""
    from kernel import MOST_ARMS, key_table
    from numba import cuda

    arms = len(job.run.study.arms)
    if arms > MOST_ARMS:
        raise ValueError(f"The device has room for the sums of {MOST_ARMS} arms, not {arms}.")

    def sent(value: Any) -> Any:
        """Return a value with every array in it on the device."""
        if isinstance(value, tuple):
            return type(value)(*map(sent, value))
        return cuda.to_device(value) if isinstance(value, np.ndarray) else value

    if device.name == "simulator":
        sent = partial(lambda value: value)
    run = job.run
    keys = key_table(run.seed, run.replicate, job.steps)
    arrays = (run.clients.arm, run.clients.therapist, job.inputs, keys)
    return Loaded(*map(sent, (*arrays, job.empty_truth(), job.empty_sums())))


def launch(device: Device, loaded: Loaded) -> None:
    """Start the kernel over all dyads; it adds to the sums."""
    arm, therapist, *rest = loaded
    blocks = -(-arm.shape[0] // device.threads)
    device.kernel[blocks, device.threads](arm, therapist, 0, *rest)


def on_device(device: Device, job: Job) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and sums of a job, copied there and back."""
    loaded = load(device, job)
    launch(device, loaded)
    if device.name == "simulator":
        return loaded.truth, loaded.sums
    return loaded.truth.copy_to_host(), loaded.sums.copy_to_host()

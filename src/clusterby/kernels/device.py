"""Where a kernel runs: on this machine's processor, or on a GPU that torch drives."""

from __future__ import annotations

import sys
from pathlib import Path

from clusterby.core.errors import InvalidParameter
from clusterby.core.optional import imported, installed, require

__all__ = ["choose_device"]

_GPU_FILES = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd")  # NVIDIA's, WSL's and AMD's drivers


def choose_device(device: str) -> str | None:
    """Return the torch device to compute on, or None for NumPy on this machine's processor.

    Parameters
    ----------
    device : str
        ``"auto"`` is a GPU where there is one and torch is installed, and the processor otherwise; torch is
        not imported to find that out where no driver is present. ``"cpu"`` is NumPy. Anything else is a
        torch device: ``"cuda"``, ``"cuda:1"``, ``"mps"``.

    Raises
    ------
    InvalidParameter
        If the device is not there.
    MissingExtra
        If torch is not installed and a device other than the processor is asked for.

    Examples
    --------
    >>> choose_device("cpu") is None
    True
    """
    if device == "cpu":
        return None
    if device == "auto":
        return _present() if _may_have_gpu() else None
    torch = require("torch", purpose=f"device={device!r}", extra="models")
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        said = str(error).strip().splitlines()[0]
        raise InvalidParameter(
            f"device={device!r} cannot be used ({said:.100}): give 'auto' or 'cpu'"
        ) from None
    return device


def _may_have_gpu() -> bool:
    if imported("torch") is not None:
        return True
    driver = sys.platform in ("darwin", "win32") or any(Path(file).exists() for file in _GPU_FILES)
    return driver and installed("torch")


def _present() -> str | None:
    torch = require("torch", purpose="a GPU", extra="models")
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else None

import subprocess
import sys

import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.kernels.device import choose_device


def test_the_processor_is_numpy():
    assert choose_device("cpu") is None


def test_a_device_that_is_not_there_is_refused_in_one_line():
    with pytest.raises(
        InvalidParameter, match=r"^device='nonsense' cannot be used .*: give 'auto' or 'cpu'$"
    ):
        choose_device("nonsense")


def test_auto_is_a_gpu_where_torch_sees_one_and_the_processor_otherwise():
    import torch

    there = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else None
    assert choose_device("auto") == there


def test_auto_does_not_import_torch_where_no_driver_is_present():
    code = """
import sys
from clusterby.kernels import device
device._GPU_FILES = ()
assert sys.platform in ("darwin", "win32") or device.choose_device("auto") is None
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False" or sys.platform in ("darwin", "win32")

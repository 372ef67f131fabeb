import subprocess
import sys

import clusterby


def test_the_command_line_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "clusterby", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"clusterby {clusterby.__version__}\n")

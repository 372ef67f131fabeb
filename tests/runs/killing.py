"""Kills processes in the middle of writing runs, before each step that touches the disk.

Run as a script: ``killing.py FOLDER ACTION…`` prints a line for each step of each action: the action, and the home in which a
process was killed before that step.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path

STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}

TABLE = {"v": [[0.0], [0.1], [9.0], [9.1]]}


class Killer:
    """Kills this process before its n-th step in a folder, counted from when it is armed."""

    def __init__(self, folder):
        self.folder, self.left, self.seen, self.armed = folder, 0, 0, False

    def __call__(self, event, arguments):
        if not self.armed or event not in STEPS or not str(arguments[0]).startswith(self.folder):
            return
        if event == "open" and not (arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        self.seen += 1
        if self.seen == self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def act(home, step, action):
    os.environ["CLUSTERBY_HOME"] = home
    import clusterby as cb
    from clusterby import runs

    killer = Killer(home)
    sys.addaudithook(killer)
    old = cb.clusterby(TABLE, "v", method="Birch", n_clusters=2, cache=False).renamed({0: "old"})
    runs.save(old, "k")
    new = old.renamed({0: "new"})
    actions = {
        "overwrite": lambda: runs.save(new, "k", overwrite=True),
        "rename": lambda: runs.rename("k", "m"),
        "delete": lambda: runs.delete("k"),
    }
    killer.left, killer.armed = step, True
    actions[action]()


def forked(work):
    """Do work in a forked process; return its status."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - told by the status
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def import_all(home, action):
    """Import in this process what an action imports: no later process has to, and none inherits a thread."""
    names = Path(home) / "modules.json"

    def look():
        act(f"{home}/whole-{action}", 0, action)
        names.write_text(json.dumps([name for name in sys.modules if name != "__main__"]))

    assert forked(look) == 0
    for name in json.loads(names.read_text()):
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def every_step(home, action):
    """Do an action again and again, in forked processes of which each is killed a step later; return their homes."""
    import_all(home, action)
    found = []
    while True:
        folder = f"{home}/{action}-{len(found) + 1}"
        status = forked(lambda: act(folder, len(found) + 1, action))  # noqa: B023
        if not os.WIFSIGNALED(status):
            assert status == 0
            return found
        assert os.WTERMSIG(status) == signal.SIGKILL
        found.append(folder)


if __name__ == "__main__":
    for chosen in sys.argv[2:]:
        for killed_in in every_step(sys.argv[1], chosen):
            print(chosen, killed_in, flush=True)

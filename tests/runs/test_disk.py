import os
import re
import subprocess
import sys
import threading

import pytest

from clusterby.core.errors import UnreadableSource, UnwritableTarget
from clusterby.runs import disk


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_folder_appears_with_all_of_its_files(tmp_path):
    disk.publish(tmp_path / "a@1", {"one": b"1", "two": b"2"})
    assert names(tmp_path) == ["a@1"]
    assert {p.name: p.read_bytes() for p in (tmp_path / "a@1").iterdir()} == {"one": b"1", "two": b"2"}


@pytest.mark.parametrize("there", ["folder", "file", "link", "empty"])
def test_what_is_there_already_stays_and_nothing_is_left_beside_it(tmp_path, there):
    target = tmp_path / "a@1"
    if there in ("folder", "empty"):
        target.mkdir()
    if there == "folder":
        (target / "one").write_bytes(b"first")
    if there == "file":
        target.write_bytes(b"first")
    if there == "link":
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        disk.publish(target, {"one": b"second"})
    assert names(tmp_path) == ["a@1"]
    assert (target / "one").read_bytes() == b"first" if there == "folder" else True
    assert target.read_bytes() == b"first" if there == "file" else True


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(UnwritableTarget, match="cannot be written: .* Set CLUSTERBY_HOME"):
        disk.publish(tmp_path / "a@1", {"one": b"1", "no/such": b"2"})
    assert names(tmp_path) == []


def test_what_is_discarded_is_gone_and_a_link_leads_nobody_to_what_it_names(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    (tmp_path / "a@1").symlink_to(tmp_path / "kept")
    disk.publish(tmp_path / "b@1", {"one": b"1"})
    for name in ("a@1", "b@1"):
        disk.discard(tmp_path / name)
    assert names(tmp_path) == ["kept"]
    assert names(tmp_path / "kept") == ["file"]


def test_only_what_nobody_writes_any_more_is_swept(tmp_path):
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    host = disk.socket.gethostname()
    folders = {
        "alive": f".passing-{os.getppid()}-abc@{host}",
        "dead": f".passing-{dead.stdout.strip()}-abc@{host}",
        "own": f".passing-{os.getpid()}-abc@{host}",
        "elsewhere": ".passing-1-abc@another",
        "old": ".passing-1-abd@another",
        "user": "notes",
    }
    for name in folders.values():
        (tmp_path / name).mkdir()
    os.utime(tmp_path / folders["old"], (0, 0))
    disk.sweep(tmp_path)
    assert names(tmp_path) == sorted(folders[who] for who in ("alive", "elsewhere", "user"))


def test_writers_wait_for_each_other(tmp_path):
    seen = []

    def write(number):
        with disk.alone(tmp_path):
            seen.append(number)
            threading.Event().wait(0.05)
            seen.append(number)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen[::2] == seen[1::2]


def test_a_writer_that_does_not_end_is_not_waited_for_forever(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "_WAIT", 0.05)
    with disk.alone(tmp_path), pytest.raises(UnwritableTarget, match="another process has been writing"):  # noqa: SIM117
        with disk.alone(tmp_path):
            raise AssertionError


@pytest.mark.parametrize("number", [28, 122, 27])
def test_a_full_disk_is_told_from_a_forbidden_one(tmp_path, number):
    with (
        pytest.raises(UnwritableTarget, match=re.escape("is full; what was saved before is safe")),
        disk.in_words(tmp_path),
    ):
        raise OSError(number, os.strerror(number))
    with (
        pytest.raises(UnwritableTarget, match="cannot be written: Permission denied"),
        disk.in_words(tmp_path),
    ):
        raise PermissionError(13, os.strerror(13))


def test_links_and_folders_are_not_read(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    assert disk.read_bytes(tmp_path / "file") == b"x"
    for name in ("link", "folder"):
        with pytest.raises(UnreadableSource, match="is no plain file, and is not followed elsewhere"):
            disk.read_bytes(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        disk.read_bytes(tmp_path / "none")

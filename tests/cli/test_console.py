import io
import logging
import time

import pytest
import typer
from rich.console import Console

from clusterby.cli import console
from clusterby.cli.console import session
from clusterby.core.errors import InvalidParameter
from clusterby.core.progress import track


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InvalidParameter("k=0:\n  give more"), "clusterby: error: InvalidParameter: k=0: give more"),
        (PermissionError(13, "Permission denied"), "clusterby: error: PermissionError: [Errno 13] Permission denied"),
        (MemoryError(), "clusterby: error: out of memory: try fewer rows, or method kmeans"),
        (ZeroDivisionError("by [red]zero[/red]"), "clusterby: error: ZeroDivisionError: by [red]zero[/red] (this is a fault in"),
    ],
)  # fmt: skip
def test_an_error_is_one_line_and_exit_status_1(error, line, capsys):
    with pytest.raises(typer.Exit) as ended, session(quiet=False, debug=False):
        raise error
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err.startswith(line)


def test_debug_lets_the_error_through():
    with pytest.raises(InvalidParameter), session(quiet=False, debug=True):
        raise InvalidParameter("x")


def test_control_c_is_one_word_and_exit_status_130(capsys):
    with pytest.raises(typer.Exit) as ended, session(quiet=False, debug=False):
        raise KeyboardInterrupt
    assert ended.value.exit_code == 130
    assert capsys.readouterr().err == "clusterby: interrupted\n"


@pytest.mark.parametrize(
    ("quiet", "seen"), [(False, "clusterby: chose\nclusterby: beware\n"), (True, "clusterby: beware\n")]
)
def test_quiet_keeps_warnings_only(quiet, seen, capsys):
    log = logging.getLogger("clusterby.test")
    with session(quiet=quiet, debug=False):
        log.info("chose")
        log.warning("beware")
    log.warning("afterwards")
    assert capsys.readouterr().err == seen


def test_a_bar_appears_only_on_a_terminal_and_after_a_while(monkeypatch):
    shown = io.StringIO()
    terminal = Console(file=shown, force_terminal=True, width=100)
    monkeypatch.setattr(console, "_err", terminal)
    with session(quiet=False, debug=False), track("encode", 10) as advance:
        advance(1)
    assert shown.getvalue() == ""
    monkeypatch.setattr(console, "_PATIENCE", 0.0)
    with session(quiet=False, debug=False), track("encode", 10) as advance:
        advance(4)
        time.sleep(0.3)
    assert "encode" in shown.getvalue()
    assert "4/10" in shown.getvalue()


def test_work_in_one_piece_has_a_spinner_and_no_count(monkeypatch):
    shown = io.StringIO()
    monkeypatch.setattr(console, "_err", Console(file=shown, force_terminal=True, width=100))
    monkeypatch.setattr(console, "_PATIENCE", 0.0)
    with session(quiet=False, debug=False), track("arrange the map", 1):
        time.sleep(0.3)
    assert "arrange the map" in shown.getvalue()
    assert "0/1" not in shown.getvalue()

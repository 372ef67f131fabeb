import sys

import pytest

from clusterby.core.errors import MissingExtra
from clusterby.core.optional import imported, installed, require


def test_imported_never_imports(monkeypatch):
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    assert imported("wave") is None
    assert "wave" not in sys.modules


def test_installed_sees_a_library_that_was_not_imported():
    assert installed("wave")
    assert not installed("no_such_library")
    assert not installed("no_such_library.part")


def test_a_module_that_was_blocked_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "blocked_library", None)
    assert not installed("blocked_library")


def test_a_missing_library_says_how_to_install_its_extra():
    with pytest.raises(MissingExtra) as error:
        require("no_such_library.data", purpose="the 'ray' engine", extra="ray")
    assert (
        str(error.value) == "the 'ray' engine needs no_such_library. Install it: pip install 'clusterby[ray]'"
    )


def test_a_library_broken_inside_says_so_itself(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import what_it_needs")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="what_it_needs"):
        require("half_installed", purpose="this test")

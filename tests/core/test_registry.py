import logging
import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint

import pytest

from clusterby.core import registry as registry_module
from clusterby.core.errors import InvalidParameter, UnknownName
from clusterby.core.registry import Registry, import_object


@dataclass(frozen=True)
class Tool:
    name: str
    target: str = "math:sqrt"
    aliases: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    cost: int = 0


ROWS = (
    Tool("saw", aliases=("cutter",), kinds=frozenset({"wood"}), cost=2),
    Tool("drill", "json:dumps", kinds=frozenset({"wood", "steel"})),
)


@pytest.fixture
def tools(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "ROWS", ROWS)
    module = type(sys)("clusterby_test_catalog")
    module.ROWS = ROWS
    module.EXTRA = (Tool("plane"),)
    monkeypatch.setitem(sys.modules, "clusterby_test_catalog", module)
    return Registry(
        "tool", catalog="clusterby_test_catalog:ROWS", group="clusterby.test_tools", listing="tools --all"
    )


def test_names_come_in_the_order_of_the_catalog(tools):
    assert tools.names() == ["saw", "drill"]
    assert [row.name for row in tools] == ["saw", "drill"]
    assert len(tools) == 2


def test_an_alias_finds_its_row(tools):
    assert tools.get("cutter") is ROWS[0]
    assert "cutter" in tools


def test_loading_imports_the_target(tools):
    assert tools.load("saw")(9) == 3


def test_an_unknown_name_suggests_the_nearest(tools):
    with pytest.raises(UnknownName) as error:
        tools.get("dril")
    assert str(error.value) == "no tool 'dril'. Did you mean 'drill'? List them: tools --all"


def test_find_matches_facts_and_membership(tools):
    assert [r.name for r in tools.find(kinds="wood")] == ["saw", "drill"]
    assert [r.name for r in tools.find(kinds="wood", cost=0)] == ["drill"]


def test_finding_by_a_fact_that_rows_lack_says_which_they_have(tools):
    with pytest.raises(InvalidParameter, match="no fact 'price'. They have: .*cost"):
        tools.find(price=1)


def test_a_registered_row_is_found_and_can_be_taken_out(tools):
    tools.register(Tool("axe", aliases=("hatchet",)))
    assert tools.get("hatchet").name == "axe"
    tools.unregister("hatchet")
    assert "axe" not in tools
    assert "hatchet" not in tools


def test_a_taken_name_is_refused_unless_replaced(tools):
    with pytest.raises(InvalidParameter, match="tool name 'cutter' is taken by 'saw'"):
        tools.register(Tool("knife", aliases=("cutter",)))
    tools.register(Tool("saw", cost=5), replace=True)
    assert tools.get("saw").cost == 5
    assert "cutter" not in tools


def test_rows_of_entry_points_join_those_of_the_catalog(tools, monkeypatch):
    entry = EntryPoint("more", "clusterby_test_catalog:EXTRA", "clusterby.test_tools")
    monkeypatch.setattr(registry_module, "entry_points", lambda group: [entry])
    assert tools.names() == ["saw", "drill", "plane"]


def test_a_broken_plugin_is_left_out_with_a_warning(tools, monkeypatch, caplog):
    entry = EntryPoint("broken", "no_such_module:ROWS", "clusterby.test_tools")
    monkeypatch.setattr(registry_module, "entry_points", lambda group: [entry])
    with caplog.at_level(logging.WARNING):
        assert tools.names() == ["saw", "drill"]
    assert "left out the tool plugin 'broken'" in caplog.text


def test_an_import_path_may_name_a_nested_object():
    assert import_object("json:JSONDecoder.decode").__name__ == "decode"

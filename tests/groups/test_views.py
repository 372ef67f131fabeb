import pytest

from clusterby.core.errors import UnknownView
from clusterby.groups.views import VIEWS, ViewSpec


def test_a_view_can_be_added_and_is_found_by_name(groups):
    VIEWS.register(ViewSpec(name="length", target="builtins:len", summary="counts the groups"))
    try:
        assert VIEWS.load("length")(groups) == 3
    finally:
        VIEWS.unregister("length")


def test_an_unknown_view_is_an_error():
    with pytest.raises(UnknownView, match="no view 'raport'. Did you mean 'report'"):
        VIEWS.get("raport")

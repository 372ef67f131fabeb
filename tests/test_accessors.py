import pytest

import clusterby as cb
from clusterby.accessors import FRAME_VERBS, ColumnVerbs, frame_verb


class Frame:
    """Stands for a frame of a library that hangs verbs on it."""


def test_a_verb_passes_its_frame_first():
    frame = Frame()
    verb = frame_verb(lambda *args, **kwargs: (args, kwargs))(frame)
    assert verb("image", n_clusters=3) == ((frame, "image"), {"n_clusters": 3})


@pytest.mark.parametrize("name", FRAME_VERBS)
def test_a_verb_bears_the_name_and_the_help_of_its_function(name):
    verb = frame_verb(FRAME_VERBS[name])
    assert verb.__name__ == name
    assert verb.__doc__ == getattr(cb, name).__doc__


class Column:
    """Stands for a column of such a library: a list with a name."""

    def __init__(self, cells):
        self.cells = cells

    def to_frame(self, name):
        return {name: self.cells}


def test_a_label_is_a_column_beside_none_of_its_own_name(monkeypatch):
    class Found:
        def new_columns(self):
            return {"label": [1, 2]}

    monkeypatch.setattr("clusterby.accessors.label", lambda column, **how: Found())
    assert ColumnVerbs(Column(["a", "b"])).label(candidates=["x", "y"]) == [1, 2]


def test_a_frame_has_no_verb_of_the_name_of_a_common_column():
    assert "label" not in FRAME_VERBS

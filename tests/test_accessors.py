import pytest

import clusterby as cb
from clusterby.accessors import FRAME_VERBS, frame_verb


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

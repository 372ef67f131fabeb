import dataclasses

import pytest

from clusterby.core.parameter import Parameter
from clusterby.namers.spec import NamerSpec


def test_a_plugin_says_little_of_a_namer_and_the_rest_is_safe():
    spec = NamerSpec(name="mine", target="a.b:C", summary="Names.", when="Never.")
    assert (spec.local, spec.needs, spec.parameters, spec.aliases, spec.extra) == (
        True,
        "texts",
        (),
        (),
        None,
    )


def test_facts_do_not_change():
    spec = NamerSpec(
        name="mine",
        target="a.b:C",
        summary="",
        when="",
        parameters=(Parameter(name="n", kind="int", help=""),),
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.local = False

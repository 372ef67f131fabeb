from dataclasses import FrozenInstanceError

import pytest

import clusterby as cb
from clusterby.groups.making import Making


def test_all_that_are_edited_from_a_result_share_what_it_was_made_from(groups):
    for edited in (groups.renamed({0: "zero"}), groups.merged([0, 1]), groups.reassign_noise()):
        assert edited._making is groups._making


def test_it_holds_what_was_given_and_what_was_made(df):
    groups = cb.clusterby(df, {"v": 2, "price": 2}, n_clusters=3, cache=False)
    making = groups._making
    assert dict(making.by) == {"v": 0.5, "price": 0.5}
    assert making.embeddings is groups.embeddings
    assert making.fitted.partition is groups.partition
    assert (making.cache, making.conditioned, making.followed) == (None, None, ())
    assert [part.choice.column for part in making.embedder.parts] == ["v", "price"]


def test_it_is_a_value_that_is_never_changed(groups):
    assert isinstance(groups._making, Making)
    with pytest.raises(FrozenInstanceError):
        groups._making.embedder = None

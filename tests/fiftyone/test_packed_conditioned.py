import json

import numpy as np
import pytest

from clusterby.core.errors import InvalidTable
from clusterby.instructions import Followed, fit_subspace, ignoring_subspace
from clusterby.instructions.subspace import METHODS
from clusterby.ops.condition import Conditioned

RNG = np.random.default_rng(0)
ITEMS, WORDS = RNG.normal(size=(30, 6)).astype(np.float32), RNG.normal(size=(4, 6)).astype(np.float32)
FOLLOWED = Followed(column="image", method="scores", words=("a", "b", "c", "d"))


@pytest.mark.usefixtures("fo")
@pytest.mark.parametrize("method", [*METHODS, "ignore"])
def test_what_words_made_of_vectors_comes_back_bit_for_bit(method):
    from clusterby.fiftyone.packed_conditioned import pack_conditioned, unpack_conditioned

    subspace = (
        ignoring_subspace(ITEMS, WORDS)
        if method == "ignore"
        else fit_subspace(ITEMS, WORDS, method=method, asked=WORDS[0])
    )
    words = np.empty((0, subspace.dimension), np.float32) if method == "ignore" else WORDS
    how = Conditioned(subspace=subspace, followed=FOLLOWED, words=words)
    back = unpack_conditioned(json.loads(json.dumps(pack_conditioned(how))), [FOLLOWED])
    assert np.array_equal(back.subspace.transform(ITEMS), subspace.transform(ITEMS))
    assert np.array_equal(back.subspace.transform_queries(ITEMS), subspace.transform_queries(ITEMS))
    assert (back.subspace.explained, back.subspace.chance) == (subspace.explained, subspace.chance)
    assert back.words.tolist() == words.tolist()
    assert back.space("clip@1") == how.space("clip@1")
    assert back.followed is FOLLOWED


@pytest.mark.usefixtures("fo")
def test_nothing_comes_back_of_nothing_and_an_error_of_what_is_damaged():
    from clusterby.fiftyone.packed_conditioned import pack_conditioned, unpack_conditioned

    assert unpack_conditioned(None, [FOLLOWED]) is None
    packed = pack_conditioned(
        Conditioned(subspace=fit_subspace(ITEMS, WORDS), followed=FOLLOWED, words=WORDS)
    )
    with pytest.raises(InvalidTable, match="damaged: its config does not say what its words were"):
        unpack_conditioned(packed, [])
    with pytest.raises(InvalidTable, match="damaged: an array of them cannot be read"):
        unpack_conditioned(packed | {"center": {"dtype": "float32", "shape": [6], "data": "!"}}, [FOLLOWED])

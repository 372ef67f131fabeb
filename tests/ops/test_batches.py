import numpy as np
import pytest
from PIL import Image

from clusterby.core.column import Column
from clusterby.core.modality import Modality
from clusterby.instructions.region import Box
from clusterby.ops.batches import Batch, decode_batch, encode_batch
from clusterby.ops.regions import resolve_regions
from clusterby.tables import open_table

from .counting import CountingEncoder, PreparingCounter, vector_of


class Small(CountingEncoder):
    """Has memory for so many items at a time."""

    def __init__(self, room, error):
        super().__init__()
        self.room, self.error = room, error

    def encode(self, items):
        if len(items) > self.room:
            raise self.error
        return super().encode(items)


class SmallPreparing(Small):
    def prepare(self, items):
        return tuple(items)

    def encode_prepared(self, prepared):
        assert isinstance(prepared, tuple)
        return Small.encode(self, list(prepared))

    def encode(self, items):
        raise AssertionError("a preparing encoder is asked in two steps")


def batch_of(items, prepared=None):
    return Batch(list(range(len(items))), items, prepared, {})


def test_images_are_decoded_and_the_others_have_a_reason():
    cells = np.empty(3, dtype=object)
    cells[:] = [Image.new("L", (40, 20)), "no such file", None]
    column = Column(name="image", cells=cells, type="object")
    batch = decode_batch(column, Modality.IMAGE, [0, 1, 2], how={"shrink_to": 10}, prepare=len)
    assert batch.rows == [0]
    assert batch.items[0].size == (20, 10)
    assert batch.prepared == 1
    assert batch.faults == {1: "no such file", 2: "missing value"}


def test_regions_are_cut_out_before_anything_is_prepared():
    cells = np.empty(4, dtype=object)
    cells[:] = [Image.new("L", (40, 20)), "no such file", Image.new("L", (40, 20)), Image.new("L", (40, 20))]
    column = Column(name="image", cells=cells, type="object")
    boxes = open_table(
        {"box": [[0, 0, 10, 5], [0, 0, 1, 1], [0, 0, 90, 5], [[0, 0], [9, 9], [9, 0], [0, 9]]]}
    )
    regions = resolve_regions("box", column, Modality.IMAGE, CountingEncoder(), table=boxes)
    seen = []
    batch = decode_batch(column, Modality.IMAGE, range(4), regions=regions, prepare=seen.extend)
    assert [image.size for image in seen] == [(10, 10)]
    assert batch.rows == [0]
    assert batch.faults[1] == "no such file"
    assert batch.faults[2] == "a region that leaves its image of 40 × 20 pixels"
    assert "crosses itself" in batch.faults[3]


def test_a_region_is_cut_before_the_image_is_shrunk():
    cells = np.empty(1, dtype=object)
    cells[0] = Image.new("L", (400, 200))
    column = Column(name="image", cells=cells, type="object")
    encoder = CountingEncoder()
    encoder.shrink_to = 64
    regions = resolve_regions(Box((0, 0), (0.1, 0.2)), column, Modality.IMAGE, encoder)
    batch = decode_batch(column, Modality.IMAGE, [0], regions=regions, how={"shrink_to": 64})
    assert batch.items[0].size == (40, 40)


def test_texts_come_from_where_they_were_decoded_already():
    column = Column(name="t", cells=np.array([b"x", b"y"], dtype=object), type="object")
    batch = decode_batch(column, Modality.TEXT, [1], texts=np.array(["x", "y"], dtype=object))
    assert (batch.rows, batch.items, batch.prepared, batch.faults) == ([1], ["y"], None, {})


def test_a_batch_of_nothing_asks_nobody():
    encoder = CountingEncoder()
    assert len(encode_batch(encoder, batch_of([]))) == 0
    assert encoder.calls == []


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")]
)
@pytest.mark.parametrize("kind", [Small, SmallPreparing])
def test_a_batch_for_which_memory_does_not_suffice_is_halved_and_keeps_its_order(kind, error):
    encoder = kind(3, error)
    texts = [f"text {i}" for i in range(11)]
    prepared = tuple(texts) if kind is SmallPreparing else None
    vectors = encode_batch(encoder, batch_of(texts, prepared))
    np.testing.assert_array_equal(vectors, np.stack([vector_of(text) for text in texts]))
    assert encoder.encoded == texts
    assert max(map(len, encoder.calls)) <= 3


def test_one_item_that_memory_does_not_suffice_for_is_an_error():
    with pytest.raises(MemoryError):
        encode_batch(Small(0, MemoryError()), batch_of(["a", "b"]))


def test_other_errors_are_not_answered_by_halving():
    encoder = Small(1, RuntimeError("shapes do not agree"))
    with pytest.raises(RuntimeError, match="shapes do not agree"):
        encode_batch(encoder, batch_of(["a", "b"]))
    assert encoder.calls == []


def test_a_preparing_encoder_gets_what_it_prepared():
    encoder = PreparingCounter()
    vectors = encode_batch(encoder, batch_of(["a"], ["b"]))
    np.testing.assert_array_equal(vectors[0], vector_of("b"))

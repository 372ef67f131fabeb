import logging
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import clusterby as cb
from clusterby.cache import Cache
from clusterby.core.column import Column
from clusterby.core.errors import InvalidVectors, UnwritableTarget
from clusterby.core.modality import Modality
from clusterby.core.progress import report_progress
from clusterby.engines import LocalEngine
from clusterby.instructions.crop import crop
from clusterby.instructions.region import Box, Polygon
from clusterby.instructions.regions import Boxes
from clusterby.ops import encode as module
from clusterby.ops.encode import encode_column, space_facts
from clusterby.ops.regions import resolve_regions
from clusterby.tables import open_table

from .counting import CountingEncoder, PreparingCounter, vector_of


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def column_of(cells):
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return Column(name="c", cells=array, type="object")


def encode(cells, encoder, cache=None, modality=Modality.TEXT):
    return encode_column(
        column_of(cells), modality, encoder, label="counting(c)", engine=LocalEngine(2), cache=cache
    )


def assert_right(encoded, texts):
    rows = [i for i, text in enumerate(texts) if text]
    assert encoded.rows.tolist() == rows
    np.testing.assert_array_equal(encoded.vectors, np.stack([vector_of(texts[i]) for i in rows]))


TEXTS = [f"text number {i % 37}" for i in range(100)]


@pytest.mark.parametrize("kind", [CountingEncoder, PreparingCounter])
def test_each_content_is_encoded_once_and_every_row_gets_its_vector(kind):
    encoder = kind()
    assert_right(encode(TEXTS, encoder), TEXTS)
    assert sorted(encoder.encoded) == sorted(set(TEXTS))


@pytest.mark.parametrize("kind", [CountingEncoder, PreparingCounter])
def test_the_second_call_encodes_nothing(kind, cache):
    encode(TEXTS, kind(), cache)
    again = kind()
    assert_right(encode(TEXTS, again, cache), TEXTS)
    assert again.calls == []


def test_new_rows_alone_are_encoded_wherever_they_stand(cache):
    encode(TEXTS, CountingEncoder(), cache)
    encoder = CountingEncoder()
    more = ["first", *TEXTS[::-1], "last", "first"]
    assert_right(encode(more, encoder, cache), more)
    assert encoder.encoded == ["first", "last"]


@given(
    st.lists(st.sampled_from(["a", "bb", "ccc", "dd", "e", ""]), max_size=40),
    st.integers(1, 9),
    st.integers(1, 5),
)
def test_batches_windows_order_and_duplicates_change_no_vector(texts, batch_size, window):
    encoder = PreparingCounter(batch_size=batch_size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_WINDOW", (window, window))
        encoded = encode(texts, encoder)
    wanted = [i for i, text in enumerate(texts) if text]
    assert encoded.rows.tolist() == wanted
    for row, vector in zip(wanted, encoded.vectors, strict=True):
        np.testing.assert_array_equal(vector, vector_of(texts[row]))
    assert sorted(encoder.encoded) == sorted({text for text in texts if text})
    assert encoded.faults == {i: "empty text" for i, text in enumerate(texts) if not text}


def test_another_revision_is_another_space(cache):
    encode(TEXTS, CountingEncoder(), cache)
    encoder = CountingEncoder(revision="2")
    encode(TEXTS, encoder, cache)
    assert len(encoder.encoded) == 37
    assert len(cache.info()) == 2


def test_how_cells_are_decoded_is_part_of_the_space_and_the_batch_size_is_not():
    small, large = CountingEncoder(batch_size=1), CountingEncoder(batch_size=9)
    assert space_facts(small) == space_facts(large)
    small.shrink_to = 64
    assert space_facts(small) != space_facts(large)


def test_an_encoder_known_by_several_names_says_what_it_is():
    encoder = CountingEncoder()
    encoder.identity = "org/model"
    assert space_facts(encoder)["encoder"] == "org/model"


@pytest.fixture
def images(tmp_path):
    paths = []
    for shade in range(20):
        paths.append(str(tmp_path / f"{shade}.png"))
        Image.new("RGB", (4 + shade, 4), (shade, 0, 0)).save(paths[-1])
    return paths


def test_images_are_encoded_once_wherever_they_come_from(images, cache, tmp_path):
    encode(images, CountingEncoder(), cache, Modality.IMAGE)
    (tmp_path / "moved").mkdir()
    moved = [str(tmp_path / "moved" / f"x{i}") for i in range(20)]
    for old, new in zip(images, moved, strict=True):
        os.rename(old, new)  # noqa: PTH104
    encoder = CountingEncoder()
    encoded = encode(moved[::-1], encoder, cache, Modality.IMAGE)
    assert encoder.calls == []
    assert encoded.vectors[0].tolist() == vector_of(Image.new("RGB", (23, 4), (19, 0, 0))).tolist()


def test_an_unreadable_image_skips_its_row_and_every_copy_of_it(images, cache, tmp_path):
    for name in ("broken.png", "copy.png"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\nbut no more")
    cells = [images[0], str(tmp_path / "broken.png"), images[1], None, str(tmp_path / "copy.png")]
    encoded = encode(cells, CountingEncoder(), cache, Modality.IMAGE)
    assert encoded.rows.tolist() == [0, 2]
    assert sorted(encoded.faults) == [1, 3, 4]
    assert encoded.faults[1] == encoded.faults[4]
    assert cache.info()[0].rows == 2


def test_a_vector_that_is_not_finite_is_not_stored_and_skips_every_copy(cache):
    class Broken(CountingEncoder):
        def encode(self, items):
            return super().encode(items) * np.array(
                [[np.nan if item == "bad" else 1] for item in items], np.float32
            )

    encoded = encode(["good", "bad", "fine", "bad"], Broken(), cache)
    assert encoded.rows.tolist() == [0, 2]
    assert encoded.faults == dict.fromkeys([1, 3], module.NOT_FINITE)
    assert cache.info()[0].rows == 2


def test_vectors_of_two_lengths_are_an_error():
    class Uneven(CountingEncoder):
        def encode(self, items):
            return np.ones((len(items), len(items)), np.float32)

    with pytest.raises(InvalidVectors, match="it must give the same number for every cell"):
        encode(["a", "b", "c"], Uneven(batch_size=2))


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError("the model broke")])
def test_what_was_encoded_before_it_ended_is_kept(cache, error):
    class Ending(CountingEncoder):
        def encode(self, items):
            if len(self.calls) == 3:
                raise error
            return super().encode(items)

    texts = [f"t{i}" for i in range(100)]
    with pytest.raises(KeyboardInterrupt if error is KeyboardInterrupt else RuntimeError):
        encode(texts, Ending(batch_size=10), cache)
    encoder = CountingEncoder(batch_size=10)
    assert_right(encode(texts, encoder, cache), texts)
    assert encoder.encoded == texts[30:]


def test_work_is_committed_every_few_seconds(cache, monkeypatch):
    monkeypatch.setattr(module, "_COMMIT_SECONDS", 0.0)
    stored = []

    class Watching(CountingEncoder):
        def encode(self, items):
            stored.append(sum(info.rows for info in cache.info()))
            return super().encode(items)

    encode([f"t{i}" for i in range(40)], Watching(batch_size=10), cache)
    assert stored == [0, 10, 20, 30]


def test_what_another_process_stores_meanwhile_is_not_encoded(cache, monkeypatch):
    monkeypatch.setattr(module, "_WINDOW", (10, 10))
    texts = [f"t{i}" for i in range(40)]

    class WithCompany(CountingEncoder):
        def encode(self, items):
            if not self.calls:
                encode(texts[20:], CountingEncoder(), Cache(cache.location.uri))
            return super().encode(items)

    encoder = WithCompany(batch_size=10)
    assert_right(encode(texts, encoder, cache), texts)
    assert encoder.encoded == texts[:20]


def test_a_read_only_cache_is_read_and_not_written(cache):
    encode(TEXTS[:10], CountingEncoder(), cache)
    encoder = CountingEncoder()
    encode(TEXTS, encoder, Cache(cache.location.uri, read_only=True))
    assert len(encoder.encoded) == 27
    assert cache.info()[0].rows == 10


def test_hits_and_misses_are_counted(cache, caplog):
    encode(TEXTS[:10], CountingEncoder(), cache)
    with caplog.at_level(logging.INFO):
        encode(TEXTS[:30], CountingEncoder(), cache)
    info = cache.info()[0]
    assert (info.rows, info.hits, info.misses) == (30, 10, 30)
    assert "10 vectors from the cache, 20 encoded" in caplog.text


def test_a_full_disk_is_an_error_and_not_hidden_by_another(cache, monkeypatch):
    def full(self, keys, vectors):
        raise UnwritableTarget("the disk is full")

    monkeypatch.setattr("clusterby.cache.space.Space.append", full)
    with pytest.raises(UnwritableTarget, match="the disk is full"):
        encode(TEXTS, CountingEncoder(), cache)


def test_the_bill_is_told_before_anything_is_sent_and_counts_each_text_once(cache, caplog):
    class Billing(CountingEncoder):
        def estimate(self, items):
            assert self.calls == []
            return f"{len(items)} texts, 1 cent"

    encode(TEXTS[:10], CountingEncoder(), cache)
    with caplog.at_level(logging.WARNING):
        encode(TEXTS, Billing(), cache)
    assert "counting(c): 27 texts, 1 cent" in caplog.text
    caplog.clear()
    encode(TEXTS, Billing(), cache)
    assert "cent" not in caplog.text


def test_progress_reaches_the_number_of_rows_to_encode(cache):
    encode(TEXTS[:10], CountingEncoder(), cache)
    seen = []

    @contextmanager
    def collect(description, total):
        seen.append((description, total))
        yield seen.append

    with report_progress(collect):
        encode([*TEXTS, ""], CountingEncoder(batch_size=5), cache)
    assert seen[0] == ("encode counting(c)", 70)
    assert sum(seen[1:]) == 70


def test_a_model_is_loaded_once_on_this_thread_and_not_at_all_if_nothing_is_missing(cache):
    loaded = []

    class Loading(PreparingCounter):
        def load(self):
            loaded.append(threading.current_thread())

        def prepare(self, items):
            assert loaded
            return super().prepare(items)

    encode(TEXTS, Loading(), cache)
    encode(TEXTS, Loading(), cache)
    assert loaded == [threading.main_thread()]


def test_cells_are_prepared_on_other_threads_and_encoded_on_this_one():
    class Watching(PreparingCounter):
        def encode_prepared(self, prepared):
            assert threading.current_thread() is threading.main_thread()
            return super().encode_prepared(prepared)

    encoder = Watching(batch_size=10)
    encode(TEXTS, encoder)
    assert all(name.startswith("clusterby") for name in encoder.threads)


@pytest.mark.parametrize("slow", ["prepare", "encode"])
def test_the_encoder_is_told_whether_its_cells_are_waited_for(slow):
    class Slow(PreparingCounter):
        crowded = None

        def prepare(self, items):
            time.sleep(0.02 if slow == "prepare" else 0)
            return super().prepare(items)

        def encode_prepared(self, prepared):
            time.sleep(0.02 if slow == "encode" else 0)
            return super().encode_prepared(prepared)

    encoder = Slow(batch_size=5)
    encode_column(
        column_of([f"t{i}" for i in range(60)]),
        Modality.TEXT,
        encoder,
        label="slow(c)",
        engine=LocalEngine(1),
        cache=None,
    )
    assert encoder.crowded is (slow == "prepare")


def test_texts_that_will_be_padded_are_encoded_by_length():
    encoder = PreparingCounter(batch_size=3)
    encode(["a" * n for n in (1, 9, 2, 8, 3, 7, 4, 6, 5)], encoder)
    assert [len(text) for text in encoder.encoded] == [9, 8, 7, 6, 5, 4, 3, 2, 1]


def test_a_column_without_one_readable_cell_has_no_vectors():
    encoded = encode(["", None], CountingEncoder())
    assert (len(encoded.vectors), len(encoded.rows)) == (0, 0)
    assert encoded.faults == {0: "empty text", 1: "missing value"}


def test_slicing_and_predicting_after_clustering_encode_no_image(images, tmp_path):
    class Aligned(CountingEncoder):
        def encode_queries(self, queries):
            return np.ones((len(queries), 4), np.float32)

    table = {"image": images}
    first = Aligned()
    groups = cb.clusterby(table, "image", encoder=first, n_clusters=2, cache=tmp_path / "cache")
    assert len(first.encoded) == 20
    second = Aligned()
    cb.clusterby(
        table, "image", encoder=second, method="hierarchical", n_clusters=3, cache=tmp_path / "cache"
    )
    cb.sliceby(table, "image", queries=["red"], encoder=second, cache=tmp_path / "cache")
    assert second.calls == []
    assert groups.predict(table).tolist() == groups.labels_.tolist()
    assert len(first.encoded) == 20


def test_the_hidden_column_of_a_table_is_used_and_never_recomputed(images, tmp_path):
    groups = cb.clusterby({"image": images}, "image", encoder=CountingEncoder(), n_clusters=2, cache=False)
    frame = groups.to_frame(embeddings=True)
    assert "counting(image)" in frame
    encoder = CountingEncoder()
    again = cb.clusterby(
        {"image": images, "counting(image)": frame["counting(image)"]}, "image", encoder=encoder, n_clusters=2,
        cache=False,
    )  # fmt: skip
    assert encoder.calls == []
    assert again.labels_.tolist() == groups.labels_.tolist()


def test_a_row_without_a_vector_in_the_hidden_column_is_skipped_with_that_reason(images):
    vectors = [[1.0, 0.0], None, *([[0.0, 1.0]] * 18)]
    found = cb.embed({"image": images, "counting(image)": vectors}, "image", encoder=CountingEncoder())
    assert found.rows.tolist() == [0, *range(2, 20)]
    assert found.skipped[0].reason.startswith("no vector in column 'counting(image)'")


def test_a_bare_function_is_not_kept_and_one_with_a_revision_is(tmp_path):
    calls = []

    def shape(texts):
        calls.append(len(texts))
        return [[len(t), 1.0] for t in texts]

    for _ in range(2):
        cb.embed({"t": TEXTS}, "t", modality="text", encoder=shape, cache=tmp_path)
    assert calls == [37, 37]
    for _ in range(2):
        encoder = cb.encoders.FunctionEncoder(shape, revision="1")
        cb.embed({"t": TEXTS}, "t", modality="text", encoder=encoder, cache=tmp_path)
    assert calls == [37, 37, 37]


LEFT, RIGHT = Box((0, 0), (0.5, 1)), Box((0.5, 0), (1, 1))
DIAMOND = Polygon([(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)])
GRAY = (128, 128, 128)


@pytest.fixture
def panels(tmp_path):
    """Twelve pictures of two panels: of the left ones there are three, of the right ones four."""
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, 255, (3, 8, 8, 3), np.uint8), rng.integers(0, 255, (4, 8, 8, 3), np.uint8)
    paths = []
    for row in range(12):
        paths.append(str(tmp_path / f"panels{row}.png"))
        Image.fromarray(np.concatenate([left[row % 3], right[row % 4]], axis=1)).save(paths[-1])
    return paths


def encode_regions(cells, encoder, region, cache=None, boxes=None):
    column = column_of(cells)
    table = None if boxes is None else open_table({"boxes": boxes, "row": list(range(len(boxes)))})
    return encode_column(
        column, Modality.IMAGE, encoder, label="counting(c)", engine=LocalEngine(2), cache=cache,
        regions=resolve_regions(region, column, Modality.IMAGE, encoder, table=table),
    )  # fmt: skip


def test_what_is_encoded_is_the_region_of_each_image(panels):
    encoded = encode_regions(panels, CountingEncoder(), LEFT)
    for path, vector in zip(panels, encoded.vectors, strict=True):
        with Image.open(path) as image:
            np.testing.assert_array_equal(vector, vector_of(image.crop((0, 0, 8, 8))))
    assert len(np.unique(encoded.vectors, axis=0)) == 3
    assert len(np.unique(encode_regions(panels, CountingEncoder(), RIGHT).vectors, axis=0)) == 4


def test_the_same_region_is_found_again_and_another_is_not(panels, cache):
    first = encode_regions(panels, CountingEncoder(), LEFT, cache)
    again = CountingEncoder()
    found = encode_regions(panels, again, Box((0, 0), (8, 8), example=panels[0]), cache)
    assert again.calls == []
    np.testing.assert_array_equal(found.vectors, first.vectors)
    for other in (RIGHT, Box((0, 0), (0.5, 1), invert=True), DIAMOND, Box((0, 0), (0.5, 0.99))):
        encoder = CountingEncoder()
        encode_regions(panels, encoder, other, cache)
        assert len(encoder.encoded) == 12
    encoder = CountingEncoder()
    encoder.fill = (0, 0, 0)
    encode_regions(panels, encoder, LEFT, cache)
    assert len(encoder.encoded) == 12


def test_whole_images_keep_the_keys_they_had(panels, cache):
    encode(panels, CountingEncoder(), cache, Modality.IMAGE)
    encode_regions(panels, CountingEncoder(), LEFT, cache)
    encoder = CountingEncoder()
    encode(panels, encoder, cache, Modality.IMAGE)
    assert encoder.calls == []
    assert [(info.rows, info.hits) for info in cache.info()] == [(24, 12)]


def test_rows_with_the_same_image_and_region_are_encoded_once(panels):
    cells = [panels[0]] * 6 + [panels[1]] * 2
    boxes = [[0, 0, 0.5, 1], [0.5, 0, 0.5, 1]] * 4
    encoder = CountingEncoder()
    encoded = encode_regions(cells, encoder, "boxes", boxes=boxes)
    assert len(encoder.encoded) == 4
    assert len(np.unique(encoded.vectors, axis=0)) == 4
    np.testing.assert_array_equal(encoded.vectors[0], encoded.vectors[4])


def test_each_row_has_its_own_region_and_rows_without_one_are_skipped(panels, cache):
    boxes = [[0, 0, 0.5, 1], None, [[0, 0, 0.1, 0.1]] * 3, [[0, 0], [1, 0], [0, 1]], [0.5, 0.5, 0.9, 0.2]]
    encoder = CountingEncoder()
    encoded = encode_regions(panels[:5], encoder, "boxes", cache, boxes)
    assert encoded.rows.tolist() == [0, 3]
    assert encoded.faults == {
        1: "no region: missing value",
        2: "3 regions in one row: one is needed; cluster patches instead",
        4: "a region that leaves its image: coordinates count from 0 to 1, and boxes are [x, y, width, height]",
    }
    with Image.open(panels[3]) as image:
        expected = crop(image, Polygon([(0, 0), (1, 0), (0, 1)]), fill=GRAY)
    np.testing.assert_array_equal(encoded.vectors[1], vector_of(expected))
    assert len(encoder.encoded) == 2


def test_a_damaged_image_and_a_bad_region_each_skip_their_row(panels, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbut no more")
    cells = [panels[0], str(tmp_path / "broken.png"), None, panels[1], panels[2]]
    boxes = [[0, 0, 8, 8], [0, 0, 8, 8], [0, 0, 8, 8], [0, 0, 99, 8], [[0, 0], [8, 8], [8, 0], [0, 8]]]
    encoded = encode_regions(cells, CountingEncoder(), "boxes", boxes=boxes)
    assert encoded.rows.tolist() == [0]
    assert encoded.faults[1].startswith("damaged")
    assert encoded.faults[2] == "missing value"
    assert encoded.faults[3] == "a region that leaves its image of 16 × 8 pixels"
    assert "crosses itself" in encoded.faults[4]


def test_boxes_in_pixels_are_found_again_without_a_look_at_the_images(panels, cache, monkeypatch):
    monkeypatch.setattr("clusterby.cache.memo._SETTLED", -(10**12))
    boxes = [[0, 0, 8, 8], [8, 0, 8, 8], [3, 4, 1, 1], [0, 0, 16, 8]] * 3
    first = encode_regions(panels, CountingEncoder(), "boxes", cache, boxes)
    with Image.open(panels[2]) as image:
        np.testing.assert_array_equal(first.vectors[2], vector_of(image.crop((3, 4, 4, 5))))
    monkeypatch.setattr("clusterby.ops.batches.decode_cell", lambda *_, **__: pytest.fail("decoded"))
    again = encode_regions(panels, CountingEncoder(), Boxes("boxes", unit="pixels"), cache, boxes)
    np.testing.assert_array_equal(again.vectors, first.vectors)


def test_regions_are_those_of_the_upright_image_without_transparency(tmp_path):
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :20] = (255, 0, 0)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown a quarter turned: what is left becomes what is on top
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    clear = np.zeros((20, 40, 4), np.uint8)
    clear[:, 20:] = (0, 0, 255, 255)
    Image.fromarray(clear).save(tmp_path / "clear.png")
    Image.fromarray(pixels).convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "palette.png")
    encoder = CountingEncoder()
    encode_regions([str(tmp_path / "turned.png")], encoder, Box((0, 0), (1, 0.5)))
    encode_regions([str(tmp_path / "clear.png"), str(tmp_path / "palette.png")], encoder, LEFT)
    turned, clear, palette = encoder.encoded
    assert (turned.size, turned.getcolors()) == ((20, 20), [(400, (255, 0, 0))])
    assert (clear.size, clear.getcolors()) == ((20, 20), [(400, (255, 255, 255))])
    assert palette.getcolors() == [(400, (255, 0, 0))]


ACROSS, DOWN = np.meshgrid(np.arange(40) + 0.5, np.arange(40) + 0.5)


@pytest.mark.parametrize(
    ("region", "inside"),
    [
        (LEFT, ACROSS < 20),
        (Box((0.25, 0.25), (0.75, 1)), (abs(ACROSS - 20) < 10) & (DOWN > 10)),
        (Polygon([(0, 0), (1, 0.5), (0, 1)]), ACROSS / 2 + abs(DOWN - 20) < 20),
    ],
)
@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("shrink_to", [None, 12])
def test_what_is_hidden_cannot_change_a_vector_and_what_is_seen_can(
    region, inside, invert, shrink_to, tmp_path
):
    first, second = np.random.default_rng(1).integers(0, 255, (2, 40, 40, 3), np.uint8)
    hidden_differs, seen_differs = (
        np.where(mask[..., None], second, first) for mask in (inside == invert, inside != invert)
    )
    cells = [str(tmp_path / f"{name}.png") for name in ("first", "hidden", "seen")]
    for pixels, path in zip((first, hidden_differs, seen_differs), cells, strict=True):
        Image.fromarray(pixels).save(path)
    encoder = CountingEncoder()
    encoder.shrink_to = shrink_to
    region = replace(region, invert=invert)
    one, hidden, seen = encode_regions(cells, encoder, region).vectors
    np.testing.assert_array_equal(one, hidden)
    assert (one != seen).any()
    assert len(encoder.encoded) == 3

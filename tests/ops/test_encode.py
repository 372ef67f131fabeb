import logging
import os
import threading
import time
from contextlib import contextmanager

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
from clusterby.ops import encode as module
from clusterby.ops.encode import encode_column, space_facts

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

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import clusterby as cb
from clusterby.core.errors import InvalidVectors
from clusterby.runs import groups_of, record_of
from clusterby.tables import open_table
from tests.runs.test_record import INSTRUCTED

RNG = np.random.default_rng(0)
VECTORS = (np.eye(3)[np.arange(60) % 3] * 10 + RNG.normal(size=(60, 3))).astype(np.float32)
NEW = RNG.normal(scale=8, size=(200, 3)).astype(np.float32)
TABLE = {"v": VECTORS.tolist(), "kind": [("cat", "dog", "owl")[i % 3] for i in range(60)]}
NOISY = [[0.0, i / 10] for i in range(8)] + [[9.0, i / 10] for i in range(8)]
NOISY += [[4.0, 50.0], None, [60.0, -9.0], [-70.0, 3.0], [30.0, 3.0]]


class Reading:
    """The vectors of a result, with how often they were asked for."""

    def __init__(self, vectors):
        self.vectors = vectors
        self.count = 0

    def __call__(self):
        self.count += 1
        return self.vectors


def restored(groups):
    read = Reading(groups.embeddings.vectors)
    return groups_of(record_of(groups), groups.table, read), read


def assert_equal(back, groups):
    """Everything that is kept of a result is as it was."""
    np.testing.assert_array_equal(np.ma.filled(back.labels_, -9), np.ma.filled(groups.labels_, -9))
    np.testing.assert_array_equal(np.ma.getmaskarray(back.labels_), np.ma.getmaskarray(groups.labels_))
    np.testing.assert_array_equal(back.centers_, groups.centers_)
    np.testing.assert_array_equal(back.made.labels, groups.made.labels)
    np.testing.assert_array_equal(back.distances(), groups.distances())
    if groups.probabilities_ is None:
        assert back.probabilities_ is None
    else:
        np.testing.assert_array_equal(back.probabilities_, groups.probabilities_)
    assert back.names_ == groups.names_
    assert back.edits == groups.edits
    assert back.by == groups.by
    assert back.skipped == groups.skipped
    assert repr(back) == repr(groups)
    for most in (1, 5, 24):
        mine, theirs = back.exemplar_rows(most), groups.exemplar_rows(most)
        assert {c: rows.tolist() for c, rows in mine.items()} == {
            c: rows.tolist() for c, rows in theirs.items()
        }
    np.testing.assert_equal(vars_of(back.quality()), vars_of(groups.quality()))


def vars_of(quality):
    return {
        name: getattr(quality, name) for name in ("silhouette", "sample", "explained", "cohesion", "noise")
    }


@pytest.fixture(scope="module")
def groups():
    return cb.clusterby(TABLE, "v", n_clusters=3)


@pytest.fixture(scope="module")
def noisy():
    """Two clusters, four rows of noise, and a skipped row between them."""
    return cb.clusterby({"v": NOISY}, "v", method="dbscan", eps=1.0, min_samples=3)


@pytest.mark.parametrize("method", cb.clusterers.names())
def test_a_result_of_every_method_comes_back_as_it_was(method):
    number = {"n_clusters": 3} if cb.clusterers.get(method).n_clusters_parameter is not None else {}
    parameters = {"dbscan": {"eps": 4.0}}.get(method, {})
    groups = cb.clusterby(TABLE, "v", method=method, **number, **parameters)
    back, read = restored(groups)
    assert_equal(back, groups)
    assert read.count == 0
    np.testing.assert_array_equal(back.predict(VECTORS), groups.labels_)


@pytest.mark.parametrize(
    "edit",
    [
        lambda g: g.renamed({0: "zero", 2: "two"}),
        lambda g: g.merged([0, 2]),
        lambda g: g.renamed({0: "zero", 2: "two"}).merged([0, 2]),
        lambda g: g.merged([0, 1]).merged([0, 2]),
        lambda g: g.merged([[0, 1, 2]]).renamed({0: "all"}),
    ],
)
def test_an_edited_result_comes_back_as_it_was(groups, edit):
    edited = edit(groups)
    back, read = restored(edited)
    assert_equal(back, edited)
    assert read.count == 0
    np.testing.assert_array_equal(back.predict(NEW), edited.predict(NEW))


def test_noise_and_skipped_rows_come_back(noisy):
    assert [s.row for s in noisy.skipped] == [17]
    assert (noisy.labels_ == -1).sum() == 4
    for groups in (
        noisy,
        noisy.reassign_noise(),
        noisy.merged([0, 1]),
        noisy.merged([0, 1]).reassign_noise(),
    ):
        back, read = restored(groups)
        assert_equal(back, groups)
        assert read.count == 0
        np.testing.assert_array_equal(back.predict(groups.embeddings.vectors), groups.labels_.compressed())


def test_nothing_but_noise_comes_back():
    groups = cb.clusterby({"v": NOISY}, "v", method="dbscan", eps=1e-6, min_samples=3)
    assert groups.n_clusters_ == 0
    back, _ = restored(groups)
    assert_equal(back, groups)
    np.testing.assert_array_equal(back.distances(), np.full(20, np.inf, np.float32))


def test_one_cluster_comes_back():
    groups = cb.clusterby(TABLE, "v", n_clusters=1)
    back, _ = restored(groups)
    assert_equal(back, groups)
    assert back.predict(NEW).tolist() == [0] * 200


def test_new_rows_of_kmeans_go_where_they_went(groups):
    back, _ = restored(groups)
    assert back.predict_kind_ == "nearest_center"
    np.testing.assert_array_equal(back.predict(NEW), groups.predict(NEW))


def test_a_model_that_is_not_stored_is_replaced_by_the_nearest_neighbors():
    for method in ("gmm", "bisecting_kmeans"):
        original = cb.clusterby(TABLE, "v", method=method, n_clusters=3)
        back, _ = restored(original)
        assert (original.predict_kind_, back.predict_kind_) == ("model", "nearest_neighbors")
        assert back.clusterer_ is None


def test_edits_go_on_from_where_they_were(groups):
    back, _ = restored(groups.merged([0, 2]))
    twice = back.merged([0, 1])
    assert twice.edits.merged_into == {2: 0, 1: 0}
    assert twice.partition.sizes == {0: 60}
    again, _ = restored(twice)
    assert_equal(again, twice)


def test_what_was_measured_is_not_carried_over_to_other_clusters(noisy):
    back, _ = restored(noisy)
    for edit in (lambda g: g.merged([0, 1]), lambda g: g.reassign_noise()):
        np.testing.assert_equal(vars_of(edit(back).quality()), vars_of(edit(noisy).quality()))
        np.testing.assert_array_equal(edit(back).distances(), edit(noisy).distances())
        mine, theirs = edit(back).exemplar_rows(3), edit(noisy).exemplar_rows(3)
        assert {c: r.tolist() for c, r in mine.items()} == {c: r.tolist() for c, r in theirs.items()}


def test_names_keep_what_was_measured(groups):
    back, read = restored(groups)
    assert_equal(back.renamed({1: "one"}), groups.renamed({1: "one"}))
    assert read.count == 0


def test_vectors_are_read_once_and_only_when_something_needs_them(groups):
    back, read = restored(groups)
    back.describe()
    back["kind"].nunique()
    back.to_frame(name_column="name")
    back.merged([0, 1]).to_frame()
    back.get_group(0)
    back.exemplars(5)
    assert read.count == 0
    np.testing.assert_array_equal(back.embeddings.vectors, VECTORS)
    back.exemplars(25)
    back.predict(NEW)
    back.merged([0, 1]).quality()
    assert read.count == 1


def test_more_exemplars_than_are_kept_are_found_anew():
    groups = cb.clusterby({"v": np.tile(VECTORS, (3, 1))}, "v", n_clusters=3)
    back, read = restored(groups)
    assert {c: r.tolist() for c, r in back.exemplar_rows(30).items()} == {
        c: r.tolist() for c, r in groups.exemplar_rows(30).items()
    }
    assert read.count == 1


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (VECTORS[:, :2], "have 2 dimensions now and had 3 when they were clustered: cluster again"),
        (VECTORS[:50], "50 vectors for rows of shape"),
        (VECTORS.astype(np.float64), "float32"),
        (
            np.where(np.arange(60)[:, None] == 4, np.nan, VECTORS).astype(np.float32),
            "the vector of row 4 is not finite",
        ),
    ],
)
def test_vectors_that_are_not_those_that_were_clustered_are_refused(groups, vectors, message):
    back = groups_of(record_of(groups), groups.table, lambda: vectors)
    with pytest.raises(InvalidVectors, match=message):
        back.predict(NEW)


def test_what_the_reading_raises_comes_through(groups):
    def gone():
        raise InvalidVectors("the field is gone")

    back = groups_of(record_of(groups), groups.table, gone)
    assert back.n_clusters_ == 3
    with pytest.raises(InvalidVectors, match="the field is gone"):
        back.predict(NEW)


CELL = st.one_of(st.none(), st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=2))


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_was_clustered_and_edited_comes_back_as_it_was(data):
    cells = data.draw(st.lists(CELL, min_size=1, max_size=25))
    distinct = {tuple(c) for c in cells if c is not None}
    k = data.draw(st.integers(1, 4))
    assume(len(distinct) >= k)
    groups = cb.clusterby({"v": cells, "i": list(range(len(cells)))}, "v", n_clusters=k, modality="vector")
    clusters = groups.partition.clusters.tolist()
    if len(clusters) > 1 and data.draw(st.booleans()):
        groups = groups.merged(data.draw(st.lists(st.sampled_from(clusters), min_size=2, unique=True)))
    named = data.draw(st.lists(st.sampled_from(groups.partition.clusters.tolist()), unique=True))
    groups = groups.renamed({c: f"name {c}" for c in named})
    back, read = restored(groups)
    assert_equal(back, groups)
    assert read.count == 0
    known = groups.embeddings.vectors
    np.testing.assert_array_equal(back.predict(known), groups.predict(known))


def test_the_table_may_be_another_that_has_the_same_rows(groups):
    back = groups_of(
        record_of(groups), open_table({"v": VECTORS.tolist(), "price": list(range(60))}), lambda: VECTORS
    )
    assert len(back["price"].mean()["price"]) == 3


def test_an_instructed_result_comes_back_with_its_words_and_takes_raw_vectors():
    groups = cb.clusterby(TABLE, "kind", embeddings=VECTORS, **INSTRUCTED)
    back, read = restored(groups)
    assert_equal(back, groups)
    assert read.count == 0
    assert back.instruction_ == groups.instruction_
    assert set(back.names_.values()) == {"one", "two", "three"}
    np.testing.assert_array_equal(back.predict(NEW), groups.predict(NEW))
    np.testing.assert_array_equal(back.predict(back.embeddings), groups.labels_)
    merged = back.merged([0, 2])
    assert merged.instruction_ == groups.instruction_
    np.testing.assert_array_equal(merged.predict(NEW), groups.merged([0, 2]).predict(NEW))

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterby.encoders.tabular import TabularEncoder


def encode(values):
    return TabularEncoder().fit(values).encode(values)


def test_numbers_are_centred_on_the_median_and_scaled_by_the_quartiles():
    vectors = encode(np.arange(101.0))
    assert vectors.shape == (101, 1)
    assert vectors[50, 0] == 0
    assert vectors[75, 0] == pytest.approx(0.5 / np.sqrt(1 + (0.5 / 3) ** 2))


def test_an_outlier_does_not_make_the_others_look_alike():
    plain, spoiled = encode(np.arange(100.0)), encode(np.append(np.arange(99.0), 1e12))
    assert np.ptp(spoiled[:99]) == pytest.approx(np.ptp(plain[:99]), rel=0.05)
    assert spoiled[99, 0] == pytest.approx(3, abs=1e-3)


@given(arrays(np.float64, st.integers(1, 20), elements=st.floats(-1e300, 1e300)))
def test_any_numbers_give_finite_vectors_in_their_order(values):
    vectors = encode(values)[:, 0]
    assert np.isfinite(vectors).all()
    assert (np.diff(vectors[np.argsort(values, kind="stable")]) >= 0).all()


def test_mostly_equal_numbers_are_scaled_by_their_range():
    vectors = encode(np.array([0.0] * 9 + [8.0]))
    assert vectors[9, 0] == pytest.approx(2 / np.sqrt(1 + 4 / 9))


def test_two_categories_are_as_far_apart_as_any_two_others():
    vectors = encode(np.array(["a", "b", "c", "a"], dtype=object))
    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    assert distances[0, 3] == 0
    np.testing.assert_allclose(distances[[0, 0, 1], [1, 2, 2]], np.sqrt(2), rtol=1e-6)


def test_a_category_that_the_corpus_lacks_is_the_zero_vector():
    fitted = TabularEncoder().fit(np.array(["a", "b"], dtype=object))
    assert not fitted.encode(np.array(["z"], dtype=object)).any()


def test_many_rare_categories_share_a_dimension():
    assert encode(np.array([f"c{i}" for i in range(1000)], dtype=object)).shape == (1000, 256)


def test_dates_lie_on_the_cycles_that_the_corpus_spans():
    day = np.timedelta64(1, "D").astype("timedelta64[us]")
    start = np.datetime64("2024-01-01", "us")
    assert encode(start + np.arange(3) * np.timedelta64(1, "h").astype("timedelta64[us]")).shape == (3, 1)
    assert encode(start + np.arange(4) * day).shape == (4, 3)
    assert encode(start + np.arange(30) * day).shape == (30, 5)
    assert encode(start + np.arange(800) * day).shape == (800, 7)


def test_the_last_and_first_hour_of_a_day_are_neighbours_on_its_cycle():
    hours = np.datetime64("2024-01-01", "us") + np.arange(48) * np.timedelta64(3600_000_000, "us")
    day = encode(hours)[:, 1:3]
    np.testing.assert_allclose(np.linalg.norm(day[23] - day[24]), np.linalg.norm(day[0] - day[1]), rtol=1e-4)


def test_fitting_leaves_the_encoder_as_it_was_and_names_the_corpus():
    encoder = TabularEncoder()
    one, other = encoder.fit(np.array([1.0])), encoder.fit(np.array([2.0]))
    assert encoder.revision == "1"
    assert one.revision != other.revision


def test_new_values_are_scaled_as_the_corpus_was():
    fitted = TabularEncoder().fit(np.arange(101.0))
    assert fitted.encode(np.array([50.0])).tolist() == [[0.0]]

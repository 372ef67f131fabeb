import numpy as np
import pytest

from clusterby.cache.fragments import as_slice, first_line, open_fragment, read_blocks, shielded
from clusterby.core.errors import UnreadableSource


@pytest.fixture
def filled(space, make_rows):
    keys, vectors = make_rows(90)
    for start in (0, 30, 60):
        space.append(keys[start : start + 30], vectors[start : start + 30])
    return space, vectors


@pytest.mark.parametrize("wanted", [range(90), [5], [0, 31, 89], range(20, 70), range(30, 60), []])
def test_the_vectors_of_any_places_come_in_order(filled, wanted):
    space, vectors = filled
    wanted = np.array(wanted, dtype=np.int64)
    read = np.full((len(wanted), 4), np.nan, dtype=np.float32)
    for first, last, block in read_blocks(space._dataset, space._fragments, wanted):
        assert np.isnan(read[first:last]).all()
        read[first:last] = block
    np.testing.assert_array_equal(read, vectors[wanted])


def test_a_file_is_opened_with_the_keys_and_checksums_of_its_rows(filled):
    space, _ = filled
    fragment = open_fragment(space._dataset.get_fragments()[1])
    np.testing.assert_array_equal(fragment.keys, space._fragments[1].keys)
    np.testing.assert_array_equal(fragment.checks, space._fragments[1].checks)
    assert (fragment.start, fragment.stop) == (0, 30)


def test_places_that_follow_one_another_are_a_slice():
    assert as_slice(np.array([4, 5, 6])) == slice(4, 7)
    for places in ([4, 6], [5, 4], [4, 5, 5, 7], [4, 7, 6, 7]):
        assert as_slice(np.array(places)).tolist() == places


def test_whatever_goes_wrong_below_is_one_error_in_one_line():
    def fails():
        raise ValueError("two\nlines, /rust/src/file.rs:3")

    with pytest.raises(UnreadableSource) as caught:
        shielded(fails)
    assert str(caught.value) == "two lines"
    assert first_line(KeyError()) == "KeyError"


def test_a_panic_is_one_too_and_ctrl_c_is_not():
    class PanicException(BaseException):
        """As the bindings of Rust raise it."""

    def panics():
        raise PanicException("unwrap of None")

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(UnreadableSource, match="unwrap of None"):
        shielded(panics)
    with pytest.raises(KeyboardInterrupt):
        shielded(interrupted)

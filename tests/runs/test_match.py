from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.runs.marks import Marks
from clusterby.runs.match import match

LETTERS = st.sampled_from("abcdef")
NAMES = st.integers(0, 9).map(str)


def marks(contents, names=None, identity="path", vectors=None):
    return Marks(
        identity=None if names is None else identity,
        names=None if names is None else tuple(names),
        contents=tuple(None if c is None else c.encode() for c in contents),
        vectors=vectors,
    )


@given(st.lists(LETTERS, max_size=12), st.lists(LETTERS, max_size=12))
def test_without_an_identity_each_row_has_a_row_of_its_content_and_none_has_two(then, now):
    found = match(marks(then), marks(now))
    taken = [was for was in found.origin.tolist() if was >= 0]
    assert len(set(taken)) == len(taken)
    assert all(then[was] == now[row] for row, was in enumerate(found.origin.tolist()) if was >= 0)
    assert len(taken) == (Counter(then) & Counter(now)).total()
    assert sorted([*taken, *found.gone.tolist()]) == list(range(len(then)))
    assert len(found.changed) == 0


@given(st.lists(LETTERS, max_size=12), st.randoms(use_true_random=False))
def test_a_permuted_table_loses_nothing_and_equal_rows_stay_in_order(then, random):
    order = list(range(len(then)))
    random.shuffle(order)
    found = match(marks(then), marks([then[i] for i in order]))
    assert not found
    for letter in set(then):
        was = [found.origin[row] for row, i in enumerate(order) if then[i] == letter]
        assert was == sorted(was)


@settings(max_examples=300)
@given(
    st.dictionaries(NAMES, LETTERS, max_size=8), st.dictionaries(NAMES, LETTERS, max_size=8),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_with_an_identity_a_row_is_the_same_changed_gone_or_new_and_nothing_twice(then, now, random):
    order = list(now)
    random.shuffle(order)
    found = match(marks(then.values(), then), marks([now[n] for n in order], order))
    names = list(then)
    taken = [names[was] for was in found.origin.tolist() if was >= 0]
    assert len(set(taken)) == len(taken) == (Counter(then.values()) & Counter(now.values())).total()
    for row, was in enumerate(found.origin.tolist()):
        assert was < 0 or then[names[was]] == now[order[row]]
        if then.get(order[row]) == now[order[row]]:
            assert names[was] == order[row]
    changed = {order[row] for row in found.changed}
    assert changed == {order[row] for row in found.unlabelled} & set(then) - set(taken)
    assert {names[was] for was in found.gone} == set(then) - set(taken) - changed
    kinds = [*found.same, *found.new, *found.changed]
    assert sorted(kinds) == list(range(len(now)))
    assert sorted(found.unlabelled) == sorted([*found.new, *found.changed])


def test_a_row_has_the_place_of_its_content_though_another_has_its_name_now():
    found = match(marks("ab", "xy"), marks("ba", "xy"))
    assert (found.origin.tolist(), bool(found)) == ([1, 0], False)
    numbered = match(marks("abcd", "0123"), marks("bcd", "012"))
    assert (numbered.origin.tolist(), numbered.changed.tolist(), numbered.gone.tolist()) == (
        [1, 2, 3],
        [],
        [0],
    )
    before = match(marks("abc", "012"), marks("zabc", "0123"))
    assert (before.origin.tolist(), before.new.tolist(), before.changed.tolist()) == ([-1, 0, 1, 2], [0], [])


def test_a_renamed_file_is_the_same_row():
    found = match(marks("ab", "xy"), marks("ab", "xz"))
    assert (found.origin.tolist(), bool(found)) == ([0, 1], False)


def test_identities_of_two_kinds_say_nothing():
    found = match(marks("ab", "xy", identity="index"), marks("ba", "xy", identity="path"))
    assert found.origin.tolist() == [1, 0]


@pytest.mark.parametrize(("labels", "origin"), [((0, 1, 5), [-1, 2]), ((1, 1, 5), [0, 2])])
def test_of_equal_rows_in_two_clusters_of_which_one_went_nobody_can_tell_which(labels, origin):
    found = match(marks("aab"), marks("ab"), labels=labels)
    assert found.origin.tolist() == origin


@pytest.mark.parametrize(
    ("now", "origin"),
    [
        ("abab", [0, 1, 2, 3]),
        ("zabab", [-1, 0, 1, 2, 3]),
        ("baba", [-1, -1, -1, -1]),
        ("aabb", [-1, -1, -1, -1]),
    ],
)
def test_of_equal_rows_in_two_clusters_nobody_can_tell_which_is_which_in_another_order(now, origin):
    assert match(marks("abab"), marks(now), labels=(0, 1, 2, 3)).origin.tolist() == origin


def test_rows_that_are_alike_and_in_one_cluster_may_stand_in_any_order():
    assert match(marks("abab"), marks("aabb"), labels=(0, 1, 0, 1)).origin.tolist() == [0, 2, 1, 3]


def test_cells_without_content_are_known_by_their_identity_alone():
    assert match(marks([None, "a"]), marks([None, "a"])).origin.tolist() == [-1, 1]
    assert match(marks([None, "a"], "xy"), marks([None, "a"], "xy")).origin.tolist() == [0, 1]


def test_given_vectors_count_where_both_have_them():
    then = marks("aab", vectors=(b"1", b"2", b"3"))
    assert match(then, marks("aba", vectors=(b"2", b"3", b"1"))).origin.tolist() == [1, 2, 0]
    assert match(then, marks("aab")).origin.tolist() == [0, 1, 2]
    nothing = marks([None, None, None], vectors=(b"1", b"2", None))
    again = marks([None, None, None], vectors=(b"2", None, b"1"))
    assert match(nothing, again).origin.tolist() == [1, -1, 0]
    named = [marks([None, None], "xy", vectors=v) for v in ((b"1", b"2"), (b"2", b"1"))]
    assert match(*named).origin.tolist() == [1, 0]


def test_changes_say_what_happened_in_words_and_figures():
    found = match(marks("abcd", "wxyz"), marks("xbae", "zxwv"))
    assert str(found) == "2 rows are the same (1 moved), 1 is new, 1 is changed, 1 is gone"
    assert found.plain() == {"same": 2, "moved": 1, "new": 1, "changed": 1, "gone": 1}
    assert str(match(marks("a"), marks("a"))) == "1 row is the same"
    assert found.origin.dtype == found.gone.dtype == found.moved.dtype == np.int64

from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.keywords.taken import Taken
from clusterby.namers.unlike import same_name


def test_the_first_name_that_is_not_taken_is_chosen():
    taken = Taken(["Cat.", "dog"])
    assert taken.choose(["cat", "cat, toy", "cat, toy, bed"]) == "cat, toy"


def test_forms_of_one_word_make_no_other_name():
    taken = Taken(["cat", "library, shelf"])
    assert taken.choose(["cats", "cats, club"]) == "cats, club"
    assert taken.choose(["libraries, shelves", "libraries, shelf, book"]) == "libraries, shelves"
    assert taken.choose(["libraries, shelf"]) == "libraries, shelf 2"


def test_where_all_are_taken_the_first_is_numbered():
    taken = Taken(["cat"])
    assert [taken.choose(["cats"]) for _ in range(3)] == ["cats 2", "cats 3", "cats 4"]
    assert taken.choose(["cat"]) == "cat 2"


@given(st.lists(st.lists(st.text("abs ,.", min_size=1, max_size=5), min_size=1, max_size=3), max_size=8))
def test_no_two_chosen_names_are_the_same(wishes):
    taken = Taken()
    chosen = [taken.choose(wanted) for wanted in wishes]
    assert len({same_name(name) for name in chosen}) == len(chosen)

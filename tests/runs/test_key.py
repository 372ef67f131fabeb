import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter
from clusterby.runs.key import LONGEST, check_key, check_no_twin


@pytest.mark.parametrize(
    "key", ["a", "7", "_x", "by_look", "by-look.2", "A" * LONGEST, "console", "com", "a..b"]
)
def test_words_of_letters_digits_and_three_marks_are_keys(key):
    assert check_key(key) == key


@pytest.mark.parametrize(
    "key",
    ["", ".", "..", ".hidden", "-x", "a/b", "a\\b", "../a", "/a", "a@1", "a b", "a\n", "ä", "a\0", "C:", "a*", 7, None, b"a"],
)  # fmt: skip
def test_what_could_lead_elsewhere_is_no_key(key):
    with pytest.raises(InvalidParameter, match="give a word of the letters"):
        check_key(key)


def test_a_key_that_is_too_long_says_how_long():
    with pytest.raises(InvalidParameter, match=f"has {LONGEST + 1} characters: give at most {LONGEST}"):
        check_key("a" * (LONGEST + 1))


@pytest.mark.parametrize("key", ["con", "NUL", "com1", "lpt9.txt", "Aux.by.look", "prn"])
def test_devices_of_windows_are_no_keys(key):
    with pytest.raises(InvalidParameter, match="a device on Windows"):
        check_key(key)


@given(st.text(max_size=80))
def test_whatever_is_taken_for_a_key_is_one_name_within_its_folder(tmp_path_factory, text):
    try:
        key = check_key(text)
    except InvalidParameter:
        return
    root = tmp_path_factory.getbasetemp()
    assert (root / key).resolve().parent == root.resolve()
    assert key.isascii()
    assert "@" not in key


def test_two_keys_may_not_differ_by_case_alone():
    with pytest.raises(InvalidParameter, match="there is a run 'Look', which differs by case alone"):
        check_no_twin("look", ["other", "Look"])
    check_no_twin("look", ["other", "look"])

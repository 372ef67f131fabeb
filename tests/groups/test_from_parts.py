import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.groups.from_parts import name_from_parts
from clusterby.namers.base import Name
from clusterby.namers.unlike import same_name

WORDS = ("bike", "pedal", "car", "wheel")


def named(name, words=WORDS, **facts):
    return Name(name=name, by="keywords", words=words, **facts)


def part(*words):
    return Name(name=words[0], by="keywords", words=words)


def test_the_word_that_most_parts_are_called_by_comes_first():
    parts = [part("bike", "wheel"), part("car", "wheel"), part("van", "wheel")]
    found = name_from_parts(named("bike, pedal"), parts)
    assert (found.name, found.words) == ("wheel, bike", ("wheel", "bike", "pedal", "car"))


def test_each_further_word_is_of_parts_that_have_none_yet():
    assert name_from_parts(named("bike, pedal"), [part("bike", "pedal"), part("car")]).name == "bike, car"


def test_words_of_no_part_stay_in_their_order():
    name = named("bike, pedal", confidence=0.5)
    assert name_from_parts(name, [part("tree"), part("sea")]) == name
    assert name_from_parts(name, []) == name


def test_a_part_is_called_by_the_words_of_its_phrases_and_of_its_own_name():
    parts = [part("tree", "Mountain Wheel."), Name(name="my car", by="you")]
    assert name_from_parts(named("bike, pedal"), parts).name == "car, wheel"
    assert name_from_parts(named("bike"), [part("scar")]).name == "bike"


def test_a_name_that_is_taken_gets_further_words_and_at_last_a_number():
    assert name_from_parts(named("bike"), [], taken=["Bike."]).name == "bike, pedal"
    assert name_from_parts(named("bike", ("bike",)), [], taken=["bike"]).name == "bike 2"


def test_a_mixture_stays_one():
    found = name_from_parts(named("mixed: bike", mixed=True), [part("car")], taken=["mixed: car"])
    assert (found.name, found.mixed) == ("mixed: car, bike", True)


def test_a_number_is_left_out_where_the_words_make_the_name_another():
    assert name_from_parts(named("bike 2", ("bike", "car")), [part("car")]).name == "car"
    assert name_from_parts(named("windows 10", ("windows 10",)), []).name == "windows 10"


def test_a_name_that_changes_has_no_confidence():
    assert name_from_parts(named("bike", confidence=0.5), [part("bike")]).confidence == 0.5
    assert name_from_parts(named("bike", confidence=0.5), [part("car")]).confidence is None


@pytest.mark.parametrize(
    "name",
    [
        Name(name="bike", by="m at h"),
        named("two-wheelers"),
        Name(name="bike", by="you", words=("car", "bike")),
    ],
)
def test_a_name_that_is_not_made_of_its_words_stays(name):
    assert name_from_parts(name, [part("car")], taken=[name.name]) == name


words_of = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True).map(tuple)


@given(words_of, st.lists(words_of), st.lists(words_of.map(", ".join)), st.data())
def test_whatever_the_parts_the_words_stay_and_no_name_is_taken(words, parts, taken, data):
    said = data.draw(st.integers(1, len(words)))
    found = name_from_parts(named(", ".join(words[:said]), words), [part(*own) for own in parts], taken=taken)
    assert sorted(found.words) == sorted(words)
    assert same_name(found.name) not in map(same_name, taken)

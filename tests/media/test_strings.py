import pytest

from clusterby.core.errors import AmbiguousModality
from clusterby.core.modality import Modality
from clusterby.media.strings import modality_of_strings

SENTENCES = ["a red car in the rain", "two blue cars", "the dog sleeps on the sofa", "cats and dogs"]


def refusal(cells, **options):
    with pytest.raises(AmbiguousModality) as caught:
        modality_of_strings("notes", cells, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cells", "modality"),
    [
        (SENTENCES, Modality.TEXT),
        (["one text"], Modality.TEXT),
        (["我喜欢在早上喝一杯热茶", "今天的天气非常好"], Modality.TEXT),
        (["a long sentence that says one and the same thing each time"] * 4, Modality.TEXT),
        (["cat", "dog"] * 5, Modality.CATEGORY),
        (["same"] * 3, Modality.CATEGORY),
        (["strongly agree", "neither agree nor disagree", "strongly disagree"] * 4, Modality.CATEGORY),
        (["0", "1", "2", "1", "2", "0"], Modality.CATEGORY),
        (["2024-02-29", "2023-12-01"], Modality.DATE),
        (["2024-02-29T10:00:00Z", "2023-12-01 11:30", "2023-12-01T11:30:00.123+02:00"], Modality.DATE),
        (["a/1.png", "a/2.jpg", "b/3.JPEG"], Modality.IMAGE),
        (["/absent/my photo.png"], Modality.IMAGE),
        (["1.png"], Modality.IMAGE),
        (["a.wav", "b.mp3"], Modality.AUDIO),
        (["a.mp4", "b.mov"], Modality.VIDEO),
        ([f"{i}.png" for i in range(9)] + ["thumbs.db"], Modality.IMAGE),
        ([*(f"{s} {i}" for s in SENTENCES for i in range(5)), "figure.png"], Modality.TEXT),
    ],
)
def test_strings_are_told_apart(cells, modality):
    assert modality_of_strings("x", cells) is modality


def test_a_sentence_that_ends_in_a_file_name_is_text_unless_the_file_is_there(tmp_path):
    cells = ["look at my cat.png", "look at my dog.png"]
    assert modality_of_strings("x", cells, base=tmp_path) is Modality.TEXT
    for cell in cells:
        (tmp_path / cell).touch()
    assert modality_of_strings("x", cells, base=tmp_path) is Modality.IMAGE


def test_single_words_that_differ_are_left_to_the_caller():
    assert refusal(["cat", "dog", "bird"]) == (
        "column 'notes' may be text or categories (3 distinct values among 3, for example 'cat'): "
        'pass modality="text" or modality="category"'
    )


def test_numbers_written_as_strings_may_be_numbers():
    assert 'pass modality="number" or modality="category"' in refusal(["1.5", "2", "3e4"])


def test_values_between_short_and_long_that_repeat_are_left_to_the_caller():
    assert 'modality="text"' in refusal(
        ["i strongly agree with this statement", "i do not agree with it"] * 5
    )


def test_nothing_is_fetched_from_the_web():
    message = refusal(["https://example.org/a.png", "https://example.org/b.png"])
    assert message == (
        "column 'notes' holds addresses on the web (for example 'https://example.org/a.png') and nothing is "
        'fetched: download the files and give their paths, or pass modality="text" to group the addresses'
    )


def test_paths_among_other_strings_are_left_to_the_caller():
    message = refusal(["a.png", "b.png", "none", "c.png"])
    assert "3 of 4 lead to image files" in message
    assert 'modality="image" to skip the others' in message


def test_paths_of_two_media_are_left_to_the_caller():
    message = refusal(["a.png", "b.png", "c.wav"])
    assert "2 of 3 lead to image files, 1 of 3 lead to audio files" in message


def test_a_broken_date_among_few_is_no_date():
    assert refusal(["2024-02-29", "2024-02-30"]).startswith("column 'notes' may be text or categories")


def test_a_long_example_is_cut():
    assert len(refusal(["x" * 1000, "y" * 1000])) < 250

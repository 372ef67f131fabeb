import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.ops.aligned import choose_aligned
from clusterby.tables import as_column

TEXTS = as_column(["a red bike on the road", "a glass of white wine"], "title")
IMAGES = as_column([b"\x89PNG\r\n\x1a\n" + b"0" * 20], "photo")


def test_an_aligned_encoder_is_chosen():
    choice = choose_aligned(TEXTS)
    assert choice.name == "lsa"
    assert "aligned with language" in choice.reason


def test_where_none_is_here_the_error_says_how_to_get_one():
    with pytest.raises(
        InvalidParameter, match=r"column 'photo' is to be compared with words: no encoder .* 'clip'"
    ):
        choose_aligned(IMAGES, modality="image")


def test_preferences_are_heard():
    with pytest.raises(InvalidParameter, match="'medical'"):
        choose_aligned(IMAGES, modality="image", prefer={"domain": "medical"})


def test_an_encoder_that_is_given_is_taken_as_it_is():
    choice = choose_aligned(IMAGES, modality="image", encoder="color-gradient")
    assert (choice.name, choice.modality) == ("color-gradient", Modality.IMAGE)


def test_cells_that_no_encoder_compares_with_words_have_their_own():
    assert choose_aligned(as_column([[0.0, 1.0]], "v")).name == "identity"

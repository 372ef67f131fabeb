import pytest

from clusterby.cache.refusal import in_our_words
from clusterby.core.errors import InvalidVectors, UnwritableTarget


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "LanceError(IO): No space left on device (os error 28), /rust/x.rs",
            "disk of the cache at here is full",
        ),
        ("Disk quota exceeded", "disk of the cache at here is full"),
        ("Permission denied\nat x", "cannot be written: Permission denied at x. Set CLUSTERBY_CACHE"),
    ],
)
@pytest.mark.parametrize("kind", [OSError, RuntimeError, ValueError])
def test_a_place_that_cannot_be_written_says_why_and_what_to_do(kind, said, words):
    with pytest.raises(UnwritableTarget, match=words), in_our_words("here"):
        raise kind(said)


def test_our_own_errors_and_ctrl_c_pass():
    with pytest.raises(InvalidVectors), in_our_words("here"):
        raise InvalidVectors("two lengths")
    with pytest.raises(KeyboardInterrupt), in_our_words("here"):
        raise KeyboardInterrupt

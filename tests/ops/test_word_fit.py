import numpy as np
import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.ops.word_fit import visual_words, word_fit
from tests.groups.towers import WORDS, BlindTower, WordTower

ROWS = np.eye(len(WORDS), dtype=np.float32)[[WORDS.index("red"), WORDS.index("blue")]]


def test_words_are_of_what_can_be_seen_each_with_its_own_templates():
    words = visual_words()
    assert len(words) > 1000
    assert words["a bridge"] == ("a photo of {}", "{}")
    assert all(template.count("{}") == 1 for templates in words.values() for template in templates)
    assert "jazz" not in words  # heard, not seen


def test_the_vocabulary_cannot_be_changed():
    with pytest.raises(TypeError):
        visual_words()["a bridge"] = ()


def test_a_word_fits_the_rows_that_show_it():
    fit = word_fit(3 * ROWS, ["red", "blue"], WordTower())
    assert fit.dtype == np.float32
    assert fit.shape == (2, 2)
    assert fit.diagonal().min() > fit[~np.eye(2, dtype=bool)].max()


def test_the_fit_is_the_cosine_with_the_mean_of_the_words_prompts():
    tower = WordTower()
    (fit,) = word_fit(ROWS[:1], ["red thing"], tower)
    assert tower.queries == ["a photo of red thing", "red thing"]
    prompts = np.zeros((2, len(WORDS)))
    prompts[:, WORDS.index("red")] = 1
    prompts[0, WORDS.index("photo")] = 1
    prompts /= np.linalg.norm(prompts, axis=1, keepdims=True)
    mean = prompts.mean(axis=0)
    assert fit[0] == pytest.approx(mean[WORDS.index("red")] / np.linalg.norm(mean), abs=1e-6)


def test_a_word_that_the_encoder_does_not_know_fits_nothing():
    fit = word_fit(ROWS, ["red", "{unknown}"], _Plain())
    assert fit[0, 0] == 1
    assert fit[:, 1].tolist() == [0, 0]


def test_a_row_without_a_direction_fits_nothing():
    assert word_fit(np.zeros((1, len(WORDS)), np.float32), ["red"], WordTower()).tolist() == [[0]]


def test_where_the_encoder_knows_none_of_the_words_it_says_so():
    with pytest.raises(
        InvalidParameter, match=r"^encoder 'words' knows none of the 2 words: choose other candidates"
    ):
        word_fit(ROWS, ["qqq", "zzz"], _Plain())


def test_an_encoder_without_a_text_tower_is_refused():
    with pytest.raises(InvalidParameter, match="needs an encoder with a text tower, and 'blind' has none"):
        word_fit(ROWS, ["red"], BlindTower())


def test_without_words_nothing_is_compared():
    with pytest.raises(
        InvalidParameter, match=r"^there are no words to compare rows with: give some as candidates=$"
    ):
        word_fit(ROWS, [], WordTower())


class _Plain(WordTower):
    """Knows red and blue alone."""

    def encode_queries(self, queries):
        found = super().encode_queries(queries)
        return found * np.isin(WORDS, ["red", "blue"])

import base64
import json

import numpy as np
import pytest

from clusterby.core.errors import InvalidVectors
from clusterby.encoders.openai.answer import read_answer


def answer(*embeddings, indexes=None):
    places = range(len(embeddings)) if indexes is None else indexes
    return json.dumps(
        {"data": [{"index": i, "embedding": e} for i, e in zip(places, embeddings, strict=True)]}
    ).encode()


def encoded(*numbers):
    return base64.b64encode(np.array(numbers, dtype="<f4").tobytes()).decode()


def test_numbers_and_base64_are_read_alike():
    lists = read_answer(answer([0.1, 2], [3, 4]), 2, host="h")
    texts = read_answer(answer(encoded(0.1, 2), encoded(3, 4)), 2, host="h")
    assert lists.dtype == texts.dtype == np.float32
    assert np.array_equal(lists, texts)
    assert texts.flags.writeable


def test_the_index_says_which_text_a_vector_belongs_to():
    assert read_answer(answer([2], [0], [1], indexes=[2, 0, 1]), 3, host="h").tolist() == [[0], [1], [2]]


def test_without_an_index_the_order_counts():
    body = b'{"data": [{"embedding": [1]}, {"embedding": [2]}]}'
    assert read_answer(body, 2, host="h").tolist() == [[1], [2]]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "h answered with 0 bytes that are not JSON: check base_url="),
        (b"<html>hello</html>", "18 bytes that are not JSON"),
        (answer([1], [2])[:-9], "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "JSON that holds no embeddings"),
        (b"null", "JSON that holds no embeddings"),
        (b'{"error": {"message": "no"}}', "JSON that holds no embeddings"),
        (b'{"data": [1, 2]}', "JSON that holds no embeddings"),
        (b'{"data": [{}, {}]}', "JSON that holds no embeddings"),
        (answer([1]), "h sent 1 vectors for 2 texts: it is the server's fault"),
        (answer([1], [2], [3]), "h sent 3 vectors for 2 texts"),
        (answer([1], [2], indexes=[0, 0]), r"h numbered its 2 vectors \[0, 0\]"),
        (answer([1], [2], indexes=[1, 2]), r"h numbered its 2 vectors \[1, 2\]"),
        (answer([1], [2], indexes=[0, None]), r"h numbered its 2 vectors \[0, None\]"),
        (answer([1], [2, 3]), "h sent vectors of 1 and 2 dimensions"),
        (answer([1, float("nan")], [2, 3]), "h sent 1 of 2 vectors with NaN or infinity"),
        (answer([1, None], [2, 1e39]), "h sent 2 of 2 vectors with NaN or infinity"),
        (answer("!!", "!!"), "neither numbers nor base64"),
        (answer("AAA=", "AAA="), "neither numbers nor base64"),
        (answer(["a"], ["b"]), "neither numbers nor base64"),
        (answer([1, [2]], [1, 2]), "neither numbers nor base64"),
        (answer([[1, 2]], [[1, 2]]), r"an array of shape \(1, 2\) for one text.*pooling"),
        (answer([], []), r"an array of shape \(0,\) for one text"),
        (answer(None, None), r"an array of shape \(\) for one text"),
    ],
)
def test_what_is_not_one_finite_vector_per_text_is_an_error(body, message):
    with pytest.raises(InvalidVectors, match=message):
        read_answer(body, 2, host="h")

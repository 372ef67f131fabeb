import numpy as np

from clusterby.encoders import Encoder
from clusterby.encoders.function import FunctionEncoder


def lengths(cells):
    return [[len(c)] for c in cells]


def test_a_function_becomes_an_encoder_of_its_name():
    encoder = FunctionEncoder(lengths)
    assert isinstance(encoder, Encoder)
    assert encoder.name == "lengths"


def test_what_it_gives_becomes_float32():
    vectors = FunctionEncoder(lengths).encode(("ab", "c"))
    assert vectors.dtype == np.float32
    assert vectors.tolist() == [[2.0], [1.0]]


def test_a_lambda_and_an_object_have_names_too():
    class Model:
        def __call__(self, cells):
            return lengths(cells)

    assert FunctionEncoder(lambda cells: lengths(cells)).name == "lambda"
    assert FunctionEncoder(Model()).name == "Model"

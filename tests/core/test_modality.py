import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality, parse_modality


@pytest.mark.parametrize("modality", list(Modality))
def test_every_modality_is_parsed_from_its_word_and_from_itself(modality):
    assert parse_modality(str(modality)) is modality
    assert parse_modality(modality) is modality


def test_an_unknown_modality_suggests_the_nearest():
    with pytest.raises(InvalidParameter) as error:
        parse_modality("imag")
    assert str(error.value).startswith("no modality 'imag'. Did you mean 'image'? One of: image, text,")

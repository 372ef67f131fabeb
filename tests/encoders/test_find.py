import pytest

import clusterby as cb
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality


def names(**facts):
    return [spec.name for spec in cb.encoders.find(**facts)]


def test_every_fact_has_to_hold():
    assert names(modality="image", aligned=False) == ["color-gradient", "dinov2", "rad-dino"]
    assert names(modality="image", aligned=True, domain="medical") == ["medsiglip"]
    assert names(domain="satellite") == ["git-rsclip"]
    assert names(fitted=True) == ["lsa", "tabular"]


def test_modality_may_be_asked_for_in_the_singular_and_the_plural():
    assert names(modality="audio") == names(modalities=Modality.AUDIO) == ["clap"]


def test_a_collection_holds_if_it_contains_the_value():
    assert names(languages="multilingual") == ["siglip2", "e5", "qwen3-embedding"]


def test_without_facts_all_are_found():
    assert names() == cb.encoders.names()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"modality": "imge"}, "no modality 'imge'. Did you mean 'image'?"),
        ({"domain": "medcal"}, "no encoder is of domain 'medcal'. Did you mean 'medical'? There are: general, medical"),
        ({"domain": "faces"}, "no encoder is of domain 'faces'. There are: general, medical, satellite"),
        ({"colour": "red"}, "rows have no fact 'colour'"),
    ],
)  # fmt: skip
def test_what_no_row_could_have_is_an_error(facts, words):
    with pytest.raises(InvalidParameter) as error:
        cb.encoders.find(**facts)
    assert words in str(error.value)

import logging

import pytest

from clusterby.core.errors import InvalidParameter, MissingExtra, UnknownEncoder
from clusterby.core.modality import Modality
from clusterby.encoders import ENCODERS, EncoderSpec, choose_encoder


@pytest.fixture
def better():
    """A row that outranks the built-in encoders of text but needs a library that is not there."""
    row = EncoderSpec(
        name="better", target="clusterby.encoders.identity:IdentityEncoder", modalities=frozenset({Modality.TEXT}),
        summary="sees meaning", weakness="sees no irony", fitted=False, aligned=True, dimension=8, rank=90,
        requires="no_such_library", extra="models",
    )  # fmt: skip
    yield ENCODERS.register(row)
    ENCODERS.unregister("better")


@pytest.mark.parametrize(
    ("modality", "name"),
    [
        (Modality.IMAGE, "color-gradient"), (Modality.TEXT, "lsa"), (Modality.NUMBER, "tabular"),
        (Modality.CATEGORY, "tabular"), (Modality.DATE, "tabular"), (Modality.VECTOR, "identity"),
    ],
)  # fmt: skip
def test_auto_chooses_by_modality(modality, name):
    choice = choose_encoder("auto", modality, column="c")
    assert (choice.name, choice.encoder.name) == (name, name)


def test_auto_logs_its_choice_its_reason_and_its_weakness(caplog):
    with caplog.at_level(logging.INFO):
        choose_encoder("auto", Modality.IMAGE, column="photo")
    assert caplog.messages == [
        "encoder color-gradient(photo): the one installed for image cells; sees color and edges, not meaning; "
        "for meaning pass encoder= a model of your own"
    ]


def test_auto_passes_over_what_is_not_installed(better):
    assert choose_encoder("auto", Modality.TEXT, column="c").name == "lsa"


def test_asking_by_name_for_what_is_not_installed_says_how_to_install_it(better):
    with pytest.raises(MissingExtra) as error:
        choose_encoder("better", Modality.TEXT, column="c")
    assert str(error.value) == (
        "encoder 'better' needs no_such_library. Install it: pip install 'clusterby[models]'"
    )


def test_a_modality_that_no_encoder_takes_is_an_error():
    with pytest.raises(
        InvalidParameter, match="no registered encoder takes audio cells: pass encoder= a function"
    ):
        choose_encoder("auto", Modality.AUDIO, column="c")


def test_an_encoder_of_another_modality_is_refused():
    with pytest.raises(
        InvalidParameter, match="'lsa' takes text cells, but column 'photo' holds image cells"
    ):
        choose_encoder("lsa", Modality.IMAGE, column="photo")


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(
        UnknownEncoder, match="no encoder 'lsi'. Did you mean 'lsa'\\? List them: clusterby encoders"
    ):
        choose_encoder("lsi", Modality.TEXT, column="c")


def test_a_function_or_an_encoder_of_the_callers_own_is_taken():
    assert choose_encoder(len, Modality.AUDIO, column="c").name == "len"
    own = ENCODERS.load("identity")()
    assert choose_encoder(own, Modality.TEXT, column="c").encoder is own


@pytest.mark.parametrize("encoder", [3, None, ENCODERS.load("identity")])
def test_anything_else_is_refused(encoder):
    with pytest.raises(InvalidParameter, match="give a registered name, 'auto', an Encoder or a function"):
        choose_encoder(encoder, Modality.TEXT, column="c")

import logging
import sys
from pathlib import Path

import pytest

from clusterby.core.errors import InvalidParameter, MissingExtra, UnknownEncoder, UnreadableSource
from clusterby.core.modality import Modality
from clusterby.encoders import ENCODERS, EncoderSpec, choose_encoder
from tests.hub.cache import place, place_row, use_hub


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    use_hub(monkeypatch, tmp_path / "hub")
    return tmp_path / "hub"


@pytest.fixture
def better():
    """A row that outranks the built-in encoders of text but needs a library that is not there."""
    row = EncoderSpec(
        name="better", target="clusterby.encoders.identity:IdentityEncoder", modalities=frozenset({Modality.TEXT}),
        summary="sees meaning", weakness="sees no irony", fitted=False, aligned=True, dimension=8, quality=1,
        requires="no_such_library", extra="models",
    )  # fmt: skip
    yield ENCODERS.register(row)
    ENCODERS.unregister("better")


def model_folder(path, model_type="bert"):
    path.mkdir(parents=True)
    (path / "config.json").write_text(f'{{"model_type": "{model_type}"}}')
    return path


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
        "encoder='clip' sees meaning (pip install 'clusterby[models]', 605 MB once)"
    ]


def test_auto_passes_over_what_is_not_installed(better):
    assert choose_encoder("auto", Modality.TEXT, column="c").name == "lsa"


def test_auto_follows_preferences_among_what_is_here(hub):
    place_row(hub, ENCODERS.get("dinov2"))
    place_row(hub, ENCODERS.get("clip"))
    assert choose_encoder("auto", Modality.IMAGE, column="c").name == "dinov2"
    choice = choose_encoder("auto", Modality.IMAGE, column="c", prefer={"aligned": True})
    assert (choice.name, choice.reason) == (
        "clip",
        "the one installed for image cells, aligned with language",
    )


def test_preferences_beside_a_choice_are_refused():
    with pytest.raises(InvalidParameter) as error:
        choose_encoder("lsa", Modality.TEXT, column="c", prefer={"speed": 1})
    assert str(error.value) == (
        "prefer= is what encoder='auto' chooses by, but column 'c' has encoder='lsa': leave one out"
    )


def test_asking_by_name_for_what_is_not_installed_says_how_to_install_it(better):
    with pytest.raises(MissingExtra) as error:
        choose_encoder("better", Modality.TEXT, column="c")
    assert str(error.value) == (
        "encoder 'better' needs no_such_library. Install it: pip install 'clusterby[models]'"
    )


def test_a_registered_model_is_made_with_the_arguments_of_its_row():
    choice = choose_encoder("e5-multilingual", Modality.TEXT, column="c")
    assert (choice.name, choice.encoder.model, choice.encoder.prompt) == (
        "e5", "intfloat/multilingual-e5-small", "query: ",
    )  # fmt: skip
    assert choice.weakness == ENCODERS.get("e5").weakness


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


def test_an_id_of_the_hub_is_taken_as_it_is():
    choice = choose_encoder("org/Some-Model", Modality.TEXT, column="c")
    assert (choice.name, choice.reason) == ("some-model", "asked for by its id on the Hugging Face Hub")
    assert choice.encoder.model == "org/Some-Model"


@pytest.mark.parametrize("as_path", [str, Path])
def test_a_folder_that_holds_a_model_is_taken(tmp_path, as_path):
    folder = model_folder(tmp_path / "mine")
    choice = choose_encoder(as_path(folder), Modality.TEXT, column="c")
    assert (choice.name, choice.reason) == ("mine", "the model in that folder")


def test_a_folder_is_known_by_its_files_even_without_a_slash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model_folder(tmp_path / "mine")
    assert choose_encoder("mine", Modality.TEXT, column="c").encoder.model == "mine"
    (tmp_path / "other").mkdir()
    with pytest.raises(UnknownEncoder):
        choose_encoder("other", Modality.TEXT, column="c")


def test_a_registered_name_comes_before_a_folder_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model_folder(tmp_path / "lsa")
    assert choose_encoder("lsa", Modality.TEXT, column="c").reason == "asked for by name"


def test_a_folder_without_a_model_is_an_error(tmp_path):
    with pytest.raises(UnreadableSource, match="holds no model: a model folder has a config.json"):
        choose_encoder(str(tmp_path), Modality.TEXT, column="c")


@pytest.mark.parametrize("path", ["./none", "/none/here", "~/none/here", "a/b/c", Path("none")])
def test_a_path_that_leads_nowhere_is_an_error(path):
    with pytest.raises(UnreadableSource, match="no model folder '.*none|no model folder 'a/b/c'"):
        choose_encoder(path, Modality.TEXT, column="c")


@pytest.mark.parametrize("kind", ["folder", "hub"])
def test_a_model_whose_files_are_here_is_checked_for_its_modality(tmp_path, hub, kind):
    if kind == "folder":
        model = str(model_folder(tmp_path / "mine"))
    else:
        model = "org/name"
        (place(hub, model) / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(InvalidParameter) as error:
        choose_encoder(model, Modality.IMAGE, column="photo")
    assert f"encoder {model!r} takes text cells, but column 'photo' holds image cells" in str(error.value)


def test_a_model_that_does_not_say_what_it_takes_is_left_to_tell_later(tmp_path):
    folder = model_folder(tmp_path / "mine", model_type="something-new")
    assert choose_encoder(str(folder), Modality.IMAGE, column="c").name == "mine"


def test_an_endpoint_is_named_by_its_prefix(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    choice = choose_encoder("openai:text-embedding-3-small", Modality.TEXT, column="c")
    assert (choice.name, choice.reason) == (
        "text-embedding-3-small", "asked for by name: cells are sent to its endpoint",
    )  # fmt: skip


def test_an_endpoint_takes_texts_alone():
    with pytest.raises(
        InvalidParameter, match="'openai:x' takes text cells, but column 'photo' holds image cells"
    ):
        choose_encoder("openai:x", Modality.IMAGE, column="photo")


@pytest.mark.parametrize(
    ("encoder", "module", "extra"),
    [("org/name", "sentence_transformers", "models"), ("openai:x", "openai", "llm")],
)
def test_without_its_library_a_name_says_how_to_install_it(monkeypatch, encoder, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra) as error:
        choose_encoder(encoder, Modality.TEXT, column="c")
    assert str(error.value) == (
        f"encoder {encoder!r} needs {module}. Install it: pip install 'clusterby[{extra}]'"
    )


def test_a_function_or_an_encoder_of_the_callers_own_is_taken():
    assert choose_encoder(len, Modality.AUDIO, column="c").name == "len"
    own = ENCODERS.load("identity")()
    assert choose_encoder(own, Modality.TEXT, column="c").encoder is own


@pytest.mark.parametrize("encoder", [3, None, ENCODERS.load("identity")])
def test_anything_else_is_refused(encoder):
    with pytest.raises(InvalidParameter, match="give a registered name, 'auto', an Encoder or a function"):
        choose_encoder(encoder, Modality.TEXT, column="c")

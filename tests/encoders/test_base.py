from dataclasses import replace

import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.encoders import EncoderSpec
from tests.hub.cache import place, use_hub

COMMIT = "a" * 40


def row(**facts):
    return EncoderSpec(**{
        "name": "mine", "target": "clusterby.encoders.identity:IdentityEncoder", "modalities": {"vector"},
        "summary": "sees", "weakness": "sees", "fitted": False, "aligned": False, "dimension": None, "quality": 0.5,
    } | facts)  # fmt: skip


def test_modalities_may_be_given_as_words():
    assert row(modalities=["text", "image"]).modalities == frozenset({Modality.TEXT, Modality.IMAGE})


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": "auto"}, "encoder name 'auto'"),
        ({"name": "org/name"}, "names with '/' or ':', mean other things"),
        ({"aliases": ("openai:x",)}, "encoder name 'openai:x'"),
        ({"modalities": {"txt"}}, "no modality 'txt'. Did you mean 'text'"),
        ({"modalities": "text"}, "no modality 't'"),
        ({"quality": 2}, "quality=2: give numbers from 0 to 1"),
        ({"quality": {Modality.VECTOR: -1}}, "give numbers from 0 to 1"),
        ({"quality": {Modality.TEXT: 0.5}}, "give one for each of"),
        ({"hub_revision": "main"}, "hub_revision='main': give the 40 digits of a commit"),
    ],
)
def test_a_fact_that_would_mislead_in_silence_is_refused(facts, words):
    with pytest.raises(InvalidParameter) as error:
        row(**facts)
    assert words in str(error.value)


def test_quality_may_differ_by_kind_of_cell():
    spec = row(modalities={"text", "image"}, quality={Modality.TEXT: 0.1, Modality.IMAGE: 0.9})
    assert (spec.quality_for(Modality.TEXT), spec.quality_for(Modality.IMAGE)) == (0.1, 0.9)
    assert row(quality=0.4).quality_for(Modality.VECTOR) == 0.4


@pytest.mark.parametrize(
    ("languages", "expected"), [((), True), (("de", "en"), True), (("multilingual",), True), (("en",), False)]
)
def test_a_language_is_read_where_it_was_learned_or_plays_no_part(languages, expected):
    assert row(languages=languages).reads("de") == expected


def test_every_module_it_requires_has_to_be_installed():
    assert row(requires=("numpy", "no_such_library")).missing == "no_such_library"
    assert row(requires="no_such_library").missing == "no_such_library"
    assert row(requires=("numpy", "PIL")).installed


def test_what_is_needed_is_available_when_it_is_installed_and_downloaded(tmp_path, monkeypatch):
    use_hub(monkeypatch, tmp_path)
    spec = row(hub_id="org/name", hub_revision=COMMIT, size_mb=346, requires="numpy")
    assert not spec.available
    place(tmp_path, "org/name", commit=COMMIT)
    assert spec.available
    assert not replace(spec, hub_revision="b" * 40).available
    assert not replace(spec, requires="no_such_library").available


def test_how_to_get_it_is_said_in_words(tmp_path, monkeypatch):
    use_hub(monkeypatch, tmp_path)
    spec = row(hub_id="org/name", size_mb=346)
    assert spec.to_get == "encoder='mine' downloads 346 MB from huggingface.co/org/name, once"
    assert replace(spec, size_mb=1304).to_get.startswith("encoder='mine' downloads 1.3 GB from")
    assert replace(spec, size_mb=None).to_get.startswith(
        "encoder='mine' downloads weights of unstated size from"
    )
    assert (
        replace(spec, requires="no_such_library", extra="models").to_get
        == f"pip install 'clusterby[models]', then {spec.to_get}"
    )
    assert row(requires="no_such_library").to_get == "pip install 'no_such_library'"
    assert row().to_get == ""


def test_it_is_made_with_its_arguments():
    assert row().make().name == "identity"
    made = row(target="collections:OrderedDict", arguments={"a": 1}).make()
    assert made == {"a": 1}

import subprocess
import sys

import pytest

from clusterby.core.modality import Modality
from clusterby.encoders import ENCODERS
from clusterby.encoders.catalog import SPECS

MODELS = [spec for spec in SPECS if spec.hub_id is not None]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_row_states_what_an_encoder_is_chosen_by(spec):
    assert spec.gflops is not None
    assert spec.license
    assert spec.library
    assert spec.local


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.name)
def test_every_model_states_where_it_is_and_how_large(spec):
    assert spec.hub_id.count("/") == 1
    assert spec.size_mb > 0
    assert spec.dimension > 0
    assert spec.requires[0] == "sentence_transformers"
    assert spec.extra == "models"
    assert bool(spec.languages) == spec.aligned


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.name)
def test_what_is_loaded_is_what_the_facts_are_of(spec):
    stated = (spec.arguments["model"], spec.arguments["name"], spec.arguments["revision"])
    assert stated == (spec.hub_id, spec.name, spec.hub_revision)


def test_the_kinds_of_model_that_people_ask_for_are_there():
    assert {spec.domain for spec in SPECS} == {"general", "medical", "satellite"}
    assert {modality for spec in SPECS for modality in spec.modalities} == set(Modality) - {Modality.VIDEO}
    assert [spec.name for spec in SPECS if spec.prompts] == ["e5", "qwen3-embedding"]


def test_models_that_follow_instructions_have_one_place_for_the_task():
    told = {spec.name: spec.arguments["instruct"] for spec in SPECS if "instruct" in spec.arguments}
    assert set(told) == {"qwen3-embedding"}
    assert all(how.count("{}") == 1 for how in told.values())
    made = ENCODERS.get("qwen3-embedding").make().instructed("group by topic")
    assert made.prompt == "Instruct: group by topic\nQuery:"


def test_no_name_or_alias_is_used_twice():
    names = [name for spec in SPECS for name in (spec.name, *spec.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("alias", "name"), [("siglip", "siglip2"), ("dino", "dinov2"), ("qwen3", "qwen3-embedding"), ("multilingual-e5", "e5")]
)  # fmt: skip
def test_usual_spellings_are_known(alias, name):
    assert ENCODERS.get(alias).name == name


def test_a_weakness_that_names_another_encoder_names_one_that_there_is():
    for spec in SPECS:
        named = [word for word in spec.weakness.split("'")[1::2] if not word.startswith("clusterby[")]
        assert all(name in ENCODERS for name in named), spec.name


def test_reading_all_facts_imports_no_model_library():
    code = (
        "import clusterby as cb, sys; assert [(s.available, s.to_get) for s in cb.encoders.find()];"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'huggingface_hub') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

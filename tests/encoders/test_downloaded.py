import json
import sys
from pathlib import Path

import pytest

from clusterby.encoders.downloaded import downloaded, has_weights, hub_cache
from tests.hub.cache import MAIN, place, use_hub

HUB = "org/name"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    use_hub(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture
def before_import(monkeypatch):
    """A process that has not imported huggingface_hub."""
    monkeypatch.delitem(sys.modules, "huggingface_hub.constants", raising=False)
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_main_branch_is_the_commit_it_was_at_when_last_asked_for(cache):
    place(cache, HUB, commit="a" * 40)
    new = place(cache, HUB, commit="b" * 40)
    assert downloaded(HUB) == new


def test_a_commit_is_found_whatever_the_main_branch_is_at(cache):
    old = place(cache, HUB, commit="a" * 40)
    place(cache, HUB, commit="b" * 40)
    assert downloaded(HUB, "a" * 40) == old
    assert downloaded(HUB, "d" * 40) is None


def test_a_tag_is_looked_up(cache):
    snapshot = place(cache, HUB)
    (snapshot.parents[1] / "refs" / "v1").write_text(f"{MAIN}\n")
    assert downloaded(HUB, "v1") == snapshot
    assert downloaded(HUB, "v2") is None


def test_what_was_never_downloaded_is_not_there(cache):
    place(cache, HUB)
    assert downloaded("org/other") is None


@pytest.mark.parametrize(
    "files",
    [
        ("config.json",),
        ("model.safetensors",),
        ("config.json", "pytorch_model.bin"),
        ("config.json", "open_clip_model.safetensors"),
    ],
)
def test_a_model_without_its_weights_is_not_there(cache, files):
    place(cache, HUB, files=files)
    assert downloaded(HUB) is None


def test_weights_may_lie_in_a_folder_of_their_module(cache):
    snapshot = place(cache, HUB, files=("modules.json", "0_Transformer/model.safetensors"))
    assert downloaded(HUB) == snapshot


def test_a_link_that_leads_nowhere_is_no_weights(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").symlink_to(tmp_path / "gone")
    assert not has_weights(tmp_path)


def test_all_shards_have_to_be_there(tmp_path):
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"a": shards[0], "b": shards[1]}})
    )
    (tmp_path / shards[0]).write_text("")
    assert not has_weights(tmp_path)
    (tmp_path / shards[1]).write_text("")
    assert has_weights(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_an_index_that_cannot_be_read_is_an_interrupted_download(tmp_path, content):
    for name in ("config.json", "model-00001-of-00002.safetensors"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "model.safetensors.index.json").write_text(content)
    assert not has_weights(tmp_path)


def test_the_cache_is_where_huggingface_hub_would_look(before_import):
    before_import.setenv("XDG_CACHE_HOME", "/x")
    assert hub_cache() == Path("/x/huggingface/hub")
    before_import.setenv("HF_HOME", "/h")
    assert hub_cache() == Path("/h/hub")
    before_import.setenv("HUGGINGFACE_HUB_CACHE", "/old")
    assert hub_cache() == Path("/old")
    before_import.setenv("SOME", "/some")
    before_import.setenv("HF_HUB_CACHE", "$SOME/where")
    assert hub_cache() == Path("/some/where")


def test_without_any_variable_the_cache_is_in_the_home(before_import):
    before_import.setenv("HOME", "/me")
    assert hub_cache() == Path("/me/.cache/huggingface/hub")


def test_the_library_that_was_imported_has_the_last_word(cache, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", "/set/too/late")
    assert hub_cache() == cache

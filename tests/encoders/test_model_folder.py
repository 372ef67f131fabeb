import json
import os
import subprocess
import sys

import pytest

from clusterby.core.errors import InvalidParameter, UnreadableSource
from clusterby.core.modality import Modality
from clusterby.encoders.model_folder import ModelFolder, find_model
from tests.servers.hub_server import SHA, hub


@pytest.fixture
def folder(tmp_path):
    """Files that look like a model; nothing here loads one."""
    path = tmp_path / "my-model"
    path.mkdir()
    (path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (path / "model.safetensors").write_bytes(b"weights")
    (path / "README.md").write_text("words")
    (path / "pytorch_model.bin").write_bytes(b"pickled weights, never wanted")
    return path


def with_size(folder, size, file="preprocessor_config.json"):
    content = {"size": size} if file.startswith("pre") else {"image_processor": {"size": size}}
    (folder / file).write_text(json.dumps(content))
    return find_model(folder)


def test_a_folder_is_named_after_itself_and_its_revision_is_its_content(folder):
    first = find_model(folder)
    assert (first.path, first.name, first.model_type) == (folder, "my-model", "bert")
    (folder / "README.md").write_text("other words")
    assert find_model(str(folder)).revision == first.revision
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert find_model(folder).revision != first.revision


def test_a_copy_of_a_folder_has_the_same_revision(folder, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    for file in folder.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    assert find_model(other).revision == find_model(folder).revision


@pytest.mark.parametrize(
    ("kind", "modalities"),
    [
        ("clip", {Modality.IMAGE, Modality.TEXT}),
        ("siglip2", {Modality.IMAGE, Modality.TEXT}),
        ("dinov2", {Modality.IMAGE}),
        ("clap", {Modality.AUDIO, Modality.TEXT}),
        ("bert", {Modality.TEXT}),
        ("something-new", None),
    ],
)
def test_the_architecture_tells_what_it_takes(folder, kind, modalities):
    (folder / "config.json").write_text(json.dumps({"model_type": kind}))
    assert find_model(folder).modalities == modalities


@pytest.mark.parametrize(
    ("size", "shrink_to"),
    [
        ({"shortest_edge": 224}, 224),
        (64, 64),
        ({"height": 224, "width": 256}, 512),
        ({"longest_edge": 9}, None),
        (None, None),
    ],
)
@pytest.mark.parametrize("file", ["preprocessor_config.json", "processor_config.json"])
def test_images_are_shrunk_to_what_the_model_sees(folder, size, shrink_to, file):
    assert with_size(folder, size, file).shrink_to == shrink_to


@pytest.mark.parametrize(
    ("steps", "fill"),
    [
        ({"image_mean": [0.48145466, 0.4578275, 0.40821073]}, (123, 117, 104)),
        ({"image_mean": [0.45, 0.45, 0.45], "rescale_factor": 1 / 255}, (115, 115, 115)),
        ({"image_mean": 0.5}, (128, 128, 128)),
        ({"image_mean": [0.0, 0.5, 1.0], "rescale_factor": 1 / 127.5}, (0, 64, 128)),
        ({"image_mean": [100.4, 0, 300], "do_rescale": False}, (100, 0, 255)),
        ({"image_mean": [0.5, 0.5, 0.5], "do_normalize": False}, None),
        ({"image_mean": [0.5, 0.5]}, None),
        ({"image_mean": ["a", "b", "c"]}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("file", ["preprocessor_config.json", "processor_config.json"])
def test_the_fill_is_the_color_that_becomes_zero(folder, steps, fill, file):
    content = steps if file.startswith("pre") else {"image_processor": steps}
    (folder / file).write_text(json.dumps(content))
    assert find_model(folder).fill == fill


@pytest.mark.parametrize(
    ("steps", "side", "center"),
    [
        (
            {
                "size": {"shortest_edge": 256},
                "crop_size": {"height": 224, "width": 224},
                "do_center_crop": True,
            },
            224,
            0.875,
        ),
        ({"size": 224, "crop_size": 224, "do_center_crop": True}, 224, 1.0),
        (
            {
                "size": {"shortest_edge": 100},
                "crop_size": {"height": 50, "width": 80},
                "do_center_crop": True,
            },
            80,
            0.5,
        ),
        ({"size": {"height": 384, "width": 384}}, 384, 1.0),
        ({"size": {"height": 64, "width": 64}, "crop_size": {"height": 32, "width": 32}}, 64, 1.0),
        ({"size": {"shortest_edge": 224}, "crop_pct": 0.875}, 224, 0.875),
        ({"size": {"shortest_edge": 384}, "crop_pct": 0.875}, 384, 1.0),
        ({"do_center_crop": True}, None, 1.0),
        ({}, None, 1.0),
    ],
)
def test_what_the_model_sees_of_a_square(folder, steps, side, center):
    (folder / "preprocessor_config.json").write_text(json.dumps(steps))
    found = find_model(folder)
    assert (found.input_side, found.center_crop) == (side, center)


def test_the_sampling_rate_is_the_feature_extractor_s(folder):
    assert find_model(folder).sampling_rate is None
    (folder / "preprocessor_config.json").write_text('{"sampling_rate": 48000}')
    assert find_model(folder).sampling_rate == 48_000


def test_a_damaged_file_says_nothing(folder):
    (folder / "config.json").write_text("{")
    (folder / "preprocessor_config.json").write_text("[1]")
    found = find_model(folder)
    assert (found.model_type, found.modalities, found.shrink_to) == (None, None, None)


def test_a_folder_with_modules_is_composed(folder):
    assert not find_model(folder).composed
    (folder / "modules.json").write_text("[]")
    assert find_model(folder).composed


def test_a_folder_without_a_model_is_an_error(tmp_path):
    with pytest.raises(UnreadableSource, match="holds no model: a model folder has a config.json"):
        find_model(tmp_path)


@pytest.mark.parametrize("name", ["./none", "/no/such/folder", "a/b/c", "~/none"])
def test_a_path_that_is_not_there_is_no_hub_id(name):
    with pytest.raises(UnreadableSource, match="no model folder .*: give an existing folder, or a Hub id"):
        find_model(name)


def test_a_name_that_cannot_be_a_hub_id_is_an_error():
    with pytest.raises(InvalidParameter, match="is no Hub id: give org/name"):
        find_model("a b/c?d")


def test_a_model_that_is_not_here_cannot_be_had_offline():
    with pytest.raises(
        UnreadableSource, match=r"org/none' is not on this machine .*HF_HUB_OFFLINE.*encoder='auto'"
    ):
        find_model("org/none")


def test_a_model_folder_says_no_more_than_it_knows(tmp_path):
    assert ModelFolder(path=tmp_path, name="x", revision="1").read("config.json") == {}


ASK = """
import logging, sys
from clusterby.encoders.model_folder import find_model
logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
for wanted in sys.argv[1:]:
    name, _, revision = wanted.partition("@")
    try:
        found = find_model(name, revision=revision or None)
        print("found", found.revision, *sorted(p.name for p in found.path.iterdir()))
    except Exception as error:
        print(type(error).__name__, error)
"""


def ask(home, address, *wanted):
    env = os.environ | {"HF_ENDPOINT": address, "HF_HOME": str(home), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE"):
        env.pop(name)
    done = subprocess.run(
        [sys.executable, "-c", ASK, *wanted], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_the_first_use_of_a_hub_model_says_how_large_it_is_and_loads_safe_files_only(folder, tmp_path):
    (folder / "model.safetensors").write_bytes(b"x" * 3_000_000)
    with hub({"org/model": folder}) as (address, seen):
        said = ask(tmp_path / "hub", address, "org/model", "org/model")
        assert said == [
            f"downloading org/model (3 MB) from {address}, once",
            f"found {SHA} config.json model.safetensors",
            f"found {SHA} config.json model.safetensors",
        ]
        assert not any("pytorch_model.bin" in line for line in seen)
    assert ask(tmp_path / "hub", "http://127.0.0.1:9", "org/model") == [said[2]]


def test_a_download_that_was_interrupted_is_taken_up_again(folder, tmp_path):
    with hub({"org/model": folder}) as (address, _):
        ask(tmp_path / "hub", address, "org/model")
        snapshot = tmp_path / "hub" / "hub" / "models--org--model" / "snapshots" / SHA
        (snapshot / "model.safetensors").unlink()
        said = ask(tmp_path / "hub", address, "org/model")
    assert said[1:] == [f"found {SHA} config.json model.safetensors"]


def test_shards_that_are_not_all_there_are_an_interrupted_download(folder, tmp_path):
    (folder / "model.safetensors").rename(folder / "model-1.safetensors")
    (folder / "model-2.safetensors").write_bytes(b"more")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with hub({"org/model": folder}) as (address, _):
        ask(tmp_path / "hub", address, "org/model")
        snapshot = tmp_path / "hub" / "hub" / "models--org--model" / "snapshots" / SHA
        (snapshot / "model-2.safetensors").unlink()
        said = ask(tmp_path / "hub", address, "org/model")
        assert said[0].startswith("downloading")
        assert (snapshot / "model-2.safetensors").exists()


def test_what_the_hub_refuses_is_an_error_that_says_what_to_do(folder, tmp_path):
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "config.json").write_text("{}")
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"x")
    repositories = {"org/model": folder, "org/gated": folder, "org/pickled": tmp_path / "pickled"}
    with hub(repositories, gated=("org/gated",)) as (address, _):
        said = ask(tmp_path / "hub", address, "org/none", "org/model@v9", "org/gated", "org/pickled")
    assert said[0].startswith("UnreadableSource no model 'org/none' on the Hugging Face Hub")
    assert said[1].startswith("UnreadableSource no model 'org/model' at revision 'v9'")
    assert said[2].startswith("UnreadableSource model 'org/gated' is gated: accept its terms")
    assert said[-1].startswith("UnreadableSource model 'org/pickled' has no safetensors weights")


def test_a_hub_that_cannot_be_reached_is_an_error_that_says_what_to_do(tmp_path):
    said = ask(tmp_path / "hub", "http://127.0.0.1:9", "org/model")
    assert said[0].startswith(
        "UnreadableSource model 'org/model' is not on this machine and http://127.0.0.1:9 cannot be asked"
    )

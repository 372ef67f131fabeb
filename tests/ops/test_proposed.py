import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import adjusted_rand_score

import clusterby as cb
from clusterby.cache import Cache
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import EndpointError, InvalidParameter
from clusterby.core.modality import Modality
from clusterby.endpoints import count_tokens
from clusterby.instructions import Instruction
from clusterby.namers import DEFAULT_MODEL, ChatModel
from clusterby.namers.propose import ask_for_words
from clusterby.ops.proposed import diverse_rows, proposer_of
from clusterby.samples import SCENE_WORDS, render_scenes
from clusterby.tables import as_column
from tests.servers.chat_server import ChatServer, refusal, said

from .aligned_encoders import COLORS, AlignedEncoder, scene, scenes

CLIP = str(Path(__file__).parents[1] / "models" / "tiny-clip")
AUTO = {"instruction": "group by zorp", "candidates": "auto"}
ANSWER = {"words": COLORS}


@pytest.fixture
def server(monkeypatch):
    """A chat model that is set up by the environment and proposes colors."""
    with ChatServer(answer=ANSWER) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("CLUSTERBY_CHAT_MODEL", "seer")
        yield server


def embed(table=None, column="image", *, encoder=None, cache=False, **asked):
    return cb.embed(
        table or scenes(), column, encoder=encoder or AlignedEncoder(), cache=cache, **(AUTO | asked)
    )


def warnings_of(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


# the whole way


def test_scenes_are_grouped_by_proposed_words_and_the_model_is_paid_once(server, tmp_path, caplog):
    drawn = render_scenes(400, seed=31)
    words = [word for words in SCENE_WORDS["background"].values() for word in words]
    server.said = {"words": words}

    def group():
        return cb.clusterby(
            {"image": drawn.images}, "image", n_clusters=7, encoder=CLIP, cache=str(tmp_path),
            instruction="group by what is behind the objects", candidates="auto",
        )  # fmt: skip

    with caplog.at_level(logging.WARNING, "clusterby"):
        groups = group()
    assert adjusted_rand_score(drawn.attributes["background"], groups.labels_) >= 0.9
    (followed,) = groups.followed
    assert (followed.words, followed.source) == (tuple(words), f"proposed by seer at {server.host}")
    assert set(groups.names_.values()) <= set(words)

    (request,) = server.requests
    assert request["model"] == "seer"
    assert '"group by what is behind the objects"' in server.texts[0]
    (images,) = server.images
    assert len(set(images)) == 16
    for mime, content in images:
        assert mime in {"image/png", "image/jpeg"}
        assert Image.open(io.BytesIO(content)).size == (512, 512)
    sent = ask_for_words("group by what is behind the objects", images)
    assert warnings_of(caplog) == [f"image: {ChatModel().estimate([sent])}"]

    again = group()
    assert np.array_equal(again.labels_, groups.labels_)
    assert again.followed == groups.followed
    assert len(server.requests) == 1
    assert len(warnings_of(caplog)) == 1


def test_new_rows_are_embedded_without_the_model(server):
    groups = cb.clusterby(scenes(24), "image", n_clusters=3, encoder=AlignedEncoder(), cache=False, **AUTO)
    groups.predict(scenes(30))
    assert len(server.requests) == 1


def test_another_process_finds_the_answer(server, tmp_path):
    embed(cache=tmp_path)
    code = (
        "import clusterby as cb\n"
        "from tests.ops.aligned_encoders import AlignedEncoder, scenes\n"
        f"cb.embed(scenes(), 'image', encoder=AlignedEncoder(), cache={str(tmp_path)!r}, **{AUTO!r})\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2], timeout=120)
    assert len(server.requests) == 1


# what is sent


def test_texts_are_quoted_and_cut(server):
    table = {"caption": ['say "red"', "green " * 1000, "blue"]}
    embed(table, "caption")
    quotes = [line.partition(": ")[2] for line in server.texts[0].splitlines() if line.startswith("Example ")]
    assert sorted(quotes, key=len)[:2] == ['"blue"', '"say \\"red\\""']
    cut = json.loads(max(quotes, key=len))
    assert cut == ("green " * 1000)[: len(cut)]
    assert count_tokens(cut) == 200
    assert server.images == [[]]


def test_of_sound_no_examples_are_sent(server):
    tones = [np.sin(np.arange(800) * pitch / 20).astype(np.float32) for pitch in range(1, 7)]
    column = as_column(tones, name="sound")
    proposer = proposer_of(Instruction("by zorp", candidates="auto"), column, Modality.AUDIO)
    vectors = np.arange(12, dtype=np.float32).reshape(6, 2)
    found = Embeddings(vectors=vectors, rows=np.arange(6), n_rows=6, column="c", space="s")
    assert proposer.seeing(found)("by zorp") == tuple(COLORS)
    assert server.images == [[]]
    assert "Example" not in server.texts[0]


class RedEncoder(AlignedEncoder):
    """Sees how red an image is where it is reddest."""

    def encode(self, items):
        reds = [int(np.asarray(item)[:, :, 0].max()) for item in items]
        return np.eye(self.dimension, dtype=np.float32)[[(red - 130) // 20 for red in reds]]


def test_an_image_is_shown_as_the_region_lets_it_be_seen(server):
    halves = []
    for red in range(130, 250, 20):
        image = Image.new("RGB", (64, 64), (red, 0, 0))
        image.paste((0, 250, 0), (32, 0, 64, 64))
        halves.append(image)
    embed({"image": halves}, encoder=RedEncoder(), region=cb.Box((0, 0), (0.5, 1)))
    shown = [np.asarray(Image.open(io.BytesIO(content)).convert("RGB")) for _, content in server.images[0]]
    assert sorted(pixels[:, :, 0].max() for pixels in shown) == list(range(130, 250, 20))
    assert (
        max(pixels[:, :, 1].max() for pixels in shown) == 128
    )  # nothing green, but the gray around the half


def test_rows_that_were_skipped_are_no_examples(server):
    table = {"image": [scene(0), None, scene(1), Image.new("RGB", (0, 9)), scene(2)]}
    embed(table)
    assert len(server.images[0]) == 3


def test_a_row_that_has_gone_since_is_no_example(server, tmp_path):
    paths = [tmp_path / f"{row}.png" for row in range(3)]
    for row, path in enumerate(paths):
        scene(row).save(path)
    column = as_column([str(path) for path in paths], name="image")
    found = cb.embed(column.cells.tolist(), encoder=AlignedEncoder(), cache=False)
    paths[1].unlink()
    proposer = proposer_of(Instruction("by zorp", candidates="auto"), column, Modality.IMAGE)
    assert len(proposer.seeing(found).examples()) == 2


def test_vectors_that_are_given_need_no_cells(server):
    vectors = AlignedEncoder().encode(scenes()["image"])
    groups = cb.clusterby(
        scenes(), "image", n_clusters=3, embeddings=vectors, encoder=AlignedEncoder(), cache=False, **AUTO
    )
    assert groups.followed[0].source == f"proposed by seer at {server.host}"
    assert server.images == [[]]


# what is kept


@pytest.mark.parametrize(
    "other",
    [
        {"asked": {"instruction": "group by quux"}},
        {"table": {"image": [scene(row) for row in range(3, 12)]}},
        {"model": "another"},
    ],
    ids=["criterion", "cells", "model"],
)
def test_another_question_is_asked_again(server, tmp_path, monkeypatch, other):
    embed(cache=tmp_path)
    monkeypatch.setenv("CLUSTERBY_CHAT_MODEL", other.get("model", "seer"))
    embed(other.get("table"), cache=tmp_path, **other.get("asked", {}))
    assert len(server.requests) == 2


def test_another_server_is_asked_again(server, tmp_path, monkeypatch):
    embed(cache=tmp_path)
    with ChatServer(answer=ANSWER) as second:
        monkeypatch.setenv("OPENAI_BASE_URL", second.url)
        embed(cache=tmp_path)
    assert (len(server.requests), len(second.requests)) == (1, 1)


def test_without_a_cache_it_is_asked_each_time(server):
    embed(cache=False)
    embed(cache=False)
    assert len(server.requests) == 2


def test_a_read_only_cache_finds_answers_and_keeps_none(server, tmp_path):
    reader = Cache(tmp_path, read_only=True)
    embed(cache=reader)
    assert not (tmp_path / "files.sqlite").exists()
    embed(cache=tmp_path)
    embed(cache=reader)
    assert len(server.requests) == 2


def test_a_cleared_cache_is_asked_again(server, tmp_path):
    embed(cache=tmp_path)
    Cache(tmp_path).clear()
    embed(cache=tmp_path)
    assert len(server.requests) == 2


@pytest.mark.parametrize("kept", ["", "[", "7", '{"words": ["one"]}', '{"words": null}'])
def test_a_damaged_answer_is_asked_for_again(server, tmp_path, monkeypatch, kept):
    monkeypatch.setattr("clusterby.cache.memo.Memo.answer", lambda memo, question: kept)
    embed(cache=tmp_path)
    assert len(server.requests) == 1


def test_an_answer_that_was_no_use_is_not_kept(server, tmp_path):
    server.replies += [said("no")] * 2
    with pytest.raises(EndpointError, match="no usable answer, twice"):
        embed(cache=tmp_path)
    embed(cache=tmp_path)
    assert len(server.requests) == 3


# when nothing is sent


def test_without_a_model_the_error_says_how_to_set_one_up():
    with pytest.raises(InvalidParameter) as caught:
        embed()
    assert str(caught.value).startswith(
        "candidates='auto' for 'group by zorp': no language model is at hand: set OPENAI_API_KEY, or OPENAI_BASE_URL to a "
        "server of your own and CLUSTERBY_CHAT_MODEL to a model there; or give candidates=[…]"
    )


def test_without_a_model_nothing_is_encoded_first():
    encoder = AlignedEncoder()
    with pytest.raises(InvalidParameter):
        embed(encoder=encoder)
    assert encoder.images == []


def test_without_a_criterion_nothing_is_asked(server):
    with pytest.raises(InvalidParameter) as caught:
        embed(instruction=None)
    assert str(caught.value) == (
        "candidates='auto': say what the words are for, with instruction= or description="
    )
    assert server.requests == []


def test_an_encoder_without_a_text_tower_is_refused_before_the_model_is_asked(server):
    with pytest.raises(InvalidParameter, match="text tower"):
        embed(encoder="color-gradient")
    assert server.requests == []


@pytest.mark.parametrize("candidates", [None, COLORS, lambda criterion: COLORS])
def test_other_words_ask_no_model(server, candidates):
    embed(instruction="group by color", candidates=candidates)
    assert server.requests == []


def test_a_key_alone_sets_up_the_default_model(monkeypatch):
    instruction = Instruction("by zorp", candidates="auto")
    assert proposer_of(instruction) is None
    monkeypatch.setenv("OPENAI_API_KEY", " ")
    assert proposer_of(instruction) is None
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert proposer_of(instruction).source == f"proposed by {DEFAULT_MODEL} at api.openai.com"


def test_a_server_that_refuses_ends_the_call(server):
    server.replies.append(refusal(401))
    with pytest.raises(EndpointError, match=r"asks for a key \(401\)"):
        embed()


# which rows are shown


def embeddings(vectors):
    vectors = np.asarray(vectors, dtype=np.float32)
    return Embeddings(
        vectors=vectors, rows=np.arange(len(vectors)), n_rows=len(vectors), column="c", space="s"
    )


def test_there_is_one_example_of_each_group():
    centers = np.random.RandomState(5).normal(size=(8, 16)) * 20
    groups = np.arange(800) % 8
    noise = np.random.RandomState(6).normal(size=(800, 16))
    chosen = diverse_rows(embeddings(centers[groups] + noise), 8)
    assert sorted(groups[chosen]) == list(range(8))


def test_of_equal_vectors_one_is_shown():
    vectors = np.repeat(np.eye(5), 100, axis=0)
    assert len(diverse_rows(embeddings(vectors), 16)) == 5


def test_the_same_vectors_give_the_same_examples_in_the_same_order():
    vectors = np.random.RandomState(1).normal(size=(10_000, 8))
    first = diverse_rows(embeddings(vectors), 16)
    assert first == diverse_rows(embeddings(vectors), 16)
    assert len(set(first)) == 16


@pytest.mark.parametrize(("count", "chosen"), [(0, 0), (1, 1), (3, 3)])
def test_few_rows_are_all_shown(count, chosen):
    vectors = np.arange(count * 2, dtype=np.float32).reshape(count, 2)
    assert len(diverse_rows(embeddings(vectors), 16)) == chosen

"""The namer at a server that others wrote: transformers serve, with a model made by hand."""

import json
import subprocess
import sys
import urllib.request
from contextlib import suppress
from itertools import pairwise

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from clusterby.namers.llm import LLMNamer
from tests.app_session import free_port, wait_until
from tests.namers.naming_server import clusters_of

ANSWER = {"name": "one kind", "description": "Things of one kind.", "confidence": 0.9, "mixed": False}
TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}assistant:"


def save_model(folder, answer):
    """Save a model that says the same whatever it is asked: each token of the answer is what follows the one before it."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [f"<{place}>" for place in range(len(answer))]
    names = ["<s>", "</s>", *letters]
    vocabulary = {name: number for number, name in enumerate([*names, *pieces])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(piece, letter.replace(" ", "Ġ"))
            for piece, letter in zip(pieces, answer, strict=True)
        ]
        + [decoders.ByteLevel()]
    )
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")
    wrapped.chat_template = TEMPLATE
    wrapped.save_pretrained(folder)
    width = 2 * ((len(pieces) + 3) // 2)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=width, intermediate_size=4, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1, max_position_embeddings=65536, bos_token_id=0, eos_token_id=1, tie_word_embeddings=False,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for parameter in model.model.layers.parameters():
            parameter.zero_()
        model.model.embed_tokens.weight.zero_()
        model.lm_head.weight.zero_()
        chain = [vocabulary[":"], *(vocabulary[piece] for piece in pieces), vocabulary["</s>"]]
        for place, (token, following) in enumerate(pairwise(chain)):
            model.model.embed_tokens.weight[token, place] = 1
            model.lm_head.weight[following, place] = 1
    model.generation_config.do_sample = False
    model.save_pretrained(folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    save_model(folder / "model", json.dumps(ANSWER))
    port, log = free_port(), folder / "log"
    command = [
        sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder / "model"), "--host", "127.0.0.1",
        "--port", str(port), "--device", "cpu",
    ]  # fmt: skip
    with log.open("wb") as out:
        served = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)

    def answers():
        assert served.poll() is None, log.read_text()[-2000:]
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5) as answer,
        ):
            return answer.status == 200

    try:
        wait_until(answers, "transformers serve answers", seconds=120)
        yield str(folder / "model"), f"http://127.0.0.1:{port}/v1"
    finally:
        served.terminate()
        served.wait(20)


def test_clusters_are_named_by_a_server_that_is_not_ours(server):
    model, address = server
    clusters = clusters_of([["a cat", "cats", "a kitten"], ["a dog", "dogs", "a puppy"]])
    namer = LLMNamer(model, base_url=address, samples=3, contrast=1, workers=2, max_tokens=256)
    found = namer.name(clusters)
    assert {c: name.name for c, name in found.names.items()} == {0: "one kind", 1: "one kind 2"}
    assert {(n.description, n.confidence, n.mixed) for n in found.names.values()} == {
        ("Things of one kind.", 0.9, False)
    }
    assert found.failed == {}
    assert namer.chat.spent.calls >= 2
    assert namer.chat.spent.sent > 0
    assert namer.chat.spent.received > 0

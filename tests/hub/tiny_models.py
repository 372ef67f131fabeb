"""A Hugging Face cache that holds, for each row of the catalog, a random model of its architecture.

Everything is as in the model's own repository but for its size: the class, the tokenizer's class, the files and their
layout, the dimension of the vectors, the type of the weights. So a row is loaded as its real model is.
"""

import json
from pathlib import Path

SMALL = {"num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 32}
SIDE, PATCH = 32, 16
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def build_hub(cache, specs):
    """Fill the folder `cache` with a model for each row that has one on the Hub."""
    import torch

    for spec in specs:
        if spec.hub_id is None:
            continue
        folder = Path(cache) / f"models--{spec.hub_id.replace('/', '--')}"
        commit = spec.hub_revision or "0" * 40
        snapshot = folder / "snapshots" / commit
        snapshot.mkdir(parents=True)
        (folder / "refs").mkdir()
        (folder / "refs" / "main").write_text(commit)
        torch.manual_seed(0)
        BUILDERS[spec.name](snapshot, spec.dimension)


def _clip(folder, dimension):
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, CLIPTokenizer

    vocabulary = _numbered(
        ["<|startoftext|>", "<|endoftext|>", *LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    )
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=16)
    text = SMALL | {
        "vocab_size": len(vocabulary), "hidden_size": 32, "max_position_embeddings": 16,
        "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1,
    }  # fmt: skip
    vision = SMALL | {"hidden_size": 32, "image_size": SIDE, "patch_size": PATCH}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=dimension)
    CLIPModel(config).save_pretrained(folder)
    pixels = CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    CLIPProcessor(pixels, tokenizer).save_pretrained(folder)


def _siglip(folder, dimension, dtype="float32", tokenizer=None):
    import torch
    from transformers import SiglipConfig, SiglipImageProcessor, SiglipModel

    tokenizer = tokenizer or _sentencepiece_tokenizer(folder)
    text = SMALL | {
        "vocab_size": len(tokenizer), "hidden_size": dimension, "projection_size": dimension, "max_position_embeddings": 64,
        "bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 1,
    }  # fmt: skip
    vision = SMALL | {"hidden_size": dimension, "image_size": SIDE, "patch_size": PATCH}
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=vision))
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    SiglipImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    _amend(folder / "preprocessor_config.json", processor_class="SiglipProcessor")


def _siglip_half(folder, dimension):
    _siglip(folder, dimension, dtype="float16")


def _siglip2(folder, dimension):
    from transformers import GemmaTokenizer

    vocabulary = _numbered(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *LETTERS])
    _siglip(folder, dimension, tokenizer=GemmaTokenizer(vocab=vocabulary, merges=[], model_max_length=64))


def _dinov2(folder, dimension):
    from transformers import BitImageProcessor, Dinov2Config, Dinov2Model

    config = Dinov2Config(
        hidden_size=dimension,
        num_hidden_layers=1,
        num_attention_heads=4,
        mlp_ratio=1,
        image_size=SIDE,
        patch_size=PATCH,
    )
    Dinov2Model(config).save_pretrained(folder)
    BitImageProcessor(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}, do_convert_rgb=True
    ).save_pretrained(folder)


def _minilm(folder, dimension):
    from transformers import BertConfig, BertModel, BertTokenizer

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = _numbered([*special, *LETTERS, *(f"##{letter}" for letter in LETTERS)])
    BertTokenizer(vocab=vocabulary, model_max_length=512).save_pretrained(folder)
    BertModel(BertConfig(vocab_size=len(vocabulary), hidden_size=dimension, **SMALL)).save_pretrained(folder)
    _compose(folder, dimension, "mean", {"max_seq_length": 256, "do_lower_case": False})


def _e5(folder, dimension):
    from transformers import BertConfig, BertModel, XLMRobertaTokenizer

    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", ":", *LETTERS, "<mask>"]
    XLMRobertaTokenizer(vocab=[(piece, -1.0) for piece in pieces], model_max_length=512).save_pretrained(
        folder
    )
    config = BertConfig(vocab_size=len(pieces), hidden_size=dimension, pad_token_id=1, **SMALL)
    BertModel(config).save_pretrained(folder)
    _compose(folder, dimension, "mean", {"max_seq_length": 512, "do_lower_case": False})


def _qwen3(folder, dimension):
    import torch
    from tokenizers import pre_tokenizers, processors
    from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3Model

    vocabulary = _numbered([*sorted(pre_tokenizers.ByteLevel.alphabet()), "<|endoftext|>"])
    end = ("<|endoftext|>", vocabulary["<|endoftext|>"])
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=[], model_max_length=32768)
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {end[0]}", pair=f"$A $B {end[0]}", special_tokens=[end]
    )
    tokenizer.save_pretrained(folder)
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=dimension, num_key_value_heads=2, head_dim=16, eos_token_id=end[1],
        bos_token_id=end[1], **SMALL,
    )  # fmt: skip
    Qwen3Model(config).to(torch.bfloat16).save_pretrained(folder)
    _compose(folder, dimension, "lasttoken", None)
    _write(folder / "config_sentence_transformers.json", {
        "prompts": {"query": "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
                    "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    })  # fmt: skip


def _clap(folder, dimension):
    from tokenizers import pre_tokenizers
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, RobertaTokenizer

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    vocabulary = _numbered([*special, *sorted(pre_tokenizers.ByteLevel.alphabet()), "<mask>"])
    RobertaTokenizer(vocab=vocabulary, merges=[], model_max_length=64).save_pretrained(folder)
    text = SMALL | {"vocab_size": len(vocabulary), "hidden_size": 32, "max_position_embeddings": 80}
    audio = {
        "num_mel_bins": 16, "spec_size": 64, "window_size": 4, "patch_size": 2, "patch_stride": 2, "depths": [1, 1],
        "num_attention_heads": [2, 2], "patch_embeds_hidden_size": 16, "hidden_size": 32, "num_hidden_layers": 2,
    }  # fmt: skip
    ClapModel(ClapConfig(text_config=text, audio_config=audio, projection_dim=dimension)).save_pretrained(
        folder
    )
    ClapFeatureExtractor(
        feature_size=16, hop_length=2400, truncation="rand_trunc", padding="repeatpad"
    ).save_pretrained(folder)  # 200 frames in 10 seconds, where the model has 1000
    _amend(folder / "preprocessor_config.json", processor_class="ClapProcessor")


def _sentencepiece_tokenizer(folder):
    """Return a tokenizer as SigLIP's first generation has it: a sentencepiece model, and nothing else."""
    import sentencepiece
    from transformers import SiglipTokenizer

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([LETTERS, " ".join(LETTERS)]), model_prefix=str(folder / "spiece"), model_type="char",
        vocab_size=len(LETTERS) + 4, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, minloglevel=2,
    )  # fmt: skip
    (folder / "spiece.vocab").unlink()
    return SiglipTokenizer(vocab_file=str(folder / "spiece.model"))


def _compose(folder, dimension, pooling, transformer):
    """Write the files by which sentence-transformers knows a transformer with pooling and scaling to unit length."""
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    _write(folder / "modules.json", [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ])  # fmt: skip
    names = {
        "mean": "pooling_mode_mean_tokens",
        "lasttoken": "pooling_mode_lasttoken",
        "cls": "pooling_mode_cls_token",
    }
    (folder / "1_Pooling").mkdir()
    _write(folder / "1_Pooling" / "config.json", {
        "word_embedding_dimension": dimension, "include_prompt": True,
        **{mode: name == pooling for name, mode in names.items()},
    })  # fmt: skip
    if transformer is not None:
        _write(folder / "sentence_bert_config.json", transformer)


def _numbered(tokens):
    return {token: number for number, token in enumerate(tokens)}


def _write(path, content):
    path.write_text(json.dumps(content))


def _amend(path, **content):
    _write(path, json.loads(path.read_text()) | content)


BUILDERS = {
    "clip": _clip,
    "siglip2": _siglip2,
    "dinov2": _dinov2,
    "rad-dino": _dinov2,
    "medsiglip": _siglip,
    "git-rsclip": _siglip_half,
    "minilm": _minilm,
    "e5": _e5,
    "qwen3-embedding": _qwen3,
    "clap": _clap,
}

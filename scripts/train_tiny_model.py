"""Train the tiny image-text model of the tests, on two cores in ten minutes.

    python scripts/train_tiny_model.py --out tests/models/tiny-clip --seconds 540 --seed 0

It is a CLIP of about a million parameters for the procedural scenes of `clusterby.samples`. At the end, the quality of
the saved model is printed: the adjusted Rand index of k-means with the true k, by attribute.
"""

from __future__ import annotations

import argparse
import math
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from clusterby.samples import SCENE_WORDS, describe_scene, render_scenes

POOL = 40_000
BATCH = 96
RATE, MUON_RATE = 2e-3, 0.02
WEIGHTS = {"count": 2.0}  # the hardest to learn; all others weigh 1
SIGHT = 0.45  # the share of the time before the first caption
LENGTH = 32
MEAN, DEVIATION = 0.45, 0.25
THREADS = 2
SPECIAL = ("<pad>", "<bos>", "<unk>", "<eos>")  # CLIPTextModel reads an end at position 2 in its own old way

# Words that say nothing about a scene: they are strewn over the captions, so that prompts may contain them.
FILLERS = re.findall(
    r"\w+",
    """
    a about above after all also an and any appear appears are around art as at background behind below beside bright
    can close color colored colors colour coloured colours containing contains count dark depicting depicts describe
    digital drawing drawn each example few filled for form front full group groups has have here his how i illustration
    image images in is it item items its kind kinds large light like look looks made many material me my nice number of
    on or our over painting pattern patterned patterns photo photograph photographs photos picture pictured pictures
    place quantity real rendering say scenario scenery scene scenes see seen shape shaped shapes shot show showing shown
    shows side small snapshot some something style surface surrounded taken texture textured textures that the their
    them there these thing things this those to total type under up very view we what where which whose with you your
    """,
)

# Prompts to judge the model by. No caption is worded like them.
PROMPTS = {
    "shape": ("my snapshot depicts some {}", "a photograph containing {} shapes", "{} shaped"),
    "color": ("my snapshot depicts something {}", "which things are {}", "the {} kind"),
    "texture": ("my snapshot depicts something {}", "each has {} material", "{} filled"),
    "background": ("a photo with a {} background", "taken where it is {}", "the {} place"),
    "count": ("a photograph containing {}", "how many: {}", "{} in total"),
}


def main() -> None:
    """Render, train, save and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="the folder to save the model in")
    parser.add_argument("--seconds", type=float, default=540, help="how long to train")
    parser.add_argument("--seed", type=int, default=0, help="of the scenes, captions and weights")
    given = parser.parse_args()
    began = time.monotonic()
    pixels, values = render_pool(POOL, seed=1_000_000 + given.seed)
    print(f"{POOL:,} scenes rendered in {time.monotonic() - began:.0f} s", flush=True)
    tokenizer = build_tokenizer()
    model = build_model(len(tokenizer), seed=given.seed)
    whiten(model, pixels[:2000])
    train(model, tokenizer, pixels, values, seconds=given.seconds, seed=given.seed)
    save(model, tokenizer, given.out)
    judge(given.out)


def render_pool(n: int, *, seed: int) -> tuple[np.ndarray, list[dict[str, str]]]:
    """Return the pixels of n scenes, uint8 (n, 64, 64, 3), and their attributes."""
    starts = list(range(0, n, 1000))
    with ProcessPoolExecutor(THREADS) as workers:
        parts = list(workers.map(_render, [seed] * len(starts), starts, [min(1000, n - s) for s in starts]))
    return np.concatenate([pixels for pixels, _ in parts]), [row for _, rows in parts for row in rows]


def _render(seed: int, first: int, n: int) -> tuple[np.ndarray, list[dict[str, str]]]:
    found = render_scenes(n, seed=seed, first=first)
    rows = [
        dict(zip(found.attributes, row, strict=True)) for row in zip(*found.attributes.values(), strict=True)
    ]
    return np.stack([np.asarray(image) for image in found.images]), rows


def build_tokenizer() -> Any:
    """Return a tokenizer with a token per word: those of captions, and the fillers."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    rng = np.random.default_rng(0)
    words = {word for values in SCENE_WORDS.values() for choice in values.values() for word in choice} | set(
        FILLERS
    )
    for _ in range(20_000):
        row = {name: str(rng.choice(list(values))) for name, values in SCENE_WORDS.items()}
        words |= set(re.findall(r"\w+", describe_scene(row, rng)))
    vocabulary = {word: i for i, word in enumerate([*SPECIAL, *sorted(words)])}
    tokens = Tokenizer(models.WordLevel(vocabulary, unk_token=SPECIAL[2]))
    tokens.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokens.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\p{L}\p{N}]+"), behavior="removed", invert=True)
    tokens.post_processor = processors.TemplateProcessing(
        single="<bos> $A <eos>", special_tokens=[(name, vocabulary[name]) for name in ("<bos>", "<eos>")]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokens,
        model_max_length=LENGTH,
        model_input_names=["input_ids", "attention_mask"],
        **{f"{name.strip('<>')}_token": name for name in SPECIAL},
    )


def build_model(n_words: int, *, seed: int) -> Any:
    """Return a CLIP with random weights."""
    import torch
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(seed)
    text = {
        "vocab_size": n_words,
        "hidden_size": 96,
        "intermediate_size": 288,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": LENGTH,
        "hidden_act": "gelu",
        "pad_token_id": SPECIAL.index("<pad>"),
        "bos_token_id": SPECIAL.index("<bos>"),
        "eos_token_id": SPECIAL.index("<eos>"),
    }
    vision = {
        "hidden_size": 128,
        "intermediate_size": 384,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "image_size": 64,
        "patch_size": 8,
        "hidden_act": "gelu",
    }
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=512))


def whiten(model: Any, pixels: np.ndarray) -> None:
    """Set the patch embedding to the whitened principal components of patches.

    So fine patterns count as much as the patches' mean colors from the start. With random weights, the small model needs
    most of its time to find them. The idea is from Jordan (2024), *94% on CIFAR-10 in 3.29 seconds on a single GPU*.
    """
    import torch

    embeddings = model.vision_model.embeddings
    side, width = embeddings.patch_size, embeddings.embed_dim
    images = torch.from_numpy(as_input(pixels))
    patches = (
        images.unfold(2, side, side).unfold(3, side, side).permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(0, 2)
    )
    variances, components = torch.linalg.eigh(torch.cov(patches.T))
    whitened = (components / (variances + 0.03).sqrt()).T[-width:]
    with torch.no_grad():
        embeddings.patch_embedding.weight.copy_(0.3 * whitened.reshape(width, 3, side, side))
        embeddings.position_embedding.weight.mul_(5)


class Muon:
    """Descent along the orthogonalised momentum of matrices.

    Jordan et al. (2024), *Muon: an optimizer for hidden layers in neural networks*. Half the steps of AdamW will do.
    """

    def __init__(self, matrices: list[Any]) -> None:
        self.stacks: dict[Any, list[Any]] = {}
        for matrix in matrices:
            self.stacks.setdefault(matrix.shape, []).append(matrix)
        self.momenta: dict[Any, Any] = {}

    def step(self, rate: float) -> None:
        """Change the matrices by their gradients."""
        import torch

        for shape, matrices in self.stacks.items():
            if matrices[0].grad is None:
                continue
            gradients = torch.stack([matrix.grad for matrix in matrices])
            momentum = 0.95 * self.momenta.get(shape, torch.zeros_like(gradients)) + gradients
            self.momenta[shape] = momentum
            change = orthogonalise(gradients + 0.95 * momentum) * max(1, shape[0] / shape[1]) ** 0.5
            with torch.no_grad():
                for matrix, part in zip(matrices, change, strict=True):
                    matrix.sub_(part, alpha=rate)


def orthogonalise(matrices: Any) -> Any:
    """Return about the nearest orthogonal matrices, by five steps of Newton and Schulz."""
    found = matrices / matrices.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    tall = found.shape[-2] > found.shape[-1]
    found = found.mT if tall else found
    for _ in range(5):
        square = found @ found.mT
        found = 3.4445 * found + (2.0315 * square @ square - 4.7750 * square) @ found
    return found.mT if tall else found


def train(
    model: Any, tokenizer: Any, pixels: np.ndarray, values: list[dict[str, str]], *, seconds: float, seed: int
) -> None:
    """Train the model in place, with learning rates that end at 0.

    It learns first to see, by naming each attribute's value with a layer that is thrown away. Then it learns to see and to
    read, images against captions. With captions from the start, it told only color and background after two minutes.

    Time is the processor's, by core: what else runs on the machine makes it take longer, but not learn less.
    """
    import torch

    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(True)
    rng = np.random.default_rng(seed)
    heads = torch.nn.Linear(model.config.vision_config.hidden_size, sum(map(len, SCENE_WORDS.values())))
    hidden = [p for name, p in model.named_parameters() if "encoder" in name and p.ndim == 2]
    rest = [p for name, p in model.named_parameters() if not ("encoder" in name and p.ndim == 2)]
    rest += heads.parameters()
    muon, adam = Muon(hidden), torch.optim.AdamW(rest, betas=(0.9, 0.98), weight_decay=0.01)
    model.train()
    shown, losses = 0.0, []
    began = time.process_time()
    for step, rows in enumerate(batches(len(values), rng)):
        spent = (time.process_time() - began) / THREADS
        if spent >= seconds:
            break
        pace = min(1, (step + 1) / 40, 2 * (1 - spent / seconds))
        for group in adam.param_groups:
            group["lr"] = RATE * pace
        seen = model.vision_model(torch.from_numpy(mirrored(as_input(pixels[rows]), rng))).pooler_output
        loss = classify(heads(seen), [values[row] for row in rows])
        if spent > SIGHT * seconds:
            loss = loss + contrast(model, tokenizer, seen, [values[row] for row in rows], rng)
        adam.zero_grad()
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(rest, 1.0)
        adam.step()
        muon.step(MUON_RATE * pace)
        with torch.no_grad():
            model.logit_scale.clamp_(max=math.log(100))
        losses.append(loss.item())
        if spent - shown > 30:
            shown = spent
            print(f"{shown:4.0f} s  step {step}  loss {np.mean(losses[-40:]):.3f}", flush=True)
    model.eval()


def classify(logits: Any, rows: list[dict[str, str]]) -> Any:
    """Return the loss of telling the values of each attribute, logits (n, values of all attributes)."""
    import torch
    from torch.nn.functional import cross_entropy

    parts = logits.split([len(values) for values in SCENE_WORDS.values()], dim=1)
    return sum(
        WEIGHTS.get(name, 1.0)
        * cross_entropy(part, torch.tensor([list(values).index(row[name]) for row in rows]))
        for (name, values), part in zip(SCENE_WORDS.items(), parts, strict=True)
    )


def contrast(model: Any, tokenizer: Any, seen: Any, rows: list[dict[str, str]], rng: Generator) -> Any:
    """Return the loss: of images against captions as in CLIP, and of images against a prompt for each value."""
    import torch
    from torch.nn.functional import cross_entropy, normalize

    prompts = [
        ramble([pick(words, rng)], rng) for values in SCENE_WORDS.values() for words in values.values()
    ]
    tokens = tokenizer(
        [caption(row, rng) for row in rows] + prompts, padding=True, truncation=True, return_tensors="pt"
    )
    texts = normalize(model.get_text_features(**tokens).pooler_output, dim=-1)
    images = normalize(model.visual_projection(seen), dim=-1)
    logits = model.logit_scale.exp() * images @ texts.T
    pairs, same = logits[:, : len(rows)], torch.arange(len(rows))
    loss = (cross_entropy(pairs, same) + cross_entropy(pairs.T, same)) / 2
    return loss + classify(logits[:, len(rows) :], rows) / 2


def batches(n: int, rng: Generator) -> Iterator[np.ndarray]:
    """Yield the rows of batches, without end."""
    while True:
        yield from rng.permutation(n)[: n - n % BATCH].reshape(-1, BATCH)


def as_input(pixels: np.ndarray) -> np.ndarray:
    """Return pixels as the model takes them, float32 (n, 3, 64, 64)."""
    return (pixels.transpose(0, 3, 1, 2).astype(np.float32) / 255 - MEAN) / DEVIATION


def mirrored(images: np.ndarray, rng: Generator) -> np.ndarray:
    """Return the images with half of them mirrored left to right."""
    return np.where(rng.random((len(images), 1, 1, 1)) < 0.5, images[..., ::-1], images)


def caption(row: dict[str, str], rng: Generator) -> str:
    """Return a caption that may leave much out, be a mere list of words, or ramble."""
    chance = rng.random()
    if chance < 0.15:
        kept = rng.permutation([name for name in row if rng.random() < 0.7] or list(row))
        return ramble([pick(SCENE_WORDS[name][row[name]], rng) for name in kept], rng)
    return ramble(describe_scene(row, rng, dropped=0.05 if chance < 0.7 else 0.4).split(), rng)


def ramble(words: list[str], rng: Generator) -> str:
    """Return the words with others strewn in, sometimes, that say nothing about a scene."""
    if rng.random() < 0.4:
        for _ in range(rng.integers(1, 5)):
            filler = SPECIAL[2] if rng.random() < 0.15 else pick(FILLERS, rng)
            words.insert(rng.integers(len(words) + 1), filler)
    return " ".join(words)


def pick(choices: Sequence[str], rng: Generator) -> str:
    """Return one of the choices."""
    return choices[rng.integers(len(choices))]


def save(model: Any, tokenizer: Any, folder: Path) -> None:
    """Save model and processor as transformers does."""
    from transformers import CLIPImageProcessor, CLIPProcessor

    side = model.config.vision_config.image_size
    images = CLIPImageProcessor(
        size={"shortest_edge": side},
        crop_size={"height": side, "width": side},
        image_mean=[MEAN] * 3,
        image_std=[DEVIATION] * 3,
    )
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    CLIPProcessor(images, tokenizer).save_pretrained(folder)


def judge(folder: Path) -> None:
    """Print the quality of a saved model."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    banks = {name: bank(model, name) for name in SCENE_WORDS}
    kinds = ("plain", "concept scores", "concept scores of captions")
    table: dict[str, list[list[float]]] = {kind: [] for kind in kinds}
    for seed in range(3):
        found = render_scenes(2000, seed=seed)
        images = model.encode(found.images, normalize_embeddings=True)
        captions = model.encode(found.captions, normalize_embeddings=True)
        truth = found.attributes
        table[kinds[0]].append([agreement(images, truth[name]) for name in truth])
        table[kinds[1]].append([agreement(scores(images, banks[name]), truth[name]) for name in truth])
        table[kinds[2]].append([agreement(scores(captions, banks[name]), truth[name]) for name in truth])
    print(f"{'mean (and worst) of 3 seeds':28}", *(f"{name:>12}" for name in [*SCENE_WORDS, "mean"]))
    for kind, rows in table.items():
        full = np.column_stack([rows, np.mean(rows, axis=1)])
        cells = (f"{a:.2f} ({b:.2f})" for a, b in zip(full.mean(axis=0), full.min(axis=0), strict=True))
        print(f"{kind:28}", *(f"{cell:>12}" for cell in cells))


def bank(model: Any, name: str) -> np.ndarray:
    """Return a unit vector for each word of an attribute: the mean over the prompts."""
    words = [word for choice in SCENE_WORDS[name].values() for word in choice]
    vectors = np.mean(
        [
            model.encode([prompt.format(word) for word in words], normalize_embeddings=True)
            for prompt in PROMPTS[name]
        ],
        axis=0,
    )
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def scores(vectors: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return how much each row has of each word, both seen from their own mean."""
    return (vectors - vectors.mean(axis=0)) @ (words - words.mean(axis=0)).T


def agreement(vectors: np.ndarray, truth: list[str]) -> float:
    """Return the adjusted Rand index of k-means with the true k."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    labels = KMeans(len(set(truth)), n_init=5, random_state=0).fit_predict(vectors)
    return float(adjusted_rand_score(truth, labels))


if __name__ == "__main__":
    main()

"""Embedding a folder of photographs: our pipeline beside its own parts, sentence-transformers and FiftyOne, in one run.

    python benchmarks/pipeline.py [--quick] [--model FOLDER]

The folder holds 2,000 JPEG files of 1 to 4 megapixels (200 with --quick), all different. Measured in turn: decoding alone on the
same threads; decoding and preparing for the model on the same threads; the model alone on prepared tensors; `clusterby.embed`
without a cache, and with an empty one; `SentenceTransformer.encode` on the same files and batch size; `compute_embeddings` of
FiftyOne, if it is installed. All of it with a core left to the model, and with as many threads to decode as there are cores:
without a GPU these and the model then share the cores, and no pipeline can do more than 1 / (1 / decode + 1 / model)
images a second; that bound is printed too.
"""

import argparse
import io
import os
import platform
import statistics
import struct
import tempfile
import time
from pathlib import Path

import numpy as np
import sentence_transformers
import torch
from PIL import Image

import clusterby as cb
from clusterby.core.column import Column
from clusterby.core.modality import Modality
from clusterby.encoders import SentenceTransformerEncoder
from clusterby.engines import LocalEngine
from clusterby.ops.batches import decode_batch

TINY = Path(__file__).parents[1] / "tests" / "models" / "tiny-clip"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="200 files, once")
    parser.add_argument("--model", type=Path, default=TINY)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    n, repeats = (200, 1) if arguments.quick else (2_000, arguments.repeats)
    with tempfile.TemporaryDirectory() as folder:
        paths = photographs(Path(folder) / "photos", n)
        megabytes = sum(os.path.getsize(path) for path in paths) / 1e6  # noqa: PTH202
        print(
            f"{n:,} JPEG files of 1 to 4 megapixels, {megabytes:,.0f} MB; {arguments.model.name}; "
            f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__} with "
            f"{torch.get_num_threads()} threads, sentence-transformers {sentence_transformers.__version__}, "
            f"clusterby {cb.__version__}\n"
        )
        for workers in sorted({max(1, (os.cpu_count() or 1) - 1), os.cpu_count() or 1}):
            print(f"{workers} threads to decode")
            measure(paths, arguments.model, repeats, Path(folder), workers)
            print()


def measure(paths, model, repeats, place, workers):
    encoder = SentenceTransformerEncoder(model)
    encoder.encode([Image.new("RGB", (64, 64))])
    theirs = sentence_transformers.SentenceTransformer(str(model), local_files_only=True)
    cells = np.array(paths, dtype=object)
    column = Column(name="image", cells=cells, type="object")
    size, engine = encoder.batch_size, LocalEngine(workers)
    prepared = []

    def walk(prepare):
        def work(rows):
            return decode_batch(column, Modality.IMAGE, rows, shrink_to=encoder.shrink_to, prepare=prepare)

        return [batch.prepared for batch in engine.map_batches(work, range(len(cells)), batch_size=size)]

    def model_alone():
        for batch in prepared:
            encoder.encode_prepared(batch)

    rounds = iter(range(10**6))
    calls = {
        "decode alone": lambda: walk(None),
        "decode and prepare": lambda: prepared.__setitem__(slice(None), walk(encoder.prepare)),
        "model alone": model_alone,
        "clusterby, no cache": lambda: cb.embed(
            {"image": cells}, "image", encoder=encoder, cache=False, engine=engine
        ),
        "clusterby, empty cache": lambda: cb.embed(
            {"image": cells},
            "image",
            encoder=encoder,
            cache=place / f"cache{workers}-{next(rounds)}",
            engine=engine,
        ),
    }
    if workers == os.cpu_count():
        calls["sentence-transformers"] = lambda: theirs.encode(paths, batch_size=size)
        calls |= fiftyone_call(paths, place, model)
    seconds = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - began)
    rate = {name: len(paths) / statistics.median(spent) for name, spent in seconds.items()}
    slower = min(rate["decode alone"], rate["model alone"])
    bound = 1 / (1 / rate["decode alone"] + 1 / rate["model alone"])
    for name in calls:
        print(
            f"{name:24s} {rate[name]:8.1f} images/s   {rate[name] / slower:6.1%} of the slower part, "
            f"{rate[name] / bound:6.1%} of the bound"
        )


def fiftyone_call(paths, place, model):
    """Return FiftyOne's own way to embed the files by the same model, if it is installed; in a database of its own."""
    os.environ |= {"FIFTYONE_DATABASE_DIR": str(place / "fiftyone"), "FIFTYONE_DO_NOT_TRACK": "true"}
    try:
        import fiftyone as fo
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError) as error:
        print(f"FiftyOne's compute_embeddings is left out, as it needs fiftyone and torchvision ({error})\n")
        return {}
    from fiftyone.utils.transformers import convert_transformers_model
    from transformers import CLIPModel

    dataset = fo.Dataset()
    dataset.add_samples([fo.Sample(filepath=path) for path in paths], progress=False)
    wrapped = convert_transformers_model(
        CLIPModel.from_pretrained(model), task="zero-shot-image-classification"
    )
    return {"FiftyOne": lambda: dataset.compute_embeddings(wrapped, batch_size=32, progress=False)}


def photographs(folder, n):
    """Write JPEG files: 24 pictures with smooth and fine parts, each file with a comment of its own."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    pictures = [picture(rng, megapixels) for megapixels in np.linspace(1, 4, 24)]
    paths = []
    for i in range(n):
        content = pictures[i % len(pictures)]
        note = f"photograph {i}".encode()
        paths.append(str(folder / f"{i:05d}.jpg"))
        Path(paths[-1]).write_bytes(
            content[:2] + b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note + content[2:]
        )
    return paths


def picture(rng, megapixels):
    width, height = round((megapixels * 1e6 * 4 / 3) ** 0.5), round((megapixels * 1e6 * 3 / 4) ** 0.5)
    small = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    fine = rng.normal(0, 14, (height, width, 1))
    pixels = np.clip(np.asarray(small, dtype=np.float64) + fine, 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=88)
    return stream.getvalue()


if __name__ == "__main__":
    main()

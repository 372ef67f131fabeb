"""A cache of the Hugging Face Hub for one test."""

from pathlib import Path

MAIN = "c" * 40


def use_hub(monkeypatch, folder):
    """Let huggingface_hub, and who asks after its cache, look into `folder`."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))


def place(cache, hub_id, *, commit=MAIN, files=("config.json", "model.safetensors")):
    """Put a model into the cache as a download leaves it, and return its folder."""
    folder = Path(cache) / f"models--{hub_id.replace('/', '--')}"
    snapshot = folder / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text(commit)
    for file in files:
        (snapshot / file).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / file).write_text("{}")
    return snapshot


def place_row(cache, spec):
    """Put the model of a row into the cache, at the commit that the row names."""
    return place(cache, spec.hub_id, commit=spec.hub_revision or MAIN)

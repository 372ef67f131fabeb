"""What every test runs in: a cache of its own, and no way to the Hub."""

import os
import tempfile

import hypothesis
import pytest

hypothesis.settings.register_profile("clusterby", deadline=None)  # a first call may compile
hypothesis.settings.load_profile("clusterby")

# Read when huggingface_hub is imported: what a developer has downloaded must not change what "auto" takes.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_CACHE"] = tempfile.mkdtemp(prefix="clusterby-no-models-")


@pytest.fixture(autouse=True, scope="session")
def cache_folder(tmp_path_factory):
    """Keep the cache of the person who runs the tests out of them."""
    folder = tmp_path_factory.mktemp("cache")
    before = os.environ.get("CLUSTERBY_CACHE")
    os.environ["CLUSTERBY_CACHE"] = str(folder)
    yield folder
    os.environ.pop("CLUSTERBY_CACHE")
    if before is not None:
        os.environ["CLUSTERBY_CACHE"] = before

"""What every test runs in: a cache of its own, no way to the Hub, and no chat model."""

import os
import socket
import tempfile

import hypothesis
import pytest

hypothesis.settings.register_profile("clusterby", deadline=None)  # a first call may compile
hypothesis.settings.load_profile("clusterby")

# Read when huggingface_hub is imported: what a developer has downloaded must not change what "auto" takes.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_CACHE"] = tempfile.mkdtemp(prefix="clusterby-no-models-")

# Set where a developer uses them: a test must not ask a model there, nor pay for it.
for _name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CLUSTERBY_CHAT_MODEL"):
    os.environ.pop(_name, None)

# Read when fiftyone is imported: a database, plugins and models of these tests alone. By an address of its own, because
# with a folder alone FiftyOne joins whatever database of the user is running; see tests/fiftyone_database.py.
_FIFTYONE = tempfile.mkdtemp(prefix="clusterby-fiftyone-")
with socket.socket() as _free:
    _free.bind(("127.0.0.1", 0))
    _PORT = _free.getsockname()[1]
os.environ.update(
    FIFTYONE_DATABASE_DIR=f"{_FIFTYONE}/db",
    FIFTYONE_DATABASE_URI=f"mongodb://127.0.0.1:{_PORT}",
    FIFTYONE_DATABASE_VALIDATION="false",
    FIFTYONE_DATASET_ZOO_DIR=f"{_FIFTYONE}/datasets",
    FIFTYONE_MODEL_ZOO_DIR=f"{_FIFTYONE}/models",
    FIFTYONE_PLUGINS_DIR=f"{_FIFTYONE}/plugins",
    FIFTYONE_DEFAULT_DATASET_DIR=f"{_FIFTYONE}/default",
    FIFTYONE_DO_NOT_TRACK="true",
)

pytest_plugins = ["tests.fiftyone_database"]


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


def pytest_make_parametrize_id(val, argname):
    """Name long bytes and objects without a name of their own by their argument: ids are the same in every process."""
    if isinstance(val, bytes) and len(val) > 40:
        return argname
    shown = "" if isinstance(val, (str, bytes, type)) or callable(val) else repr(val)
    return argname if "\n" in shown or " at 0x" in shown else None

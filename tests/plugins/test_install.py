"""How the plugin gets into FiftyOne, and what it says where clusterby is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "plugins" / "fiftyone"

NAMES = {
    "compute_clusters",
    "get_clustering_run_info",
    "load_clustering_view",
    "rename_clustering_run",
    "delete_clustering_run",
    "label_clusters",
    "label_clusters_with_gpt4v",
    "label_samples",
    "rename_cluster",
    "merge_clusters",
    "export_clusters",
    "clusters_panel",
}

LISTED = """
import json, sys
import fiftyone.operators as foo
from fiftyone.operators.registry import OperatorRegistry
found = [o.name for o in foo.list_operators(builtin=False)]
print("LISTED", json.dumps([found, OperatorRegistry().list_errors()]))
"""

REFUSED = """
from fiftyone.operators.executor import ExecutionContext
assert "clusterby" not in sys.modules
said = {}
for operator in foo.list_operators(builtin=False, type="operator"):
    drawn = operator.resolve_input(ExecutionContext({"params": {}})).type.properties["missing"]
    reasons = [drawn.error_message if drawn.invalid else None]
    for act in (lambda: operator.execute(None), operator):
        try:
            act()
        except ImportError as error:
            reasons.append(str(error))
    said[operator.name] = reasons
print("REFUSED", json.dumps(said))
"""


def python(code, plugins, *, without_clusterby=False):
    """Run code in a fresh Python whose FiftyOne has these plugins; return what it printed."""
    env = os.environ | {"FIFTYONE_PLUGINS_DIR": str(plugins)}
    command = [sys.executable, "-c", code]
    if without_clusterby:  # it is installed by a .pth file, which -S leaves unread
        site = Path(find_spec("fiftyone").origin).parents[1]
        env["PYTHONPATH"] = str(site)
        command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, cwd=plugins)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def after(word, printed):
    (line,) = [line for line in printed.splitlines() if line.startswith(word)]
    return json.loads(line.removeprefix(word))


def test_the_manifest_names_what_is_registered():
    manifest = yaml.safe_load((SOURCE / "fiftyone.yml").read_text())
    assert manifest["name"] == "@clusterby/clustering"
    assert {*manifest["operators"], *manifest["panels"]} == NAMES


def test_the_requirements_name_the_package():
    assert (SOURCE / "requirements.txt").read_text().split() == ["clusterby[fiftyone]"]


@pytest.mark.fiftyone
def test_from_a_copy_of_a_checkout_everything_is_registered(fo, tmp_path):
    plugins = tmp_path / "plugins"
    shutil.copytree(SOURCE, plugins / "clustering", ignore=shutil.ignore_patterns("__pycache__"))
    names, errors = after("LISTED", python(LISTED, plugins))
    assert set(names) == NAMES
    assert errors == []


@pytest.mark.fiftyone
def test_from_a_link_to_a_checkout_everything_is_registered(plugin):
    import fiftyone.operators as foo

    assert plugin.is_symlink()
    assert {o.name for o in foo.list_operators(builtin=False)} == NAMES


@pytest.fixture
def served(tmp_path):
    """Serve the repository's plugin folder as an archive over loopback; yield its address."""
    folder = tmp_path / "served"
    folder.mkdir()
    with zipfile.ZipFile(folder / "clusterby.zip", "w") as archive:
        for path in [*SOURCE.rglob("*"), ROOT / "README.md", ROOT / "pyproject.toml"]:
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, Path("clusterby-main") / path.relative_to(ROOT))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/clusterby.zip"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.fiftyone
def test_from_an_archive_of_the_repository_everything_is_registered(fo, tmp_path, served):
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    command = Path(sys.executable).parent / "fiftyone"
    done = subprocess.run(
        [str(command), "plugins", "download", served, "--plugin-names", "@clusterby/clustering"],
        env=os.environ | {"FIFTYONE_PLUGINS_DIR": str(plugins)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (plugins / "@clusterby" / "clustering" / "fiftyone.yml").is_file()
    names, errors = after("LISTED", python(LISTED, plugins))
    assert set(names) == NAMES
    assert errors == []


@pytest.mark.fiftyone
def test_without_clusterby_every_operator_says_how_to_install_it(fo, tmp_path):
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "clustering").symlink_to(SOURCE, target_is_directory=True)
    printed = python(LISTED + REFUSED, plugins, without_clusterby=True)
    names, errors = after("LISTED", printed)
    assert set(names) == NAMES
    assert errors == []
    said = after("REFUSED", printed)
    message = "the plugin needs the package clusterby. Install it: pip install 'clusterby[fiftyone]', then restart FiftyOne"
    assert said == {name: [message] * 3 for name in NAMES - {"clusters_panel"}}

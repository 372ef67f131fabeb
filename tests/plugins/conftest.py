"""The plugin, installed from this checkout where these tests' FiftyOne looks for plugins."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.panel_session import PanelSession

URI = "@clusterby/clustering"
SOURCE = Path(__file__).parents[2] / "plugins" / "fiftyone"


@pytest.fixture(scope="session")
def plugin(fo):
    """Return the folder of the plugin, linked into the plugins' folder."""
    import fiftyone.plugins as fop

    for found in fop.list_plugins():
        if found.name == URI:
            return Path(found.directory)
    folder = Path(fo.config.plugins_dir) / "clusterby-clustering"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(SOURCE, target_is_directory=True)
    return folder


@pytest.fixture
def cbf(fo):
    """Return clusterby.fiftyone."""
    import clusterby.fiftyone

    return clusterby.fiftyone


@pytest.fixture
def operator(plugin):
    """Return what gets an operator by its name."""
    import fiftyone.operators as foo

    return lambda name: foo.get_operator(f"{URI}/{name}")


@pytest.fixture
def run(plugin):
    """Return what executes an operator on a dataset or view and returns its result."""
    import fiftyone as fo
    import fiftyone.operators as foo

    def execute(name, samples, params, **ctx):
        where = {"dataset": samples} if isinstance(samples, fo.Dataset) else {"view": samples}
        return foo.execute_operator(f"{URI}/{name}", ctx={**where, "params": params, **ctx}).result

    return execute


@pytest.fixture
def form(plugin):
    """Return what resolves an operator's form: the properties by name.

    With ``app=True`` as the App asks for it, which leaves out what has not been touched.
    """
    from fiftyone.operators.executor import resolve_type
    from fiftyone.operators.registry import OperatorRegistry

    def resolve(name, samples, params, *, app=False, **ctx):
        dataset = samples._root_dataset
        request = {"dataset_name": dataset.name, "params": dict(params), "target": "inputs", **ctx}
        if samples is not dataset:
            request["view"] = samples._serialize()
        if app:
            request["operator_uri"] = f"{URI}/{name}"
        resolved = asyncio.run(resolve_type(OperatorRegistry(), f"{URI}/{name}", request))
        assert hasattr(resolved, "type"), resolved.error
        resolved.to_json()  # what the App gets
        return resolved.type.properties

    return resolve


@pytest.fixture
def refusals(form):
    """Return what resolves a form and returns the reasons for which it is refused, by property."""

    def resolve(name, samples, params, **how):
        return {n: p.error_message for n, p in form(name, samples, params, **how).items() if p.invalid}

    return resolve


@pytest.fixture
def clustered(dataset, cbf):
    """Return a dataset with the clustering ``by_look``."""
    cbf.compute_clusters(dataset, "by_look", method="kmeans", n_clusters=3, embeddings="emb")
    return dataset


@pytest.fixture
def panel(clustered):
    """Return the panel, open on it."""
    return PanelSession(clustered).do("on_load")

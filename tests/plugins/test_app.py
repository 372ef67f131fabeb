"""The plugin in the real App in a real browser, on real images."""

from __future__ import annotations

import re
import uuid
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from tests.app_session import open_browser, open_dataset, serve_app, wait_until
from tests.panel_session import PLUGIN

pytestmark = [pytest.mark.fiftyone, pytest.mark.browser, pytest.mark.usefixtures("plugin")]

COMPUTE = f"{PLUGIN}/compute_clusters"
FORM_SECONDS = 1.5  # until the form has been resolved anew after a change


@pytest.fixture(scope="module")
def digits(fo, tmp_path_factory):
    """90 handwritten zeros, ones and sixes, their pixels as vectors."""
    import clusterby as cb

    folder = cb.samples.digits(tmp_path_factory.mktemp("app") / "digits")
    dataset = fo.Dataset(f"digits-{uuid.uuid4().hex[:8]}", persistent=True)
    samples = []
    for digit in "016":
        for path in sorted((folder / digit).glob("*.png"))[:30]:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("L"), dtype=np.float32).ravel() / 255
            label = fo.Classification(label=digit)
            samples.append(fo.Sample(filepath=str(path), digit=label, pixels=pixels, tags=[f"a {digit}"]))
    dataset.add_samples(samples)
    yield dataset
    dataset.delete()


def test_from_the_toolbar_to_a_field_and_a_panel_and_back(digits, tmp_path):
    with serve_app(tmp_path / "server.log") as address, open_browser() as browser:
        app = open_dataset(browser, address, digits.name)
        try:
            walk(app, digits)
        except BaseException:
            app.screenshot(tmp_path / "failed.png")
            print(
                f"errors: {app.errors}; seen: {tmp_path / 'failed.png'}"
            )  # pytest shows it with the failure
            raise


def walk(app, digits):
    app.wait_for_count(90)
    compute(app)
    wait_until(lambda: app.has_field("by_pixels_cluster"), "the sidebar lists the new field")
    sizes = stored(digits)
    assert sum(sizes.values()) == 90
    assert len(sizes) == 3
    see_table(app, sizes)
    cluster = filter_grid(app, sizes)
    rename(app, digits, cluster)
    lasso(app)
    delete(app, digits)
    assert [error for error in app.errors if "entry is loading" not in error] == []


def compute(app):
    form = app.open_operator(COMPUTE)
    form.get_by_text("field pixels").wait_for(timeout=20_000)
    form.locator('input[type="number"]').first.fill("3")
    app.page.wait_for_timeout(1000 * FORM_SECONDS)
    form.locator('input[value="clusters"]').fill("by_pixels")
    app.page.wait_for_timeout(1000 * FORM_SECONDS)
    form.get_by_text(re.compile("by_pixels_cluster")).first.wait_for(timeout=20_000)
    form.get_by_role("button", name="Cluster", exact=True).click()
    app.page.get_by_text("90 samples in 3 clusters").wait_for(timeout=40_000)
    app.page.get_by_role("button", name="Done").click()


def stored(digits):
    """Return the clusters' sizes as the database has them."""
    digits.reload()
    return Counter(digits.values("by_pixels_cluster"))


def cells(app):
    return [row.locator("td").all_inner_texts() for row in app.page.locator("tbody tr").all()]


def see_table(app, sizes):
    wait_until(lambda: len(cells(app)) == 3, "the panel has opened, and its table has three clusters")
    assert {row[0].strip(): int(row[1]) for row in cells(app)} == dict(sizes)
    wait_until(lambda: all("digit" in row[4] for row in cells(app)), "each cluster is marked by its digit")
    summary = app.page.get_by_text(re.compile(r"kmeans\s+·\s+90 samples\s+·\s+3 clusters"))
    assert summary.count() == 1
    pictures = app.page.locator('img[src^="/media?filepath="]')
    wait_until(lambda: pictures.count() == 12, "twelve exemplars are shown")
    loaded = "images => images.every(image => image.complete && image.naturalWidth > 0)"
    wait_until(lambda: pictures.evaluate_all(loaded), "the exemplars are real pictures")


def filter_grid(app, sizes):
    row = app.page.locator("tbody tr").nth(1)
    cluster = row.locator("td").first.inner_text().strip()
    row.locator("td").first.click()
    app.wait_for_count(sizes[cluster])
    wait_until(lambda: app.page.locator('[data-cy="looker"]').count() > 0, "the grid shows samples")
    return cluster


def rename(app, digits, cluster):
    app.page.locator('input[placeholder^="Name it"]').fill("*round* ones")
    app.page.wait_for_timeout(500)
    app.page.get_by_role("button", name="Rename").last.click()
    title = f"{cluster} · *round* ones"
    wait_until(
        lambda: title in [row[0].strip() for row in cells(app)], "the table has the new name, as it was typed"
    )
    wait_until(lambda: app.has_field("by_pixels_cluster_name"), "the sidebar lists the field of names")
    digits.reload()
    named = digits.match({"by_pixels_cluster": cluster})
    assert set(named.values("by_pixels_cluster_name")) == {"*round* ones"}
    assert digits.count("by_pixels_cluster_name") == len(named)


def lasso(app):
    app.page.get_by_role("button", name="Show all").click()
    app.wait_for_count(90)
    app.page.get_by_role("tab", name="Map").click()
    app.page.locator(".js-plotly-plot .nsewdrag").first.wait_for(timeout=60_000)
    app.page.wait_for_timeout(1500)
    app.lasso((0.02, 0.02), (0.6, 0.02), (0.6, 0.98), (0.02, 0.98))
    wait_until(lambda: 0 < app.count() < 90, "the grid shows what the lasso holds")
    app.page.get_by_role("button", name="Clear selection").click()
    app.wait_for_count(90)
    app.page.get_by_role("tab", name="Clusters").click()


def delete(app, digits):
    app.page.get_by_role("button", name="Delete").click()
    app.page.get_by_text("Delete run by_pixels and the fields it wrote?").wait_for(timeout=10_000)
    app.page.get_by_role("button", name="Delete").last.click()
    app.page.get_by_text("No clusterings yet").wait_for(timeout=20_000)
    for field in ("by_pixels_cluster", "by_pixels_cluster_name"):
        wait_until(lambda field=field: not app.has_field(field), f"the sidebar has forgotten {field}")
    digits.reload()
    assert digits.list_runs() == []
    assert not digits.has_field("by_pixels_cluster")
    assert not digits.has_field("by_pixels_cluster_name")
    assert digits.count() == 90

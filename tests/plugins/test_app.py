"""The plugin in the real App in a real browser, on real images.

The picture of the panel in the README is one that a test leaves, where it is told the file:

    CLUSTERBY_PICTURE=docs/images/fiftyone-panel.png pytest tests/plugins/test_app.py -k one_cluster
"""

from __future__ import annotations

import csv
import os
import re
import uuid
from collections import Counter
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image
from tests.app_session import open_browser, open_dataset, serve_app, wait_until
from tests.panel_session import PLUGIN

pytestmark = [pytest.mark.fiftyone, pytest.mark.browser, pytest.mark.usefixtures("plugin")]

PICTURE = os.environ.get("CLUSTERBY_PICTURE")
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


@pytest.fixture(scope="module")
def scenes(fo, tmp_path_factory):
    """420 drawn scenes in seven clusters, which their pixels make of their backgrounds; each bears a name."""
    import clusterby as cb
    import clusterby.fiftyone as cbf

    folder = cb.samples.scenes(tmp_path_factory.mktemp("scenes") / "scenes", n=420)
    dataset = fo.Dataset(f"scenes-{uuid.uuid4().hex[:8]}" if PICTURE is None else "scenes", persistent=True)
    samples = []
    with (folder / "scenes.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            with Image.open(folder / row["image"]) as image:
                pixels = (
                    np.asarray(image.resize((8, 8), Image.Resampling.BOX), dtype=np.float32).ravel() / 255
                )
            labels = {name: row[name] for name in ("background", "color", "count", "shape", "texture")}
            samples.append(fo.Sample(filepath=str(folder / row["image"]), pixels=pixels, **labels))
    dataset.add_samples(samples)
    cbf.compute_clusters(dataset, "by_look", method="kmeans", n_clusters=7, embeddings="pixels")
    cbf.name_clusters(dataset, "by_look")
    yield dataset
    dataset.delete()


@pytest.fixture(scope="module")
def address(plugin, tmp_path_factory):
    with serve_app(tmp_path_factory.mktemp("server") / "log") as served:
        yield served


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@contextmanager
def opened(browser, address, dataset, folder, **options):
    """Yield the App on a dataset; if something fails, leave a picture of what was seen."""
    app = open_dataset(browser, address, dataset.name, **options)
    try:
        yield app
    except BaseException:
        app.screenshot(folder / "failed.png")
        print(f"errors: {app.errors}; seen: {folder / 'failed.png'}")  # pytest shows it with the failure
        raise
    finally:
        app.page.close()


def check_errors(app):
    """Fail if the App told of errors other than its own, about a view that is asked for while it loads another."""
    assert [error for error in app.errors if "entry is loading" not in error] == []


def test_from_the_toolbar_to_a_field_and_a_panel_and_back(digits, browser, address, tmp_path):
    with opened(browser, address, digits, tmp_path) as app:
        walk(app, digits)
        check_errors(app)


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


# the card, the field for the name, the table and the grid


def test_all_parts_are_of_one_cluster_whatever_is_clicked(scenes, browser, address, tmp_path):
    size = {"width": 1600, "height": 920}
    with opened(browser, address, scenes, tmp_path, viewport=size) as app:
        names, sizes = expected(scenes)
        app.open_panel()
        wait_until(lambda: len(cells(app)) == 7, "the panel's table has seven clusters", seconds=40)
        wait_until(lambda: all("…" not in row[4] for row in cells(app)), "marks are shown", seconds=40)
        rows = [int(row[0].split(" · ")[0]) for row in cells(app)]
        click_rows(app, 1, 2)
        see_one(app, rows[2], names, sizes)
        app.page.get_by_role("button", name="Outliers first").click()
        see_one(app, rows[2], names, sizes)
        click_rows(app, 5, 3, 0)
        see_one(app, rows[0], names, sizes)
        app.page.locator("tbody tr").nth(4).get_by_role("button").first.click()  # the pencil
        see_one(app, rows[4], names, sizes)
        app.page.go_back()
        see_one(app, rows[0], names, sizes)
        check_errors(app)
        if PICTURE is not None:
            (cluster,) = [number for number, name in names.items() if name == "brick"]
            click_rows(app, rows.index(cluster))
            see_one(app, cluster, names, sizes)
            take_picture(app)


def expected(scenes):
    """Return the names and sizes of the clusters, as the database has them."""
    labels, names = scenes.values("by_look_cluster"), scenes.values("by_look_cluster_name")
    return dict(zip(map(int, labels), names, strict=True)), Counter(map(int, labels))


def click_rows(app, *rows):
    """Click rows of the table one right after the other, as a browser may that was busy."""
    app.page.evaluate(
        "rows => rows.forEach(row => document.querySelectorAll('tbody tr')[row].querySelector('td').click())",
        list(rows),
    )


SEEN = """() => {
    const field = document.querySelector('input[placeholder^="Name it"]')
    let card = field
    while (!/ items, /.test(card.innerText || '')) card = card.parentElement
    const rows = [...document.querySelectorAll('tbody tr td:first-of-type')]
    const backs = rows.map(cell => getComputedStyle(cell).backgroundColor)
    const chosen = rows.filter((_, row) => backs.filter(back => back === backs[row]).length === 1)
    const [title, size] = card.innerText.split('\\n').filter(line => line.trim())
    return [title, size, field.value, chosen.map(cell => cell.innerText.trim()).join()]
}"""


def see_one(app, cluster, names, sizes):
    """Wait until all parts are of a cluster, and see that they stay so."""
    title = f"{cluster} · {names[cluster]}"
    app.page.mouse.move(4, 4)  # a row below the mouse looks as if it were chosen
    wanted = [title, f"{sizes[cluster]} items, {sizes[cluster] / 420:.1%}", names[cluster], title]

    def agree():
        return app.page.evaluate(SEEN) == wanted and app.count() == sizes[cluster]

    def agree_for_long():
        for _ in range(10):
            assert agree(), (app.page.evaluate(SEEN), app.count(), wanted)
            app.page.wait_for_timeout(200)
        return True

    wait_until(agree_for_long, f"card, name, table and grid are of cluster {title}", seconds=60)


def take_picture(app):
    """Leave a picture of what is seen, with the clusters' names in the grid; in 256 colors, for it is in the README."""
    app.page.locator('[data-cy="checkbox-by_look_cluster_name"]').first.click()
    app.page.mouse.move(4, 4)
    app.page.wait_for_timeout(5000)
    app.screenshot(PICTURE)
    with Image.open(PICTURE) as seen:
        drawn = seen.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    drawn.save(PICTURE, optimize=True)

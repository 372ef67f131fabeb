"""The report in a real browser."""

import numpy as np
import pytest

from clusterby.views.report_data import ClusterCard, ReportData, Scatter, SkippedRow

from .test_html import HOSTILE, everywhere

pytestmark = pytest.mark.browser


def test_it_opens_without_a_complaint_and_without_the_network(visit, make_report):
    found = visit(make_report())
    found.page.wait_for_timeout(100)
    assert found.complaints == []
    outside = [url for url in found.requests if not url.startswith("data:")]
    assert outside == [found.path.as_uri()]


def test_hostile_data_run_no_script(visit):
    text = " ".join(HOSTILE)
    found = visit(everywhere(text))
    found.page.locator("#ledger button").first.click()
    found.page.mouse.move(*place_of(found, 0))
    assert found.complaints == []
    assert found.page.locator("h1").inner_text() == text
    assert text in found.page.locator("#tooltip").inner_text()


def test_every_row_is_painted_in_the_color_of_its_cluster(visit, make_report):
    found = visit(make_report())
    found.page.wait_for_timeout(100)
    painted = found.page.evaluate(
        """() => {
            const { width, height } = dots;
            const pixels = dots.getContext("2d").getImageData(0, 0, width, height).data;
            const seen = new Set();
            for (let i = 0; i < pixels.length; i += 4)
                if (pixels[i + 3] > 200) seen.add([pixels[i], pixels[i + 1], pixels[i + 2]].join());
            return [...seen];
        }"""
    )
    assert {"45,99,197", "218,126,0", "0,131,109"} <= set(painted)


def test_a_click_on_a_card_picks_it_out_and_a_second_one_lets_it_go(visit, make_report):
    found = visit(make_report())
    found.page.locator("#cluster-1 .figures").click()
    assert found.chosen() == ["1"]
    assert found.page.locator("#ledger [data-cluster='1'] button").get_attribute("aria-pressed") == "true"
    assert "Cluster 1" in found.page.locator("#chosen").inner_text()
    found.page.locator("#cluster-1 .figures").click()
    assert found.chosen() == []


def test_a_click_in_the_list_picks_out_the_card(visit, make_report):
    found = visit(make_report())
    found.page.locator("#ledger [data-cluster='2'] button").click()
    assert found.chosen() == ["2"]


def test_picking_out_a_cluster_grays_the_others_on_the_map(visit, make_report):
    found = visit(make_report())
    colored = """() => {
        const pixels = dots.getContext("2d").getImageData(0, 0, dots.width, dots.height).data;
        let orange = 0, blue = 0;
        for (let i = 0; i < pixels.length; i += 4) {
            if (pixels[i + 3] < 100) continue;
            orange += pixels[i] > 190 && pixels[i + 2] < 40;
            blue += pixels[i + 2] > 190 && pixels[i] < 80;
        }
        return [orange > 0, blue > 0];
    }"""
    found.page.wait_for_timeout(100)
    assert found.page.evaluate(colored) == [True, True]
    found.page.locator("#cluster-1 button").click()
    found.page.wait_for_timeout(100)
    assert found.page.evaluate(colored) == [True, False]


def test_keys_pick_out_and_let_go(visit, make_report):
    found = visit(make_report())
    found.page.locator("#cluster-0 button").focus()
    found.page.keyboard.press("Enter")
    assert found.chosen() == ["0"]
    found.page.keyboard.press("Escape")
    assert found.chosen() == []


def place_of(found, row):
    """Return where on the page a row of the table is painted."""
    found.page.locator("#stage").scroll_into_view_if_needed()
    box = found.page.locator("#stage").bounding_box()
    found.page.evaluate(f"map.ringRow({row})")
    moved = found.page.locator("#ring").evaluate("ring => new DOMMatrix(getComputedStyle(ring).transform)")
    return box["x"] + moved["e"], box["y"] + moved["f"]


def test_the_pointer_on_a_dot_tells_its_cluster_and_its_row(visit, make_report):
    found = visit(make_report())
    found.page.mouse.move(*place_of(found, 41))  # row 40 was left out: this is the 41st dot
    assert found.page.locator("#tooltip").inner_text().split() == ["dogs", "thing", "40", "row", "41"]


def test_an_exemplar_shows_its_thumbnail_on_the_map(visit, make_report):
    found = visit(make_report())
    found.page.mouse.move(*place_of(found, 0))
    assert found.page.locator("#tooltip img").count() == 1


def test_a_click_on_a_dot_picks_out_its_cluster(visit, make_report):
    found = visit(make_report())
    found.page.mouse.click(*place_of(found, 31))
    assert found.chosen() == ["1"]


def test_the_wheel_zooms_about_the_pointer(visit, make_report):
    found = visit(make_report())
    x, y = place_of(found, 10)
    found.page.mouse.move(x, y)
    found.page.mouse.wheel(0, -300)
    found.page.wait_for_timeout(200)
    assert found.page.locator("#stage.zoomed").count() == 1
    assert place_of(found, 10) == pytest.approx((x, y), abs=0.5)


def test_dragging_moves_the_map_and_picks_nothing(visit, make_report):
    found = visit(make_report())
    found.page.locator("[data-zoom=in]").click()
    x, y = place_of(found, 10)
    box = found.page.locator("#stage").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    found.page.mouse.move(*middle)
    found.page.mouse.down()
    found.page.mouse.move(middle[0] + 20, middle[1] - 10)
    found.page.mouse.move(middle[0] + 40, middle[1] - 20)
    found.page.mouse.up()
    assert place_of(found, 10) == pytest.approx((x + 40, y - 20), abs=1)
    assert found.chosen() == []


def test_keys_zoom_the_map_and_show_it_whole_again(visit, make_report):
    found = visit(make_report())
    found.page.locator("#stage").focus()
    found.page.keyboard.press("+")
    found.page.wait_for_timeout(100)
    assert found.page.locator("#stage.zoomed").count() == 1
    found.page.keyboard.press("0")
    found.page.wait_for_timeout(100)
    assert found.page.locator("#stage.zoomed").count() == 0


def test_cards_and_list_are_sorted_with_noise_last(visit, make_report):
    found = visit(make_report())
    for order, ids in (("id", "0 1 2 -1"), ("cohesion", "1 2 0 -1"), ("size", "0 2 1 -1")):
        found.page.locator(f"[value={order}]").check()
        assert found.order("cards") == ids.split()
        assert found.order("ledger") == ids.split()


def test_the_filter_looks_at_names_marks_and_texts(visit, make_report):
    found = visit(make_report())
    for text, ids in (("CATS", "0"), ("folder 7", "0"), ("boats", "1"), ("(none)", ""), ("", "0 2 1 -1")):
        found.page.locator("#filter").fill(text)
        assert found.order("cards") == ids.split()
        assert found.order("ledger") == ids.split()
        tally = f"{len(ids.split())} of 4 shown" if text else ""
        assert found.page.locator("#tally").inner_text() == tally


def test_nothing_is_wider_than_a_phone(visit, make_report):
    found = visit(make_report(), viewport={"width": 360, "height": 700})
    assert found.page.evaluate("document.documentElement.scrollWidth") == 360


def test_hundreds_of_clusters_and_many_rows_stay_quick(visit):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 300, 200_000)
    places = rng.normal(size=(200_000, 2)).astype(np.float32)
    found = visit(
        ReportData(
            title="t",
            clusters=tuple(ClusterCard(id=i, size=10, share=0.01, cohesion=i / 300) for i in range(300)),
            scatter=Scatter(
                x=places[:, 0], y=places[:, 1], labels=labels, rows=np.arange(200_000), method="PCA"
            ),
            skipped=tuple(SkippedRow(row=i, column="image", reason="empty file") for i in range(10_000)),
        )
    )
    spent = found.page.evaluate(
        """() => {
            const start = performance.now();
            choose(7); sortBy("cohesion"); filterBy("29"); document.querySelector("details").open = true;
            document.body.getBoundingClientRect();
            return performance.now() - start;
        }"""
    )
    assert spent < 2_000
    assert found.complaints == []


def test_a_report_without_a_map_or_with_one_row_opens(visit, make_report):
    one = Scatter(
        x=np.zeros(1, "float32"), y=np.zeros(1, "float32"), labels=np.zeros(1, "int64"), rows=np.arange(1),
        method="PCA",
    )  # fmt: skip
    card = ClusterCard(id=0, size=1, share=1.0)
    assert visit(make_report(scatter=None)).complaints == []
    assert visit(ReportData(title="t", clusters=(card,), scatter=one)).complaints == []
    assert visit(ReportData(title="t")).complaints == []

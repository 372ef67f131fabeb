import re
from html.parser import HTMLParser

import numpy as np
import pytest

from clusterby.core.errors import UnwritableTarget
from clusterby.views.html import check_target, render, write_html
from clusterby.views.report_data import ClusterCard, Exemplar, Mark, ReportData, Scatter, SkippedRow

from .conftest import thumbnail

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "</style></title><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "<!--<script>",
    "{{ 7 * 7 }}{% raw %}",
]


class Outline(HTMLParser):
    """What a parser makes of a page: its tags, its attributes, its text outside of scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        if self.tags[-1:] not in (["script"], ["style"]):
            self.words.append(data)


def everywhere(text):
    """Return a report with the text in every place that data can reach."""
    card = ClusterCard(
        id=0, size=1, share=1.0, name=text,
        exemplars=(
            Exemplar(kind="image", src=thumbnail(), text=text, caption=text, row=0),
            Exemplar(kind="text", text=text, caption=text),
            Exemplar(kind="values", text=text),
        ),
        marks=(Mark(column=text, text=text, inside=text, overall=text),),
    )  # fmt: skip
    scatter = Scatter(
        x=np.zeros(1, "float32"), y=np.zeros(1, "float32"), labels=np.zeros(1, "int64"), rows=np.arange(1),
        captions=[text], method=text,
    )  # fmt: skip
    return ReportData(
        title=text, subtitle=text, facts=((text, text),), notes=(text,), clusters=(card,), scatter=scatter,
        noise=ClusterCard(id=-1, size=0, share=0.0, name=text),
        skipped=(SkippedRow(row=1, column=text, reason=text, cell=text),),
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_data_add_no_tag_and_no_attribute(text):
    hostile, harmless = Outline(render(everywhere(text))), Outline(render(everywhere("harmless")))
    assert hostile.tags == harmless.tags
    assert [name for name, _ in hostile.attributes] == [name for name, _ in harmless.attributes]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_data_are_read_as_they_are(text):
    assert text in "".join(Outline(render(everywhere(text))).words)


def test_control_characters_never_reach_the_page():
    page = render(everywhere("a\x00b\x1b[31m\x7f\ud800c"))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", page)
    assert "a␀b␛[31m␡�c" in page


def test_text_that_turns_the_reading_direction_is_kept_apart():
    page = render(everywhere("abc\u202egnp.exe"))
    title = re.search(r"<h1>(.*?)</h1>", page)[1]
    assert title == "<bdi>abc\u202egnp.exe</bdi>"


def test_a_report_says_all_there_is_to_say(make_report):
    words = " ".join(" ".join(Outline(render(make_report())).words).split())
    for said in (
        "Sixty-three things", "Grouped by what they look like.", "color-gradient",
        "Sees color and edges, not meaning.", "cats", "Cluster 1", "Noise", "47.6%", "cohesion 0.20",
        "folder is 7", "90.0%", "10.0%", "3.4 kB", "a letter about boats", "0/a.png", "1 row left out",
        "empty file", "1/b.png", "A t-SNE of all rows.",
    ):  # fmt: skip
        assert said in words


def test_the_policy_allows_this_script_and_style_only(make_report):
    page = render(make_report())
    contents = [value for name, value in Outline(page).attributes if name == "content"]
    policy = next(value for value in contents if value.startswith("default-src"))
    assert re.fullmatch(
        r"default-src 'none'; img-src data:; style-src 'sha256-[\w+/]{43}='; "
        r"script-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'",
        policy,
    )


def test_nothing_is_loaded(make_report):
    addresses = [v for n, v in Outline(render(make_report())).attributes if n in ("src", "href", "srcset")]
    assert all(address.startswith(("data:", "#")) for address in addresses)


def test_no_attribute_carries_style_or_script(make_report):
    names = {name for name, _ in Outline(render(make_report())).attributes}
    assert not {name for name in names if name == "style" or name.startswith("on")}


def test_the_same_data_give_the_same_page(make_report):
    assert render(make_report()) == render(make_report())


def test_the_data_need_no_clusters():
    assert "Nothing here" in render(ReportData(title="Nothing here"))


def test_only_tiny_images_are_enlarged_without_smoothing():
    def card(pixels):
        exemplar = Exemplar(kind="image", src=thumbnail(pixels))
        return ReportData(title="t", clusters=(ClusterCard(id=0, size=1, share=1.0, exemplars=(exemplar,)),))

    assert 'class="pixelated"' in render(card(32))
    assert 'class="pixelated"' not in render(card(33))


def test_long_texts_are_cut():
    exemplar = Exemplar(kind="text", text="word " * 10_000)
    data = ReportData(title="t", clusters=(ClusterCard(id=0, size=1, share=1.0, exemplars=(exemplar,)),))
    assert len(render(data)) < len(render(ReportData(title="t"))) + 4_000


def test_ten_thousand_skipped_rows_are_listed_and_the_rest_counted():
    skipped = tuple(SkippedRow(row=i, column="image", reason="empty file") for i in range(10_050))
    page = render(ReportData(title="t", skipped=skipped))
    assert page.count("<tr><td") == 10_000
    assert "10,050 rows left out" in page
    assert "The first 10,000 of them" in page


def test_a_million_rows_fit_in_twelve_megabytes():
    rng = np.random.default_rng(0)
    places = rng.normal(size=(1_000_000, 2)).astype(np.float32)
    labels = rng.integers(0, 100, 1_000_000)
    scatter = Scatter(x=places[:, 0], y=places[:, 1], labels=labels, rows=np.arange(1_000_000), method="PCA")
    cards = tuple(ClusterCard(id=i, size=10_000, share=0.01) for i in range(100))
    assert len(render(ReportData(title="t", clusters=cards, scatter=scatter))) < 12_000_000


def test_writing_returns_the_absolute_path(make_report, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert write_html(make_report(), "report.html") == tmp_path / "report.html"
    assert (tmp_path / "report.html").read_text("utf-8") == render(make_report())


def test_a_path_from_home_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert check_target("~/report.html") == tmp_path / "report.html"


def test_a_report_is_replaced(make_report, tmp_path):
    path = write_html(make_report(title="first"), tmp_path / "report.html")
    write_html(make_report(title="second"), path)
    assert "<title>second</title>" in path.read_text("utf-8")


def test_an_empty_file_is_replaced(make_report, tmp_path):
    path = tmp_path / "report.html"
    path.touch()
    assert write_html(make_report(), path).stat().st_size > 0


def test_another_file_is_left_alone(make_report, tmp_path):
    path = tmp_path / "index.html"
    path.write_text("<p>my page</p>")
    with pytest.raises(UnwritableTarget, match="is there already and no report of clusterby: choose another"):
        write_html(make_report(), path)
    assert path.read_text() == "<p>my page</p>"


def test_a_missing_folder_is_named(make_report, tmp_path):
    with pytest.raises(
        UnwritableTarget, match=r"no folder .*nowhere to write report.html to: create it first"
    ):
        write_html(make_report(), tmp_path / "nowhere" / "report.html")


def test_a_folder_is_no_place_for_a_page(make_report, tmp_path):
    with pytest.raises(UnwritableTarget, match=r"is a folder: name a file in it, such as .*report\.html"):
        write_html(make_report(), tmp_path)


def test_a_write_that_fails_leaves_the_old_report_and_nothing_else(make_report, tmp_path, monkeypatch):
    path = write_html(make_report(title="first"), tmp_path / "report.html")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(UnwritableTarget, match=r"cannot write .*report\.html: No space left on device"):
        write_html(make_report(title="second"), path)
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert "<title>first</title>" in path.read_text("utf-8")

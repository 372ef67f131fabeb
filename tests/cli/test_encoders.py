import pytest
from tests.hub.cache import place_row, use_hub

import clusterby as cb


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    use_hub(monkeypatch, tmp_path / "hub")
    return tmp_path / "hub"


def names(done):
    return [row["name"] for row in done.json]


def test_every_encoder_is_listed_with_its_weakness(run):
    shown = run("encoders", "--json").json
    assert [row["name"] for row in shown] == cb.encoders.names()
    assert all(row["weakness"] for row in shown)
    listed = run("encoders").out
    assert [line.split()[0] for line in listed.splitlines() if line and not line.startswith(" ")][
        1:-1
    ] == cb.encoders.names()
    assert "weak: sees color and edges, not meaning" in " ".join(listed.split())


@pytest.mark.parametrize("width", [80, 120])
def test_the_list_fits_a_terminal(run, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    assert max(len(line.rstrip()) for line in run("encoders").out.splitlines()) <= width


def test_those_for_which_facts_hold(run):
    assert names(run("encoders", "--modality", "audio", "--json")) == ["clap"]
    assert names(run("encoders", "--modality", "image", "--not-aligned", "--json")) == [
        "color-gradient",
        "dinov2",
        "rad-dino",
    ]
    assert names(run("encoders", "--aligned", "--domain", "medical", "--json")) == ["medsiglip"]


def test_those_that_are_here_already(run, hub):
    assert names(run("encoders", "--available", "--json")) == ["color-gradient", "lsa", "tabular", "identity"]
    place_row(hub, cb.encoders.get("clip"))
    assert names(run("encoders", "--available", "--modality", "image", "--json")) == [
        "color-gradient",
        "clip",
    ]


def test_the_list_says_what_has_to_be_downloaded(run, hub):
    place_row(hub, cb.encoders.get("clip"))
    lines = {line.split()[0]: line for line in run("encoders").out.splitlines() if line}
    assert lines["clip"].endswith("yes")
    assert lines["siglip2"].endswith("to download")


def test_where_facts_hold_for_none_it_says_so(run):
    assert (
        run("encoders", "--modality", "video").out
        == "There is no such encoder. All of them: clusterby encoders\n"
    )


def test_a_name_or_alias_shows_all_facts_of_one(run):
    words = " ".join(run("encoders", "dino").out.split())
    for fact in (
        "dinov2", "weak at sees what looks alike", "dimension 768", "cost 46.3 GFLOPs an item", "license Apache-2.0",
        "weights 346 MB, huggingface.co/facebook/dinov2-base", "commit f9e44c814b77203eaa57a6bdbbd535f21ede1415",
        "bias biased towards rich households of Western countries",
        "here no: encoder='dinov2' downloads 346 MB from huggingface.co/facebook/dinov2-base, once",
    ):  # fmt: skip
        assert fact in words


def test_speeds_are_shown_with_their_machine(run):
    assert "speed 755 a second on one core of an Intel Xeon at 2.5 GHz" in " ".join(
        run("encoders", "color-gradient").out.split()
    )
    assert "speed 0.085 a second on" in " ".join(run("encoders", "medsiglip").out.split())
    assert "speed not measured" in " ".join(run("encoders", "identity").out.split())


def test_what_a_model_card_leaves_out_is_told_from_what_has_no_model(run):
    assert "its model card says nothing of it" in " ".join(run("encoders", "minilm").out.split())
    assert "bias" not in run("encoders", "lsa").out


def test_all_facts_come_as_json(run):
    [facts] = run("encoders", "e5", "--json").json
    assert facts["arguments"] == {
        "model": "intfloat/multilingual-e5-small", "name": "e5", "prompt": "query: ",
        "revision": "614241f622f53c4eeff9890bdc4f31cfecc418b3",
    }  # fmt: skip
    assert facts["quality"] == {"text": 0.55}
    assert (facts["modalities"], facts["available"]) == (["text"], False)


def test_an_unknown_modality_or_name_is_an_error(run):
    done = run("encoders", "--modality", "txt")
    assert done.status == 1
    assert "Did you mean 'text'" in done.err
    assert "Did you mean 'dinov2'" in run("encoders", "dinov3").err

import pytest

from clusterby.core.errors import InvalidParameter, MissingExtra
from clusterby.core.modality import Modality
from clusterby.encoders import ENCODERS, EncoderSpec
from clusterby.encoders.prefer import best_encoder, parse_preferences
from tests.hub.cache import place_row, use_hub

IMAGE, TEXT, AUDIO = Modality.IMAGE, Modality.TEXT, Modality.AUDIO


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    use_hub(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture
def register():
    """Register rows for one test."""
    added = []

    def add(**facts):
        row = EncoderSpec(**{
            "target": "clusterby.encoders.identity:IdentityEncoder", "modalities": {"text"}, "summary": "sees",
            "weakness": "sees", "fitted": False, "aligned": True, "dimension": 8, "quality": 0.99, "gflops": 1.0,
        } | facts)  # fmt: skip
        added.append(ENCODERS.register(row).name)

    yield add
    for name in added:
        ENCODERS.unregister(name)


@pytest.fixture
def here(hub):
    """Let models be here already."""

    def place(*names):
        for name in names:
            place_row(hub, ENCODERS.get(name))

    return place


def best(modality, **prefer):
    spec, _ = best_encoder(modality, prefer)
    return spec.name


def refusal(modality, **prefer):
    with pytest.raises((InvalidParameter, MissingExtra)) as error:
        best_encoder(modality, prefer)
    return error


def test_what_is_not_downloaded_is_passed_over(here):
    assert best(IMAGE) == "color-gradient"
    here("clip")
    assert best(IMAGE) == "clip"


def test_quality_alone_counts_unless_something_else_is_named(here):
    here("clip", "siglip2", "dinov2")
    assert best_encoder(IMAGE) == (
        ENCODERS.get("siglip2"),
        "the best quality of siglip2, dinov2, clip, color-gradient, those installed for image cells",
    )


def test_quality_is_that_for_the_kind_of_cell(here):
    here("clip", "siglip2")
    assert best(TEXT) == "lsa"


def test_speed_alone_takes_the_fastest(here):
    here("clip", "siglip2")
    spec, reason = best_encoder(IMAGE, {"speed": 1})
    assert (spec.name, reason) == (
        "color-gradient",
        "the fastest of color-gradient, clip, siglip2, those installed for image cells",
    )


def test_weights_balance_the_two(here):
    here("clip", "siglip2")
    assert best(IMAGE, quality=4, speed=1) == "siglip2"
    assert best(IMAGE, quality=4, speed=5) == "clip"
    assert best(IMAGE, quality=4, speed=9) == "color-gradient"
    assert "the best by quality 1 and speed 0.5 of" in best_encoder(IMAGE, {"speed": 0.5, "quality": 1})[1]


def test_what_costs_nothing_has_speed_1_and_what_is_unknown_or_beyond_the_scale_0(register):
    wanted = parse_preferences({"speed": 1})
    for name, gflops in (("free", 0.0), ("dear", 1000.0), ("dearer", 5000.0), ("unknown", None)):
        register(name=name, gflops=gflops)
    scores = [wanted.score(ENCODERS.get(name), TEXT) for name in ("free", "dear", "dearer", "unknown")]
    assert scores == [1, 0, 0, 0]


def test_models_of_a_domain_are_taken_only_where_it_is_asked_for(here):
    here("rad-dino", "git-rsclip")
    assert best(IMAGE) == "color-gradient"
    assert best_encoder(IMAGE, {"domain": "medical"}) == (
        ENCODERS.get("rad-dino"),
        "the one installed for image cells, of domain 'medical'",
    )


def test_alignment_cost_and_language_must_hold(here):
    here("clip", "siglip2", "dinov2", "minilm", "e5")
    assert best(IMAGE, aligned=False) == "dinov2"
    assert best(IMAGE, aligned=True, max_cost=10) == "clip"
    assert best(TEXT) == "minilm"
    assert best(TEXT, language="de") == "e5"
    assert best_encoder(IMAGE, {"aligned": True, "max_cost": 10})[1] == (
        "the one installed for image cells, aligned with language, of at most 10 GFLOPs an item"
    )


def test_a_cost_that_is_not_known_is_not_below_any(register):
    register(name="unknown", gflops=None)
    assert best(TEXT) == "unknown"
    assert best(TEXT, max_cost=1e9) == "lsa"


def test_cells_are_sent_elsewhere_only_by_leave(register):
    register(name="remote", local=False)
    assert best(TEXT) == "lsa"
    assert best(TEXT, local=True) == "lsa"
    assert best(TEXT, local=False) == "remote"


def test_of_equals_the_first_registered_is_taken(register):
    register(name="first")
    register(name="second")
    assert best(TEXT) == "first"


def test_where_none_will_do_the_best_that_would_is_named_and_how_to_get_it():
    error = refusal(IMAGE, domain="medical")
    assert error.type is InvalidParameter
    assert str(error.value) == (
        "no encoder for image cells that is here is of domain 'medical'; 'medsiglip' would be, as 'rad-dino' would: "
        "encoder='medsiglip' downloads 3.5 GB from huggingface.co/google/medsiglip-448, once; "
        "without that preference there is 'color-gradient'"
    )


def test_where_a_library_is_missing_it_says_so_first(register):
    register(name="better", requires="no_such_library", extra="models", domain="law")
    error = refusal(TEXT, domain="law")
    assert error.type is MissingExtra
    assert str(error.value) == (
        "no encoder for text cells that is here is of domain 'law'; 'better' would be: pip install 'clusterby[models]'; "
        "without that preference there is 'lsa'"
    )


def test_where_no_registered_encoder_would_do_what_is_here_is_named():
    assert str(refusal(IMAGE, domain="medical", aligned=True, max_cost=5).value) == (
        "no encoder for image cells is of domain 'medical' and aligned with language and of at most 5 GFLOPs an item; "
        "without that preference there is 'color-gradient'"
    )


def test_a_kind_of_cell_that_only_a_model_takes_needs_it_downloaded(here):
    assert str(refusal(AUDIO).value) == (
        "no encoder for audio cells is installed; 'clap' would be: encoder='clap' downloads 614 MB from "
        "huggingface.co/laion/clap-htsat-unfused, once"
    )
    here("clap")
    assert best(AUDIO) == "clap"


def test_where_nothing_is_here_and_nothing_would_do_the_list_is_pointed_to():
    assert str(refusal(AUDIO, aligned=False).value) == (
        "no encoder for audio cells is not aligned with language; list them: clusterby encoders"
    )


def test_a_kind_of_cell_that_no_encoder_takes_is_an_error():
    assert str(refusal(Modality.VIDEO).value) == (
        "no registered encoder takes video cells: pass encoder= a function from a list of cells to vectors"
    )


@pytest.mark.parametrize(
    ("prefer", "words"),
    [
        ({"sped": 1}, "prefer takes no parameter 'sped'. Did you mean 'speed'?"),
        ({"speed": -1}, "speed=-1: give a number from 0 up"),
        ({"speed": "fast"}, "speed='fast': give a number from 0 up"),
        ({"aligned": "perhaps"}, "aligned='perhaps': give true or false"),
        ({"domain": "medcal"}, "no encoder is of domain 'medcal'. Did you mean 'medical'?"),
        ({"speed": 0, "quality": 0}, "quality and speed cannot both weigh nothing"),
        ({"quality": 0}, "quality and speed cannot both weigh nothing"),
        ("speed", "prefer='speed': give a mapping"),
    ],
)
def test_a_preference_that_makes_no_sense_is_refused(prefer, words):
    with pytest.raises(InvalidParameter) as error:
        parse_preferences(prefer)
    assert words in str(error.value)

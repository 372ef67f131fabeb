import pytest


@pytest.fixture
def colors(fo):
    from clusterby.fiftyone import colors

    return colors


def paths(dataset):
    scheme = dataset.app_config.color_scheme
    return None if scheme is None else [entry["path"] for entry in scheme.fields]


def test_each_cluster_and_noise_get_a_color_of_their_own(dataset, colors):
    colors.set_colors(dataset, "a", [0, 1, 7])
    (entry,) = dataset.app_config.color_scheme.fields
    assert [v["value"] for v in entry["valueColors"]] == ["0", "1", "7", "-1"]
    assert len({v["color"] for v in entry["valueColors"]}) == 4


def test_colors_of_one_field_do_not_change_those_of_another(dataset, colors):
    colors.set_colors(dataset, "a", [0])
    colors.set_colors(dataset, "b", [0, 1])
    colors.set_colors(dataset, "a", [0, 2])
    assert paths(dataset) == ["b", "a"]
    colors.rename_colors(dataset, "b", "c")
    assert paths(dataset) == ["a", "c"]


def test_a_color_scheme_that_was_only_ours_goes_with_our_last_field(dataset, colors):
    assert paths(dataset) is None
    colors.set_colors(dataset, "a", [0])
    colors.forget_colors(dataset, "a")
    assert paths(dataset) is None
    colors.forget_colors(dataset, "a")


def test_a_color_scheme_that_says_more_stays(dataset, fo, colors):
    dataset.app_config.color_scheme = fo.ColorScheme(color_pool=["#ff0000"])
    colors.set_colors(dataset, "a", [0])
    colors.forget_colors(dataset, "a")
    assert list(dataset.app_config.color_scheme.color_pool) == ["#ff0000"]

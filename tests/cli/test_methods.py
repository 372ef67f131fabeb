import clusterby as cb


def test_every_method_is_listed(run):
    done = run("methods")
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines() if line and not line.startswith(" ")][
        1:-1
    ] == cb.clusterers.names()


def test_a_method_shows_its_parameters(run):
    shown = run("methods", "agglomerative", "--json").json[0]
    assert shown["name"] == "hierarchical"
    assert {"name", "takes", "help"} == set(shown["parameters"][0])
    assert "linkage" in run("methods", "hierarchical").out


def test_an_unknown_method_suggests_the_nearest(run):
    done = run("methods", "hdbscn")
    assert done.status == 1
    assert "Did you mean 'hdbscan'" in done.err

import clusterby as cb


def test_every_encoder_is_listed_with_its_weakness(run):
    shown = run("encoders", "--json").json
    assert [row["name"] for row in shown] == cb.encoders.names()
    assert all(row["weakness"] for row in shown)
    assert "weakness" in run("encoders").out


def test_those_of_one_modality(run):
    assert [row["name"] for row in run("encoders", "--modality", "text", "--json").json] == ["lsa"]


def test_an_unknown_modality_is_an_error(run):
    done = run("encoders", "--modality", "txt")
    assert done.status == 1
    assert "Did you mean 'text'" in done.err

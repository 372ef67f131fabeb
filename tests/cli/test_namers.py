from clusterby import namers


def test_every_namer_is_listed_with_whether_it_sends_anything(run):
    done = run("namers")
    assert done.status == 0
    rows = [line.split() for line in done.out.splitlines() if line and not line.startswith(" ")][1:]
    assert [row[:2] for row in rows] == [[s.name, "yes" if s.local else "no"] for s in namers.list()]


def test_a_namer_shows_its_parameters(run):
    (shown,) = run("namers", "llm", "--json").json
    assert (shown["name"], shown["local"], shown["needs"], shown["extra"]) == ("llm", False, "model", "llm")
    assert [p["name"] for p in shown["parameters"]] == [p.name for p in namers.get("llm").parameters]
    assert "criterion" in run("namers", "llm").out


def test_an_unknown_namer_suggests_the_nearest(run):
    done = run("namers", "zeroshot")
    assert (done.status, done.out) == (1, "")
    assert "Did you mean 'zero_shot'" in done.err

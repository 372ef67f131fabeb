from clusterby.namers.unlike import same_name
from clusterby.namers.vocabulary import things


def test_there_are_hundreds_of_things_each_once():
    assert len(things()) > 300
    assert len({same_name(word) for word in things()}) == len(things())


def test_each_thing_stands_in_a_sentence():
    assert [word for word in things() if word != " ".join(word.split()) or not word[0].isalpha()] == []
    assert {"a bag", "a bridge"} <= set(things())

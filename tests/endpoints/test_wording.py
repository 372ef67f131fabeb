import dataclasses

from clusterby.endpoints import Wording


def test_what_to_do_about_haste_may_be_left_out():
    wording = Wording(purpose="a", asker="b", verb="c", product="d", settings="e")
    assert (wording.calmer, wording.sooner) == ("", "")
    assert len(dataclasses.fields(wording)) == 7

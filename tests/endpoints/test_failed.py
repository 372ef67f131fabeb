import pytest

from clusterby.core.errors import EndpointError
from clusterby.endpoints.failed import Barred, Denied, Failed, Filtered, Garbled
from clusterby.endpoints.refusal import read_refusal
from clusterby.endpoints.wording import Wording
from tests.endpoints.test_endpoint import endpoint_at

WORDING = Wording(purpose="a", asker="poet", verb="rhyme", product="rhymes", settings="the meter")


def kind_of(status, body=None, **headers):
    refusal = read_refusal(status, body or {}, headers, key=None)
    return type(refusal.error("m", endpoint_at("http://localhost:1/v1").address, WORDING))


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_has_failed(status):
    assert kind_of(status) is Failed


def test_an_error_of_the_server_that_is_not_to_be_tried_again_has_failed_too():
    assert kind_of(500, **{"x-should-retry": "false"}) is Failed


@pytest.mark.parametrize("status", [400, 415, 422, 451])
def test_what_may_be_for_what_is_in_the_request_is_denied(status):
    assert kind_of(status) is Denied


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"message": "The response was filtered due to the prompt"}),
        (400, {"message": "no", "code": "content_filter"}),
        (400, {"message": "rejected", "code": "content_policy_violation"}),
        (400, {"message": "Your request was rejected as a result of our safety system."}),
        (403, {"message": "Your chosen model requires moderation and your input was flagged"}),
        (422, {"message": "blocked by content management policy"}),
        (451, {"message": "flagged"}),
    ],
)
def test_what_the_server_says_is_for_what_is_in_the_request_is_filtered(status, body):
    assert kind_of(status, body) is Filtered


def test_what_the_key_may_not_is_barred():
    assert kind_of(403, {"message": "not yours"}) is Barred


@pytest.mark.parametrize("status", [301, 302, 307, 308, 401, 402, 404, 405, 410, 501, 505])
def test_what_is_the_same_for_every_request_is_an_error_of_no_other_kind(status):
    assert kind_of(status, {"message": "filtered"}) is EndpointError


def test_an_empty_account_is_an_error_of_no_other_kind():
    assert kind_of(429, {"code": "insufficient_quota"}) is EndpointError


def test_what_is_garbled_has_failed_and_what_is_barred_or_filtered_is_denied():
    assert issubclass(Garbled, Failed)
    assert issubclass(Barred, Denied)
    assert issubclass(Filtered, Denied)
    assert not issubclass(Failed, Denied)
    assert issubclass(Failed, EndpointError)
    assert issubclass(Denied, EndpointError)

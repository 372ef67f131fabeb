import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.endpoints.address import find_address


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_the_default_is_openai():
    address = find_address()
    assert (address.base_url, address.host) == ("https://api.openai.com/v1", "api.openai.com")
    assert (address.openai, address.local, address.key) == (True, False, None)


def test_the_argument_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://b:2/v1/")
    assert find_address("http://a:1/v1").host == "a:1"
    assert find_address().base_url == "http://b:2/v1"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/v1",
        "http://127.0.0.1:8000/v1",
        "http://127.9.9.9/v1",
        "http://[::1]:8080/v1",
        "http://0.0.0.0:8000/v1",
        "http://model.localhost/v1",
        "http://LOCALHOST/v1",
    ],
)
def test_this_machine_is_known_by_each_of_its_names(url):
    assert find_address(url).local


@pytest.mark.parametrize(
    "url", ["http://10.0.0.5:8000/v1", "http://localhost.example.com/v1", "https://api.openai.com/v1"]
)
def test_another_machine_is_not_this_one(url):
    assert not find_address(url).local


def test_a_number_with_colons_keeps_its_brackets():
    assert find_address("http://[::1]:8080/v1").host == "[::1]:8080"


@pytest.mark.parametrize(
    ("base_url", "environment", "key"),
    [
        (None, None, "env"),
        ("https://eu.api.openai.com/v1", None, "env"),
        (None, "https://api.example.com/v1", "env"),
        ("https://api.example.com/v1", None, None),
        ("https://openai.com.example.com/v1", None, None),
        ("http://localhost:8000/v1", "https://api.example.com/v1", None),
    ],
)
def test_the_environments_key_goes_to_openai_and_the_environments_server_only(
    monkeypatch, base_url, environment, key
):
    monkeypatch.setenv("OPENAI_API_KEY", "env")
    if environment:
        monkeypatch.setenv("OPENAI_BASE_URL", environment)
    assert find_address(base_url).key == key
    assert find_address(base_url, "own").key == "own"


def test_white_space_around_a_key_is_dropped():
    assert find_address(api_key=" sk-1\n").key == "sk-1"
    assert find_address(api_key="").key is None


@pytest.mark.parametrize("key", ["sk-…1", "sk 1\n2", "sk-\x001"])
def test_a_key_that_cannot_be_one_is_an_error_that_does_not_show_it(key):
    with pytest.raises(InvalidParameter) as caught:
        find_address(api_key=key)
    assert str(caught.value) == (
        "the API key holds characters that no key has: check api_key= or OPENAI_API_KEY"
    )


def test_a_key_is_not_shown():
    assert "sk-1" not in repr(find_address(api_key="sk-1"))


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://a/v1", "http:///v1", "//a/v1", "nonsense"])
def test_what_is_no_address_is_shown_with_the_form_of_one(url):
    with pytest.raises(InvalidParameter) as caught:
        find_address(url)
    assert str(caught.value) == f"base_url={url!r} is not an address: write it like http://localhost:8000/v1"


@pytest.mark.parametrize("url", ["http://a:port/v1", "http://[::1/v1", "http://a:99999/v1"])
def test_what_cannot_be_read_as_an_address_is_an_error(url):
    with pytest.raises(InvalidParameter, match="is not an address"):
        find_address(url)


@pytest.mark.parametrize("url", ["https://me:secret@a/v1", "https://a/v1?key=secret", "https://a/v1#secret"])
def test_an_address_that_may_hold_a_secret_is_an_error_that_does_not_show_it(monkeypatch, url):
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(InvalidParameter, match="^OPENAI_BASE_URL holds more than scheme") as caught:
        find_address()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://else.example/v1/chat?token=x", "https://else.example"),
        ("http://me:secret@else.example:8000/v1", "http://else.example:8000"),
        ("//else.example/v1", "http://else.example"),
        ("http://[::1]:8080/v1", "http://[::1]:8080"),
        ("https://here:1/v1", "https://here:1"),
        ("/api/v1/chat?token=x", "http://here:1/api/v1/chat"),
        ("", "another address"),
        ("http://[::1", "another address"),
        ("http://else.example:x/", "another address"),
        ("http://els\x1b[31m.example/", "another address"),
    ],
)
def test_where_a_redirect_leads_is_said_by_scheme_and_host(location, shown):
    assert find_address("http://here:1/v1").leads_to(location) == shown

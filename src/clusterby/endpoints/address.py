"""Where an OpenAI-compatible server is, and which key goes there."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from clusterby.core.errors import InvalidParameter

__all__ = ["Address", "find_address"]

_OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server is.

    Parameters
    ----------
    base_url : str
        The address below which ``/embeddings`` and ``/chat/completions`` are.
    name : str
        The name or number of its host.
    host : str
        The same, with the port if one is given.
    local : bool
        Whether it is this machine.
    openai : bool
        Whether it is OpenAI.
    key : str, optional
        The key that goes there; not shown.
    """

    base_url: str
    name: str
    host: str
    local: bool
    openai: bool
    key: str | None = field(repr=False)

    def leads_to(self, location: str) -> str:
        """Return scheme and host of where a redirect leads, and the path too if it is the same host.

        Examples
        --------
        >>> find_address("http://localhost:11434/v1").leads_to("https://else.example/v1/chat?token=x")
        'https://else.example'
        """
        try:
            there = urlsplit(urljoin(self.base_url, location))
            name, port = there.hostname or "", there.port
        except ValueError:
            return "another address"
        path = there.path if (there.scheme, there.netloc) == urlsplit(self.base_url)[:2] else ""
        shown = f"{there.scheme}://{_shown(name, port)}{path}"
        return shown if location and name and shown.isascii() and shown.isprintable() else "another address"


def find_address(base_url: str | None = None, api_key: str | None = None) -> Address:
    """Return where the server is.

    Parameters
    ----------
    base_url : str, optional
        As given by the caller; else ``OPENAI_BASE_URL``, else OpenAI itself.
    api_key : str, optional
        As given by the caller; else ``OPENAI_API_KEY``, which goes to OpenAI and to where ``OPENAI_BASE_URL`` points,
        and to no other server.

    Raises
    ------
    InvalidParameter
        If the address is not one of HTTP, or address or key hold what does not belong there.

    Examples
    --------
    >>> find_address("http://localhost:11434/v1")
    Address(base_url='http://localhost:11434/v1', name='localhost', host='localhost:11434', local=True, openai=False)
    """
    from_environment = os.environ.get("OPENAI_BASE_URL", "").strip()
    url = (base_url or from_environment or _OPENAI).strip().rstrip("/")
    name, host = _host(url, "base_url" if base_url else "OPENAI_BASE_URL")
    openai = name == "openai.com" or name.endswith(".openai.com")
    key = api_key
    if key is None and (openai or not base_url):
        key = os.environ.get("OPENAI_API_KEY")
    return Address(
        base_url=url, name=name, host=host, local=_is_local(name), openai=openai, key=_checked(key)
    )


def _host(url: str, source: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidParameter(
            f"{source} is not an address: write it like http://localhost:8000/v1"
        ) from None
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidParameter(
            f"{source} holds more than scheme, host and path: give a key with api_key= and leave the rest out"
        )
    if parts.scheme not in {"http", "https"} or not name:
        raise InvalidParameter(
            f"{source}={url!r:.80} is not an address: write it like http://localhost:8000/v1"
        )
    return name, _shown(name, port)


def _shown(name: str, port: int | None) -> str:
    shown = f"[{name}]" if ":" in name else name
    return shown if port is None else f"{shown}:{port}"


def _is_local(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _checked(key: str | None) -> str | None:
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise InvalidParameter(
            "the API key holds characters that no key has: check api_key= or OPENAI_API_KEY"
        )
    return key or None

"""How one request can fail while the next one may not."""

from __future__ import annotations

from clusterby.core.errors import EndpointError

__all__ = ["Barred", "Denied", "Failed", "Filtered", "Garbled"]


class Failed(EndpointError):
    """Every attempt failed, by what may pass: a rate limit, an error of the server, no answer in time, a lost connection."""


class Garbled(Failed):
    """What came back is no answer. Raised while an answer is read, it makes :class:`Endpoint` ask again, twice at most."""


class Denied(EndpointError):
    """The server does not take a request: for what is in it, or for what is the same in all of them."""


class Barred(Denied):
    """The server does not let this key or this model do what is asked, if it is not for what is in this one request."""


class Filtered(Denied):
    """The server says that it does not take a request for what is in it."""

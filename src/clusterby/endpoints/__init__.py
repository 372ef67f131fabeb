"""Endpoints: what every model behind an OpenAI-compatible server is asked through, whatever it is asked for.

Nothing is sent, and no client is made, before the first question.
"""

from __future__ import annotations

from clusterby.endpoints.address import Address, find_address
from clusterby.endpoints.endpoint import Endpoint
from clusterby.endpoints.failed import Barred, Denied, Failed, Filtered, Garbled
from clusterby.endpoints.refusal import Refusal, Refused, TooLarge, read_refusal
from clusterby.endpoints.settings import check_settings
from clusterby.endpoints.threads import Stopped, run_jobs
from clusterby.endpoints.tokens import count_tokens, cut_text
from clusterby.endpoints.wording import Wording

__all__ = [
    "Address",
    "Barred",
    "Denied",
    "Endpoint",
    "Failed",
    "Filtered",
    "Garbled",
    "Refusal",
    "Refused",
    "Stopped",
    "TooLarge",
    "Wording",
    "check_settings",
    "count_tokens",
    "cut_text",
    "find_address",
    "read_refusal",
    "run_jobs",
]

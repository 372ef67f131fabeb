"""The namers that come with clusterby, as rows of facts."""

from __future__ import annotations

from clusterby.core.parameter import Parameter
from clusterby.namers.spec import NamerSpec

__all__ = ["SPECS"]

SPECS = (
    NamerSpec(
        name="keywords",
        target="clusterby.namers.keywords:KeywordNamer",
        summary="The words that a cluster's texts share and others do not, or the values of other columns that mark it.",
        when="For texts, and for tables that have other columns.",
        parameters=(
            Parameter(
                name="words",
                kind="int",
                help="How many words or phrases a name has at most.",
                minimum=1,
                maximum=10,
            ),
        ),
    ),
    NamerSpec(
        name="zero_shot",
        target="clusterby.namers.zero_shot:ZeroShotNamer",
        summary="The words that an encoder of images and texts sees in a cluster more than in the others.",
        when="For images that were embedded by an encoder such as CLIP.",
        parameters=(
            Parameter(
                name="candidates",
                kind="object",
                help="The words to choose from; none is a vocabulary of common things.",
                optional=True,
            ),
            Parameter(
                name="words", kind="int", help="How many words a name has at most.", minimum=1, maximum=10
            ),
        ),
        needs="words",
    ),
    NamerSpec(
        name="llm",
        target="clusterby.namers.llm:LLMNamer",
        summary="Names and descriptions that a chat model gives after it has seen some members of each cluster.",
        when="For names in plain language; members are sent to the model's server, which may cost money.",
        parameters=(
            Parameter(name="model", kind="str", help="The server's name for the model.", optional=True),
            Parameter(
                name="base_url",
                kind="str",
                help="Where the server is, ending in /v1 as a rule; none is OpenAI.",
                optional=True,
            ),
            Parameter(
                name="api_key", kind="str", help="The key; none is OPENAI_API_KEY for OpenAI.", optional=True
            ),
            Parameter(
                name="prompt",
                kind="str",
                help="What else the model is asked for: 'in German'.",
                optional=True,
            ),
            Parameter(name="criterion", kind="str", help="What names are about: 'mood'.", optional=True),
            Parameter(name="samples", kind="int", help="Rows of each cluster that are sent.", minimum=1),
            Parameter(
                name="contrast",
                kind="int",
                help="Rows of the nearest clusters that are sent beside them.",
                minimum=0,
            ),
            Parameter(
                name="workers", kind="int", help="How many questions are under way at once.", minimum=1
            ),
            Parameter(name="max_tokens", kind="int", help="How many tokens an answer may have.", minimum=1),
            Parameter(name="max_retries", kind="int", help="How often a request is made again.", minimum=0),
            Parameter(
                name="timeout",
                kind="float",
                help="Seconds without an answer after which a request is lost.",
                above=0,
            ),
            Parameter(name="dry_run", kind="bool", help="Send nothing, and say what it would take."),
        ),
        local=False,
        needs="model",
        extra="llm",
    ),
)

"""What the errors of an endpoint call the work that it does."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Wording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words in which errors tell one kind of work from another.

    Parameters
    ----------
    purpose : str
        What needs the ``openai`` client: ``"an encoder at an OpenAI-compatible endpoint"``.
    asker : str
        What to choose another of where an account is empty: ``"encoder"``.
    verb : str
        What the server refused to do: ``"embed"``.
    product : str
        What a model that is there does not make: ``"embeddings"``.
    settings : str
        What to check where a request was refused: ``"model=, dimensions="``.
    calmer : str
        How the user may ask for less in a given time, after a comma; or nothing.
    sooner : str
        How the user may get an answer in time, after ``"raise timeout="``; or nothing.
    """

    purpose: str
    asker: str
    verb: str
    product: str
    settings: str
    calmer: str = ""
    sooner: str = ""

"""Check what every model at an endpoint is made with."""

from __future__ import annotations

from clusterby.core.errors import InvalidParameter

__all__ = ["check_settings"]


def check_settings(*, model: str, timeout: float, max_retries: int, **positive: int | None) -> None:
    """Refuse settings that no endpoint can work with.

    Parameters
    ----------
    model : str
        The server's name for the model.
    timeout : float
        Seconds.
    max_retries : int
        How often a request is made again.
    **positive
        Numbers from 1 on, or None.

    Raises
    ------
    InvalidParameter
        If one is out of its range.

    Examples
    --------
    >>> check_settings(model="m", timeout=0, max_retries=8)
    Traceback (most recent call last):
    clusterby.core.errors.InvalidParameter: timeout=0: give a number of seconds above 0
    """
    if not model.strip():
        raise InvalidParameter(f"model={model!r}: give the server's name for the model")
    for name, value in positive.items():
        _at_least(1, name, value)
    _at_least(0, "max_retries", max_retries)
    if not timeout > 0:
        raise InvalidParameter(f"timeout={timeout!r}: give a number of seconds above 0")


def _at_least(least: int, name: str, value: int | None) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
        raise InvalidParameter(f"{name}={value!r}: give a whole number from {least} on")

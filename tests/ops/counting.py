"""Encoders that count what they are asked."""

import threading

import numpy as np


class CountingEncoder:
    """Embeds texts and images by simple sums, and keeps what it was given."""

    name = "counting"
    revision = "1"

    def __init__(self, *, batch_size=None, revision="1"):
        self.calls = []
        self.revision = revision
        self.batch_size = batch_size

    @property
    def encoded(self):
        return [item for call in self.calls for item in call]

    def encode(self, items):
        self.calls.append(list(items))
        return np.stack([vector_of(item) for item in items])


class PreparingCounter(CountingEncoder):
    """The same in two steps."""

    def __init__(self, **options):
        super().__init__(**options)
        self.threads = set()

    def encode(self, items):
        return self.encode_prepared(self.prepare(items))

    def prepare(self, items):
        self.threads.add(threading.current_thread().name)
        return list(items)

    def encode_prepared(self, prepared):
        return super().encode(prepared)


def vector_of(item):
    """Return the vector of a text, or of an image's pixels."""
    raw = item.encode() if isinstance(item, str) else np.asarray(item).tobytes()
    numbers = np.frombuffer(raw, dtype=np.uint8).astype(np.float64)
    return np.array([numbers.sum(), numbers[::2].sum(), len(numbers), 1.0], dtype=np.float32)

"""Numerics: pure functions of arrays, named after what they compute."""

"""Exact hierarchical clustering."""

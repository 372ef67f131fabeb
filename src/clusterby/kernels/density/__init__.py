"""Minimum spanning trees, and the clusters that density makes of them."""

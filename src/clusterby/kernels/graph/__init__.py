"""Graphs of neighbors, and their eigenvectors."""

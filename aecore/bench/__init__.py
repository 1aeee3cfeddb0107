"""Benchmarks: the live pages in a browser, and training."""

"""Benchmarks: decoding in the browser, and training."""

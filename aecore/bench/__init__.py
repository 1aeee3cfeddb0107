"""Benchmarks, and the server and the browser that they and the browser tests drive."""

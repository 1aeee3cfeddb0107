"""A format, and what reads it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import format_mutations as f
from tests.fuzz import mutations as m

Seed = tuple[str, bytes]
"""The name of a file, and its content."""


@dataclass(frozen=True)
class Target:
    """A format, and the part of the app that takes it."""

    name: str
    seeds: Callable[[Path], list[Seed]]
    """Makes valid files; in the folder it may keep what `read` needs."""
    read: Callable[[str, bytes, Path], object]
    """Reads a file as the app does, given its name, its content and the folder."""
    mutations: tuple[m.Mutation, ...] = ()
    """Beside those of any bytes."""
    share: float = 1.0
    """Of the files, beside those of the others."""
    names: bool = False
    """Whether the name comes from outside, too."""

    def mutate(self, seed: Seed, rng: random.Random) -> Seed:
        """Return a mutated file."""
        name, content = seed
        if self.names and rng.random() < 0.1:
            name = rng.choice(f.NAMES)
        for _ in range(rng.choice((1, 1, 2, 3))):
            mutation = rng.choice((m.in_bytes, *self.mutations * 2))
            try:
                content = mutation(content, rng)
            except Exception:  # what an earlier mutation has broken has no such parts any more
                content = m.in_bytes(content, rng)
        return name, content

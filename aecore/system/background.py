"""Work that goes on behind what asks for it: one piece after the other, while it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from time import monotonic


@dataclass(eq=False)
class _Piece:
    begin: Callable[[], Iterator[object]]
    asked: float = field(default_factory=monotonic)
    ended: threading.Event = field(default_factory=threading.Event)


class Background:
    """Pieces of work by key, in one thread, which ends when nothing is left to do.

    Parameters
    ----------
    patience : float
        Seconds after which a piece that nobody asks for any more is given up.
    """

    def __init__(self, patience: float = 10.0) -> None:
        self._patience = patience
        self._pieces: dict[Hashable, _Piece] = {}
        self._errors: dict[Hashable, Exception] = {}
        self._changed = threading.Lock()

    def ask(self, key: Hashable, begin: Callable[[], Iterator[object]], *, wait: float) -> int:
        """Ask for a piece of work, which begins when those before it have ended.

        Parameters
        ----------
        key : hashable
            Of the piece: however many ask for it meanwhile, it is done once.
        begin : callable
            Returns an iterator, each of whose steps does a part of the work and keeps its result.
        wait : float
            Seconds to wait for the end.

        Returns
        -------
        int
            How many pieces come before it; 0 also when it has ended.

        Raises
        ------
        Exception
            What the work has raised since it was last asked for.
        """
        with self._changed:
            if error := self._errors.pop(key, None):
                raise error
            is_idle = not self._pieces
            piece = self._pieces.setdefault(key, _Piece(begin))
            piece.asked = monotonic()
            if is_idle:
                threading.Thread(target=self._work, name="background", daemon=True).start()
        piece.ended.wait(wait)
        with self._changed:
            if error := self._errors.pop(key, None):
                raise error
            return list(self._pieces).index(key) if key in self._pieces else 0

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._pieces:
                    return
                key, piece = next(iter(self._pieces.items()))
            error = self._do(piece)
            with self._changed:
                del self._pieces[key]
                if error is not None:
                    self._errors[key] = error
            piece.ended.set()

    def _do(self, piece: _Piece) -> Exception | None:
        """Take one step after the other, as long as somebody asks."""
        try:
            if not self._is_forgotten(piece):
                for _ in piece.begin():
                    if self._is_forgotten(piece):
                        break
        except Exception as error:  # whoever asks next is told
            return error
        return None

    def _is_forgotten(self, piece: _Piece) -> bool:
        return monotonic() - piece.asked > self._patience

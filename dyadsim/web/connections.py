"""Connections that cost nothing: slow ones end, and other machines cannot take them all.

uvicorn waits for the rest of a request for ever, and counts the lecturer's connections with those
of everybody else.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from dyadsim.web.addresses import is_loopback

REQUEST_SECONDS = 10.0  # from the first byte, or the connection, to the whole request
MOST = 300  # connections of other machines at a time


class Connection(H11Protocol):  # type: ignore[misc]
    """One connection, ended if no whole request comes in `REQUEST_SECONDS`."""

    _waits: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take a connection, unless other machines hold too many."""
        super().connection_made(transport)
        far = not is_loopback((self.client or ("",))[0])
        if far and len(self.connections) > MOST:
            transport.abort()
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on; the clock of an unfinished request keeps running."""
        super().data_received(data)
        if self._waiting():
            self._wait()
        else:
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop()
        super().connection_lost(exc)

    def _waiting(self) -> bool:
        """Return whether the rest of a request is still to come."""
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self._waits is None:
            self._waits = self.loop.call_later(REQUEST_SECONDS, self._end)

    def _stop(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None

    def _end(self) -> None:
        self._waits = None
        if self._waiting() and not self.transport.is_closing():
            self.transport.abort()


def options() -> dict[str, Any]:
    """Return what uvicorn is told about connections."""
    return {
        "http": Connection,
        "ws": "none",
        "timeout_keep_alive": 20,  # phones ask every 1.5 s
        "timeout_graceful_shutdown": 1,
        "h11_max_incomplete_event_size": 16_384,  # bytes of headers
        "backlog": 512,
    }

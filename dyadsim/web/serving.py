"""The local server: listens, gives the page, and loads what computes while the browser opens it.

What computes takes most of the time from the command to the first bet, and the page itself does not
need it. `guard` says who is answered.
"""

import asyncio
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from dyadsim.errors import BadInput, Failed
from dyadsim.translation import ENGLISH
from dyadsim.web import addresses, connections, language, static_files
from dyadsim.web.addresses import LOCAL_HOSTS
from dyadsim.web.guard import Guard

WARM_AFTER = 4.0  # seconds until every lesson is computed once: not while the page is loading


class Place(NamedTuple):
    """Where the page is served.

    Attributes
    ----------
    host, port
        To listen on; port 0: any free one.
    in_class
        Whether phones bet; then other machines get their page only.
    address
        What other machines type, where this machine cannot know it; "" = its own address.
    per_address
        Devices of one network address that may bet.
    language
        Of the page, unless its address asks for another.
    """

    host: str
    port: int
    in_class: bool
    address: str
    per_address: int
    language: str = ENGLISH


class Late:
    """An application that is loaded in the background; whoever asks before waits.

    Parameters
    ----------
    build
        Returns the application.
    """

    def __init__(self, build: Callable[[], Starlette]) -> None:
        self._build, self._lock = build, threading.Lock()
        self.app: Starlette | None = None

    def load(self) -> Starlette:
        """Return the application, loaded once."""
        with self._lock:
            if self.app is None:
                self.app = self._build()
            return self.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app: Any = self.app
        if app is None:
            app = await asyncio.to_thread(self.load)
        await app(scope, receive, send)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "plotly.min.js":
        return Response(static_files.read_plotly(), media_type="text/javascript")
    if name not in static_files.STATIC_FILES:
        return JSONResponse({"error": "there is no such file"}, 404)
    return Response(static_files.read_static(name), media_type=static_files.STATIC_FILES[name])


def guarded_app(late: Late, hosts: tuple[str, ...], key: str, usual: str = ENGLISH) -> Starlette:
    """Return the application that answers everything, as `Guard` allows.

    Parameters
    ----------
    late
        What answers all but the page and its files.
    hosts
        The names under which it answers, besides the address at which a request comes in.
    key
        With a class: what another machine must show to be the lecturer's.
    usual
        Language of the page, unless its address asks for another.
    """

    async def page(request: Request) -> Response:
        name = "index.html" if request.scope["lecturer"] else "phone.html"
        known = language.known_language(request.query_params.get("lang", usual))
        return Response(language.read_page(name, known), media_type="text/html")

    async def mode(_: Request) -> Response:
        return JSONResponse({"inClass": bool(key)})

    routes = [
        Route("/", page),
        Route("/static/{name}", _static),
        Route("/api/mode", mode),
        Mount("/", app=late),
    ]
    guard = Middleware(Guard, names=frozenset(hosts), key=key)
    return Starlette(routes=routes, middleware=[guard])


def _open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0: a free one.

    Raises
    ------
    BadInput
        The port is taken, or the host is not this machine's.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise BadInput(
            f"teach cannot listen on {host}, port {port}: {error.strerror}. Another "
            "port: task.port=8766; any free one: task.port=0."
        ) from None
    return listening


def _answered_names(place: Place, others: str | None) -> tuple[str, ...]:
    """Return the names under which the page is answered."""
    names = [*LOCAL_HOSTS, place.host, place.address, others or ""]
    if not addresses.is_loopback(place.host) and place.host != "localhost":
        names += sorted(addresses.own_names())
    return tuple(dict.fromkeys(name.lower() for name in names if name))


def _class_code(address: str) -> str:
    """Print an address as a QR code; return it as an SVG picture.

    Raises
    ------
    Failed
        The package is not there.
    """
    try:
        from dyadsim.web import qr
    except ImportError:
        raise Failed("class=true needs segno: pip install 'dyadsim[web]'.") from None
    if (sys.stdout.encoding or "").lower().startswith("utf"):
        print(qr.terminal_code(address, sys.stdout.isatty()))
    return qr.svg_code(address)


def _later_app(place: Place, address: str, code: str) -> Late:
    """Return what computes, being loaded."""

    def build() -> Starlette:
        from dyadsim.web import server

        devices = place.per_address if place.in_class else 0
        return server.create_app(address, code, devices, place.language)

    late = Late(build)
    threading.Thread(target=late.load, daemon=True).start()
    return late


def serve(place: Place, browser: bool) -> None:
    """Serve the page until interrupted; print its address.

    Parameters
    ----------
    place
        Where.
    browser
        Whether to open the page in the browser.

    Raises
    ------
    BadInput
        The address cannot be used, or a class is asked for without a network.
    """
    host = place.host
    everywhere = host in addresses.ANY_HOSTS
    others = addresses.network_address() if everywhere else host
    if place.in_class and not (place.address or others):
        raise BadInput(
            "class=true needs a network that phones can join: this machine has none. "
            "Connect it, or open a hotspot, and start again."
        )
    listening = _open_socket(host, place.port)
    port = listening.getsockname()[1]
    own = addresses.web_address("127.0.0.1" if everywhere else host, port)
    far = addresses.web_address(place.address or others or "127.0.0.1", port)
    print(f"Lessons: {own}   (Ctrl-C ends it)", flush=True)
    key, code = "", ""
    if place.in_class:
        key, code = secrets.token_urlsafe(12), _class_code(far)
        print(f"Phones in the same network: {far}")
        print(f"Your second page on another device: {far}presenter?key={key}", flush=True)
    elif not addresses.is_loopback(host) and host != "localhost":
        print(f"Other machines: {far} - there is no password.", flush=True)
    late = _later_app(place, far, code)
    _start_timers(own if browser else "")
    config = uvicorn.Config(
        guarded_app(late, _answered_names(place, others), key, place.language),
        log_level="warning",
        access_log=False,
        lifespan="off",
        **connections.options(),
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        if late.app is not None:
            late.app.state.exports.close()


def _start_timers(opened: str) -> None:
    """Compute every lesson in a while; open the page if there is an address."""

    def warm_up() -> None:
        from dyadsim.web import server

        server.warm_up()

    for seconds, work, words in ((WARM_AFTER, warm_up, ()), (0.0, webbrowser.open, (opened,))):
        if work is warm_up or opened:
            timer = threading.Timer(seconds, work, words)
            timer.daemon = True
            timer.start()

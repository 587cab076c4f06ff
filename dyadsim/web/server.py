"""The local server: one page, the lessons' results, a class; nothing else.

No request leaves the machine, and nothing is uploaded. `guard` refuses requests under a name that
is not this machine's, and those of other sites. Every setting is made possible before it is used.
"""

import secrets
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dyadsim.errors import BadInput
from dyadsim.lessons.index import LESSONS
from dyadsim.lessons.lesson import Lesson
from dyadsim.web import addresses, class_routes, connections, export_routes, payload
from dyadsim.web.addresses import LOCAL_HOSTS
from dyadsim.web.classroom import PER_ADDRESS, Classroom
from dyadsim.web.export_jobs import ExportJobs
from dyadsim.web.guard import Guard

MAX_QUERY = 2000  # characters
WARM_AFTER, PAUSE = 4.0, 0.5  # seconds until every lesson is computed once; between two of them


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
    """

    host: str = "127.0.0.1"
    port: int = 0
    in_class: bool = False
    address: str = ""
    per_address: int = PER_ADDRESS


async def _page(request: Request) -> Response:
    name = "index.html" if request.scope["lecturer"] else "phone.html"
    return Response(payload.read_static(name), media_type="text/html")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "plotly.min.js":
        return Response(payload.read_plotly(), media_type="text/javascript")
    if name not in payload.STATIC_FILES:
        return JSONResponse({"error": "there is no such file"}, 404)
    return Response(payload.read_static(name), media_type=payload.STATIC_FILES[name])


async def _mode(request: Request) -> Response:
    return JSONResponse({"inClass": request.app.state.room is not None})


def _lessons(_: Request) -> Response:
    return JSONResponse(payload.page_payload())


def _lesson(request: Request) -> Response:
    return _made(request, payload.result_payload)


def _seeds(request: Request) -> Response:
    return _made(request, payload.seeds_payload)


def _made(request: Request, make: Callable[[Lesson, Mapping[str, Any]], Any]) -> Response:
    """Return what is made of a lesson and its settings, or why nothing is."""
    name = request.path_params["name"]
    if name not in LESSONS:
        return JSONResponse({"error": f"there is no lesson '{name[:40]}'"}, 404)
    if len(request.url.query) > MAX_QUERY:
        return JSONResponse({"error": "too many settings"}, 400)
    return JSONResponse(make(LESSONS[name], dict(request.query_params)))


def create_app(
    hosts: tuple[str, ...] = LOCAL_HOSTS, room: Classroom | None = None, key: str = ""
) -> Starlette:
    """Return the application.

    Parameters
    ----------
    hosts
        The names under which it answers, besides the address at which a request comes in.
    room
        The class that bets, if any.
    key
        With a class: what another machine must show to be the lecturer's.

    Returns
    -------
    Starlette
        With the page, its files, the lessons and their results. In `state`: room, exports, address
        and code (set by `serve`).
    """
    routes = [
        Route("/", _page),
        Route("/static/{name}", _static),
        Route("/api/mode", _mode),
        Route("/api/lessons", _lessons),
        Route("/api/lesson/{name}", _lesson),
        Route("/api/seeds/{name}", _seeds),
        *export_routes.routes(),
        *class_routes.routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Guard, names=frozenset(hosts), key=key)])
    app.state.room, app.state.exports, app.state.address, app.state.code = (
        room,
        ExportJobs(),
        "",
        "",
    )
    return app


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


def _warm_up() -> None:
    """Compute every lesson once, so that the first move of a slider is as fast as the next."""
    for lesson in LESSONS.values():
        payload.result_payload(lesson, {})
        time.sleep(PAUSE)


def _answered_names(place: Place, others: str | None) -> tuple[str, ...]:
    """Return the names under which the page is answered."""
    names = [*LOCAL_HOSTS, place.host, place.address, others or ""]
    if not addresses.is_loopback(place.host) and place.host != "localhost":
        names += sorted(addresses.own_names())
    return tuple(dict.fromkeys(name.lower() for name in names if name))


def _say_class(app: Starlette, key: str) -> None:
    """Print how a class joins."""
    from dyadsim.web import qr

    address = app.state.address
    app.state.code = qr.svg_code(address)
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding.startswith("utf"):
        print(qr.terminal_code(address, sys.stdout.isatty()))
    print(f"Phones in the same network: {address}")
    print(f"Your second page on another device: {address}presenter?key={key}", flush=True)


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
    room = Classroom(place.per_address) if place.in_class else None
    key = secrets.token_urlsafe(12) if room else ""
    app = create_app(_answered_names(place, others), room, key)
    own = addresses.web_address("127.0.0.1" if everywhere else host, port)
    print(f"Lessons: {own}   (Ctrl-C ends it)", flush=True)
    app.state.address = addresses.web_address(place.address or others or "127.0.0.1", port)
    if room:
        _say_class(app, key)
    elif not addresses.is_loopback(host) and host != "localhost":
        print(f"Other machines: {app.state.address} - there is no password.", flush=True)
    _start_timers(own if browser else "")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", **connections.options()
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        app.state.exports.close()


def _start_timers(opened: str) -> None:
    """Warm the lessons up in a while; open the page if there is an address."""
    warming = threading.Timer(WARM_AFTER, _warm_up)  # not while the first page is loading
    warming.daemon = True
    warming.start()
    if opened:
        opening = threading.Timer(0.5, webbrowser.open, [opened])
        opening.daemon = True
        opening.start()

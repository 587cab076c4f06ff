"""The local server: one page, the lessons' numbers, nothing else. No request leaves the machine.

Whoever asks under another name than this machine's is refused (a page on the web that resolves to
127.0.0.1 is one), nothing is uploaded, and every value is made possible before it is used.
"""

import socket
import threading
import time
import webbrowser
from importlib import resources
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dyadsim.errors import BadInput
from dyadsim.lessons.index import LESSONS
from dyadsim.web import payload, single_file

STATIC = Path(__file__).with_name("static")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "  # Plotly's styles
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}
LONGEST = 2000  # characters of a query
WARM_AFTER, PAUSE = 4.0, 0.5  # seconds until every lesson is computed once; between two of them


class _Headers:
    """Put the safety headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        await self.app(scope, receive, sent)


def plotly_path() -> Path:
    """Return the plotly.min.js that the plotly package carries."""
    return Path(str(resources.files("plotly"))) / "package_data" / "plotly.min.js"


def _page(_: Request) -> Response:
    return Response((STATIC / "index.html").read_text(encoding="utf-8"), media_type="text/html")


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "plotly.min.js":
        return Response(plotly_path().read_bytes(), media_type="text/javascript")
    if name not in payload.STATIC_FILES:
        return JSONResponse({"error": "there is no such file"}, 404)
    text = (STATIC / name).read_text(encoding="utf-8")
    return Response(text, media_type=payload.STATIC_FILES[name])


def _lessons(_: Request) -> Response:
    return JSONResponse(payload.every())


def _lesson(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in LESSONS:
        return JSONResponse({"error": f"there is no lesson '{name[:40]}'"}, 404)
    if len(request.url.query) > LONGEST:
        return JSONResponse({"error": "too many settings"}, 400)
    return JSONResponse(payload.shown(LESSONS[name], dict(request.query_params)))


def _kept(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in LESSONS or len(request.url.query) > LONGEST:
        return JSONResponse({"error": f"there is no lesson '{name[:40]}'"}, 404)
    text = single_file.html(LESSONS[name], dict(request.query_params))
    headers = {"content-disposition": f'attachment; filename="dyadsim_{name}.html"'}
    return Response(text, media_type="text/html", headers=headers)


def app(hosts: tuple[str, ...] = ("127.0.0.1", "localhost")) -> Starlette:
    """Return the application; hosts: names under which it may be asked."""
    routes = [
        Route("/", _page),
        Route("/static/{name}", _static),
        Route("/api/lessons", _lessons),
        Route("/api/lesson/{name}", _lesson),
        Route("/export/{name}", _kept),
    ]
    middleware = [
        Middleware(_Headers),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
    ]
    return Starlette(routes=routes, middleware=middleware)


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0: a free one.

    Raises
    ------
    BadInput
        the port is taken, or the host is not this machine's.
    """
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)
    except OSError as error:
        made.close()
        raise BadInput(
            f"teach cannot listen on {host}, port {port}: {error.strerror}. Another "
            "port: task.port=8766; any free one: task.port=0."
        ) from None
    return made


def _warm() -> None:
    """Compute every lesson once, so that the first slider is as fast as the next."""
    for one in LESSONS.values():
        payload.shown(one, {})
        time.sleep(PAUSE)


def serve(host: str, port: int, browser: bool) -> None:
    """Serve until interrupted; print the address. browser: open it there too.

    Raises
    ------
    BadInput
        an address that cannot be had.
    """
    listening = _listening(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}/"
    print(f"Lessons: {address}   (Ctrl-C ends it)", flush=True)
    if host not in ("127.0.0.1", "localhost"):
        print(f"Whoever can reach {host} can open it: no password is asked.", flush=True)
    warming = threading.Timer(WARM_AFTER, _warm)  # not beside the first page, which has two cores
    warming.daemon = True
    warming.start()
    if browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    names = tuple(dict.fromkeys(("127.0.0.1", "localhost", host)))
    config = uvicorn.Config(app(names), log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])

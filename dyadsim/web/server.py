"""The local server: one page, the lessons' results, nothing else.

No request leaves the machine, and nothing is uploaded. Requests under a name that is not this
machine's are refused (such as those of a web page whose name resolves to 127.0.0.1). Every setting
is made possible before it is used.
"""

import socket
import threading
import time
import webbrowser

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
LOCAL_HOSTS = ("127.0.0.1", "localhost")
MAX_QUERY = 2000  # characters
WARM_AFTER, PAUSE = 4.0, 0.5  # seconds until every lesson is computed once; between two of them


class _Headers:
    """Put the safety headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _page(_: Request) -> Response:
    return Response(payload.read_static("index.html"), media_type="text/html")


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "plotly.min.js":
        return Response(payload.read_plotly(), media_type="text/javascript")
    if name not in payload.STATIC_FILES:
        return JSONResponse({"error": "there is no such file"}, 404)
    return Response(payload.read_static(name), media_type=payload.STATIC_FILES[name])


def _lessons(_: Request) -> Response:
    return JSONResponse(payload.page_payload())


def _no_lesson(name: str) -> Response:
    return JSONResponse({"error": f"there is no lesson '{name[:40]}'"}, 404)


def _lesson(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in LESSONS:
        return _no_lesson(name)
    if len(request.url.query) > MAX_QUERY:
        return JSONResponse({"error": "too many settings"}, 400)
    return JSONResponse(payload.result_payload(LESSONS[name], dict(request.query_params)))


def _seeds(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in LESSONS or len(request.url.query) > MAX_QUERY:
        return _no_lesson(name)
    return JSONResponse(payload.seeds_payload(LESSONS[name], dict(request.query_params)))


def _export(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in LESSONS or len(request.url.query) > MAX_QUERY:
        return _no_lesson(name)
    text = single_file.lesson_file(LESSONS[name], dict(request.query_params))
    headers = {"content-disposition": f'attachment; filename="dyadsim_{name}.html"'}
    return Response(text, media_type="text/html", headers=headers)


def create_app(hosts: tuple[str, ...] = LOCAL_HOSTS) -> Starlette:
    """Return the application.

    Parameters
    ----------
    hosts
        The names under which it answers.

    Returns
    -------
    Starlette
        With the page, its files, the lessons and their results.
    """
    routes = [
        Route("/", _page),
        Route("/static/{name}", _static),
        Route("/api/lessons", _lessons),
        Route("/api/lesson/{name}", _lesson),
        Route("/api/seeds/{name}", _seeds),
        Route("/export/{name}", _export),
    ]
    middleware = [
        Middleware(_Headers),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
    ]
    return Starlette(routes=routes, middleware=middleware)


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


def serve(host: str, port: int, browser: bool) -> None:
    """Serve the page until interrupted; print its address.

    Parameters
    ----------
    host
        Address to listen on.
    port
        Number of the port; 0: any free one.
    browser
        Whether to open the page in the browser.

    Raises
    ------
    BadInput
        The address cannot be used.
    """
    listening = _open_socket(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}/"
    print(f"Lessons: {address}   (Ctrl-C ends it)", flush=True)
    if host not in LOCAL_HOSTS:
        print(f"Whoever can reach {host} can open it: there is no password.", flush=True)
    warming = threading.Timer(WARM_AFTER, _warm_up)  # not while the first page is loading
    warming.daemon = True
    warming.start()
    if browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    names = tuple(dict.fromkeys((*LOCAL_HOSTS, host)))
    config = uvicorn.Config(
        create_app(names), log_level="warning", access_log=False, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listening])

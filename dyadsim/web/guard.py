"""Who is answered: requests under this machine's name, of its own page, of at most a few kilobytes.

Three checks before any answer: the Host header is this machine's; no other site sends the request
(Sec-Fetch-Site, Origin); in class mode, phones get their own page only.
"""

import asyncio
import hmac
import json
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dyadsim.web import addresses

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
    "cross-origin-resource-policy": "same-origin",
}
OWN_SITES = ("same-origin", "none")  # none: typed, a bookmark, a scanned code
PAGES = ("/", "/join", "/handout", "/presenter", "/screen")
"""Pages that a link of another site may open, as a link in a message does."""
FOR_PHONES = (
    *("/", "/join", "/static/phone.js", "/static/class.css"),
    "/static/class_bars.js",
    "/static/words.js",
)
FOR_PHONES_API = ("/api/class", "/api/class/join", "/api/class/bet")
KEY_COOKIE = "dyadsim_key"
MAX_BODY = 4096  # bytes
BODY_SECONDS = 5.0


class Guard:
    """Refuse what is not meant for this page; put the safety headers on every answer.

    Parameters
    ----------
    app
        What answers the rest.
    names
        Names and addresses of this machine, besides the one at which a request comes in.
    key
        In class mode, what another machine must show to be the lecturer's; "" without a class.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str], key: str = "") -> None:
        self.app, self.names, self.key = app, names, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                extra = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None:
            scope["lecturer"] = is_lecturer(scope, headers, self.key)
            if self.key and not scope["lecturer"] and not for_phones(scope["path"]):
                refusal = JSONResponse({"error": "this is the lecturer's; phones only bet"}, 403)
        try:
            await (refusal or self.app)(scope, receive, send_with_headers)
        except asyncio.CancelledError:  # Ctrl-C while it computes
            if not started:
                await JSONResponse({"error": "the server ends"}, 503)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request that is refused, or None."""
        reached = (scope.get("server") or ("",))[0]
        if not addresses.is_own_host(headers.get("host", ""), reached, self.names):
            return JSONResponse({"error": "this is not a name of this machine"}, 400)
        if is_foreign(scope["method"], scope["path"], headers):
            return JSONResponse({"error": "other sites get no answer here"}, 403)
        return None


def for_phones(path: str) -> bool:
    """Return whether a path is one that the phones of a class may ask for."""
    return path in (*FOR_PHONES, *FOR_PHONES_API)


def is_foreign(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Return whether another site sends a request.

    Parameters
    ----------
    method, path
        Of the request.
    headers
        Lower-case names.

    Returns
    -------
    bool
        A link of another site may open a page, and nothing else. Browsers send Sec-Fetch-Site to
        localhost and not to plain addresses (W3C Fetch Metadata); Origin goes with every POST.

    Examples
    --------
    >>> is_foreign("GET", "/api/lessons", {"host": "localhost", "sec-fetch-site": "cross-site"})
    True
    >>> is_foreign("POST", "/api/class/bet", {"host": "a:1", "origin": "http://a:1"})
    False
    """
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{headers.get('host', '').lower()}":
        return True
    site = headers.get("sec-fetch-site", "none")
    if site in OWN_SITES:
        return False
    opened = headers.get("sec-fetch-mode") == "navigate"
    top = headers.get("sec-fetch-dest", "document") == "document"
    return not (method == "GET" and path in PAGES and opened and top)


def is_lecturer(scope: Scope, headers: Mapping[str, str], key: str) -> bool:
    """Return whether a request comes from the lecturer: this machine, or whoever shows the key."""
    if not key or addresses.is_loopback((scope.get("client") or ("",))[0]):
        return True
    shown = cookie(headers, KEY_COOKIE)
    return hmac.compare_digest(shown.encode(), key.encode())


def cookie(headers: Mapping[str, str], name: str) -> str:
    """Return the value of a cookie; "" if there is none."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", "")[:2000])
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


async def json_body(request: Request) -> dict[str, Any] | None:
    """Return the JSON object that a request carries.

    Parameters
    ----------
    request
        At most `MAX_BODY` bytes, within `BODY_SECONDS`, as application/json, which a form of
        another site cannot send.

    Returns
    -------
    dict or None
        None if it is anything else.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    return None
        value = json.loads(bytes(body))
    except (TimeoutError, ClientDisconnect, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None

"""What the local server answers: the lessons, their results, files, a class; nothing else.

No request leaves the machine, and nothing is uploaded. Every setting is made possible before it is
used. `serving` gives the page itself, and listens.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dyadsim.lessons.index import LESSONS
from dyadsim.lessons.lesson import Lesson
from dyadsim.translation import ENGLISH
from dyadsim.web import class_routes, export_routes, payload
from dyadsim.web.classroom import Classroom
from dyadsim.web.export_jobs import ExportJobs
from dyadsim.web.language import known_language

MAX_QUERY = 2000  # characters
LANGUAGE = "lang"  # key of an address, beside the settings of a lesson
PAUSE = 0.5  # seconds between two lessons that are computed ahead


def _no_lesson(name: str) -> Response:
    return JSONResponse({"error": f"there is no lesson '{name[:40]}'"}, 404)


def _lessons(request: Request) -> Response:
    language = known_language(request.query_params.get(LANGUAGE))
    return JSONResponse(payload.page_payload(language=language))


def _lesson(request: Request) -> Response:
    language = known_language(request.query_params.get(LANGUAGE))
    return _made(request, lambda lesson, wanted: payload.result_payload(lesson, wanted, language))


def _seeds(request: Request) -> Response:
    return _made(request, payload.seeds_payload)


def _made(request: Request, make: Callable[[Lesson, Mapping[str, Any]], Any]) -> Response:
    """Return what is made of a lesson and its settings, or why nothing is."""
    name = request.path_params["name"]
    if name not in LESSONS:
        return _no_lesson(name)
    if len(request.url.query) > MAX_QUERY:
        return JSONResponse({"error": "too many settings"}, 400)
    wanted = {key: value for key, value in request.query_params.items() if key != LANGUAGE}
    return JSONResponse(make(LESSONS[name], wanted))


def create_app(
    address: str = "", code: str = "", per_address: int = 0, language: str = ENGLISH
) -> Starlette:
    """Return the application.

    Parameters
    ----------
    address, code
        Where phones find the class, and the same as an SVG picture.
    per_address
        Devices of one network address that may bet; 0: there is no class.
    language
        Of the pages, unless an address asks for another.

    Returns
    -------
    Starlette
        With the lessons and their results. In `state`: room, exports, address, code, language.
    """
    routes = [
        Route("/api/lessons", _lessons),
        Route("/api/lesson/{name}", _lesson),
        Route("/api/seeds/{name}", _seeds),
        *export_routes.routes(),
        *class_routes.routes(),
    ]
    app = Starlette(routes=routes)
    app.state.address, app.state.code, app.state.language = address, code, language
    app.state.room = Classroom(per_address, language=language) if per_address else None
    app.state.exports = ExportJobs()
    return app


def warm_up() -> None:
    """Compute every lesson once, so that the first move of a slider is as fast as the next."""
    for lesson in LESSONS.values():
        payload.result_payload(lesson, {})
        time.sleep(PAUSE)

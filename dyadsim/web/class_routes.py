"""What the server answers about a class: joining, betting, asking, showing; the second page."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import LESSONS
from dyadsim.web import guard, payload
from dyadsim.web.classroom import Classroom, Question, Refused
from dyadsim.web.language import known_language, read_page, translate

DEVICE_COOKIE = "dyadsim_device"

type Answer = Callable[[Request], Awaitable[Response]]


def room_of(request: Request) -> Classroom | None:
    """Return the class of this server, or None."""
    room: Classroom | None = request.app.state.room
    return room


def _in_class(answer: Callable[[Request, Classroom], Awaitable[Response]]) -> Answer:
    """Return an answer that is given only in class mode."""

    async def checked(request: Request) -> Response:
        room = room_of(request)
        if room is None:
            return JSONResponse({"error": "no class: dyadsim teach class=true"}, 404)
        try:
            return await answer(request, room)
        except Refused as refused:
            return JSONResponse({"error": translate(refused.why, room.language)}, refused.status)

    return checked


def _lecturers(answer: Callable[[Request, Classroom], Awaitable[Response]]) -> Answer:
    """Return an answer that only the lecturer gets, in class mode."""

    async def checked(request: Request, room: Classroom) -> Response:
        if not request.scope["lecturer"]:
            return JSONResponse({"error": "this is the lecturer's"}, 403)
        return await answer(request, room)

    return _in_class(checked)


async def _body(request: Request) -> dict[str, Any]:
    body = await guard.json_body(request)
    if body is None:
        raise Refused(400, "This is no request of this page.")
    return body


async def _join(request: Request, room: Classroom) -> Response:
    await _body(request)
    known = guard.cookie(request.headers, DEVICE_COOKIE)
    token = room.join(known, request.client.host if request.client else "")
    answer = JSONResponse(room.for_phone(token))
    answer.set_cookie(DEVICE_COOKIE, token, httponly=True, samesite="strict")
    return answer


async def _state(request: Request, room: Classroom) -> Response:
    return JSONResponse(room.for_phone(guard.cookie(request.headers, DEVICE_COOKIE)))


async def _bet(request: Request, room: Classroom) -> Response:
    body, token = await _body(request), guard.cookie(request.headers, DEVICE_COOKIE)
    number, option = body.get("round"), body.get("option")
    if not (type(number) is int and type(option) is int):
        raise Refused(400, "There is no such answer.")
    room.bet(token, number, option)
    return JSONResponse(room.for_phone(token))


async def _room(request: Request, room: Classroom) -> Response:
    return JSONResponse({**room.for_lecturer(), "address": request.app.state.address})


async def _figures(_: Request, room: Classroom) -> Response:
    shown = room.answer if room.answer is not None else {"figures": []}
    return JSONResponse({"figures": shown["figures"]})


async def _ask(request: Request, room: Classroom) -> Response:
    """Open a question, and compute its answer while the class bets."""
    body = await _body(request)
    lesson, wanted = LESSONS.get(str(body.get("lesson"))), body.get("settings", {})
    if lesson is None or not isinstance(wanted, dict):
        raise Refused(400, "There is no such lesson.")
    values, _ = lessons.possible_settings(lesson, wanted)
    room.language = known_language(body.get("lang", room.language))
    number = room.ask(Question(lesson, values))

    async def compute() -> None:
        answer = await asyncio.to_thread(payload.result_payload, lesson, values, room.language)
        if room.round == number and room.question is not None:
            room.answer = answer

    request.app.state.computing = asyncio.create_task(compute())  # kept: a task may vanish else
    return JSONResponse(room.for_lecturer())


async def _show(_: Request, room: Classroom) -> Response:
    room.show()
    return JSONResponse(room.for_lecturer())


async def _bars(request: Request, room: Classroom) -> Response:
    room.bars = (await _body(request)).get("shown") is True
    return JSONResponse(room.for_lecturer())


async def _end(_: Request, room: Classroom) -> Response:
    room.end()
    return JSONResponse(room.for_lecturer())


async def _code(request: Request, _: Classroom) -> Response:
    return Response(request.app.state.code, media_type="image/svg+xml")


def _page(name: str) -> Answer:
    """Return the answer that gives a page of the class."""

    async def page(request: Request) -> Response:
        key = request.query_params.get("key")
        if key is not None:  # into a cookie, and out of the address
            language = request.query_params.get("lang")
            words = "" if language is None else f"?lang={known_language(language)}"
            answer: Response = RedirectResponse(request.url.path + words, 303)
            answer.set_cookie(guard.KEY_COOKIE, key[:100], httponly=True, samesite="strict")
            return answer
        language = request.query_params.get("lang", request.app.state.language)
        return Response(read_page(name, known_language(language)), media_type="text/html")

    return page


def routes() -> list[Route]:
    """Return the routes of a class; without one, only the presenter's page and hand-outs are there.

    `GET` changes nothing; everything that changes the class is a `POST` with a JSON body.
    """
    return [
        Route("/join", _page("phone.html")),
        Route("/presenter", _page("presenter.html")),
        Route("/screen", _page("screen.html")),
        Route("/handout", _page("handout.html")),
        Route("/api/class", _in_class(_state)),
        Route("/api/class/join", _in_class(_join), methods=["POST"]),
        Route("/api/class/bet", _in_class(_bet), methods=["POST"]),
        Route("/api/class/room", _lecturers(_room)),
        Route("/api/class/figures", _lecturers(_figures)),
        Route("/api/class/ask", _lecturers(_ask), methods=["POST"]),
        Route("/api/class/show", _lecturers(_show), methods=["POST"]),
        Route("/api/class/bars", _lecturers(_bars), methods=["POST"]),
        Route("/api/class/end", _lecturers(_end), methods=["POST"]),
        Route("/class.svg", _lecturers(_code)),
    ]

"""What the server answers about files to take home."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dyadsim.lessons.index import LESSONS
from dyadsim.web import guard
from dyadsim.web.export_jobs import ExportJobs
from dyadsim.web.language import known_language, translate

NO_FILE = {"error": "there is no such file"}
BUSY = "Three files are being made already: wait for one."


def _jobs(request: Request) -> ExportJobs:
    jobs: ExportJobs = request.app.state.exports
    return jobs


async def _start(request: Request) -> Response:
    body = await guard.json_body(request)
    name, wanted = (body or {}).get("lesson"), (body or {}).get("settings", {})
    if name not in LESSONS or not isinstance(wanted, dict):
        return JSONResponse({"error": "there is no such lesson"}, 404)
    language = known_language((body or {}).get("lang"))
    said = await asyncio.to_thread(_jobs(request).start, LESSONS[name], wanted, language)
    if said is None:
        return JSONResponse({"error": translate(BUSY, language)}, 429)
    return JSONResponse(said, 202)


async def _progress(request: Request) -> Response:
    said = await asyncio.to_thread(_jobs(request).progress, request.path_params["job"])
    return JSONResponse(NO_FILE, 404) if said is None else JSONResponse(said)


async def _cancel(request: Request) -> Response:
    there = await asyncio.to_thread(_jobs(request).cancel, request.path_params["job"])
    return JSONResponse({"cancelled": True}) if there else JSONResponse(NO_FILE, 404)


async def _file(request: Request) -> Response:
    taken = await asyncio.to_thread(_jobs(request).take, request.path_params["job"])
    if taken is None:
        return JSONResponse(NO_FILE, 404)
    name, text = taken
    headers = {"content-disposition": f'attachment; filename="dyadsim_{name}.html"'}
    return Response(text, media_type="text/html", headers=headers)


def routes() -> list[Route]:
    """Return the routes: begin a file, see how far it is, cancel it, fetch it once."""
    return [
        Route("/api/exports", _start, methods=["POST"]),
        Route("/api/exports/{job}", _progress),
        Route("/api/exports/{job}", _cancel, methods=["DELETE"]),
        Route("/export/{job}", _file),
    ]

"""The reviewer's page: the files below `page/`, read once, and the headers that keep texts inside it.

The page is plain HTML, CSS and JavaScript modules, served as they are. It talks to this service alone: its own
`Content-Security-Policy` lets it load from and send to nowhere else, and makes browsers refuse to read text as markup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from sextortion_signals_service.problems import NOT_FOUND, ProblemError

INDEX: Final = "index.html"
MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # No string becomes markup or script, not even by a mistake of ours: `innerHTML = text` throws.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_HEADERS: Final = {
    # Asked for again each time, answered with 304 while nothing changed: an update never meets an old half of itself.
    "Cache-Control": "no-cache",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

page = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page; `etag` is a hash of its content, in the quotation marks of the header."""

    body: bytes
    media_type: str
    etag: str


@cache
def page_files() -> MappingProxyType[str, PageFile]:
    """Return every file of the page by its path below `page/`. Only what is in here is ever served."""
    root = files("sextortion_signals_service") / "page"
    return MappingProxyType({name: _read(name, entry) for name, entry in _walk(root, "")})


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry


def _read(name: str, entry: Traversable) -> PageFile:
    body = entry.read_bytes()
    return PageFile(body, MEDIA_TYPES[name.rpartition(".")[2]], f'"{hashlib.sha256(body).hexdigest()[:32]}"')


@page.get("/")
async def index(request: Request) -> Response:
    """Answer the reviewer's page."""
    return _response(request, page_files()[INDEX])


@page.get("/page/{name:path}")
async def page_file(request: Request, name: str) -> Response:
    """Answer one file of the reviewer's page."""
    found = page_files().get(name)
    if found is None or name == INDEX:  # its links are relative to `/`
        raise ProblemError(NOT_FOUND)
    return _response(request, found)


def _response(request: Request, file: PageFile) -> Response:
    headers = {**_HEADERS, "ETag": file.etag}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=file.media_type)

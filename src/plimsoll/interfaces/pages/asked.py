"""What a browser sent, read once: who it is, in which language, from where; forms only as long as a form may be."""

from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from starlette.requests import Request

from plimsoll.app.access.recognise import Sitting, session_of
from plimsoll.app.house import House
from plimsoll.interfaces.pages import cookies, words
from plimsoll.interfaces.pages.visit import GUEST, Upload, Visit
from plimsoll.units.refusal import Refused

FORM_MAX: Final = 2_000_000
"""Bytes of a form: a policy table that is pasted is the longest."""
POURED_MAX: Final = 40_000_000
"""Bytes that are read and let go of a form that is too long, so that the browser hears why instead of losing the line."""
FIELDS_MAX: Final = 400
DEVICE_MAX: Final = 120
NAME_MAX: Final = 200
THEMES: Final = ("light", "dark")
OURS: Final = ("same-origin", "none")
"""What a browser says of where a form comes from when it comes from us, or was typed."""


class TooLong(Exception):
    """A form longer than a form may be."""


async def _body_of(request: Request, longest: int) -> bytes:
    """Give the body of a form. Raises TooLong, once the rest of it was let go by, or all too much of it."""
    body, length = bytearray(), 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > longest + POURED_MAX:
            break
        if length <= longest:
            body += chunk
    if length > longest:
        raise TooLong
    return bytes(body)


async def form_of(request: Request, longest: int = FORM_MAX) -> dict[str, str]:
    """Give the fields of a form of at most so many bytes; the last of a name counts. Raises TooLong."""
    if request.method != "POST":
        return {}
    body = await _body_of(request, longest)
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith("multipart/form-data"):
            pairs, request.state.files = _parts_of(kind, body)
        else:
            pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        # Nothing that a page of ours sends.
        return {}
    found: dict[str, str] = {}
    for name, value in pairs:
        # Several boxes of one name are one text with a space between, as codes are.
        found[name] = f"{found[name]} {value}" if name.endswith("[]") and name in found else value
    return found


def _parts_of(kind: str, body: bytes) -> tuple[list[tuple[str, str]], dict[str, Upload]]:
    """Give the fields of a form and its files; a file that is text stands among the fields too.

    Raises ValueError for a field that is no text in UTF-8, or too many fields.
    """
    read = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode("latin-1", "replace") + b"\r\n\r\n" + body)
    found, files = [], {}
    for part in read.iter_parts() if read.is_multipart() else ():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        filename = part.get_filename()
        if filename:
            files[name] = Upload(filename[:NAME_MAX], content)
        found.append((name, content.decode("utf-8") if not filename else _text_or_nothing(content)))
    if len(found) > FIELDS_MAX:
        raise ValueError("fields")
    return found, files


def _text_or_nothing(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except ValueError:
        return ""


def is_secure(request: Request) -> bool:
    """Tell whether the browser talks to us over TLS."""
    return request.url.scheme == "https"


def is_from_us(request: Request) -> bool:
    """Tell whether a form was sent by one of our pages, by what the browser says of it."""
    said = request.headers.get("sec-fetch-site")
    if said is not None and said not in OURS:
        return False
    origin = request.headers.get("origin")
    return origin is None or (urlsplit(origin).netloc == request.headers.get("host", ""))


def visit_of(request: Request, house: House, door: object, form: Mapping[str, str]) -> Visit:
    """Give the visit: recognised where the browser brought a session that holds, else of a guest."""
    is_tls = is_secure(request)
    token = cookies.read(request.cookies, cookies.SESSION, is_secure=is_tls)
    sitting = session_of(house, token) if token else Refused("not_recognised")
    held = sitting if isinstance(sitting, Sitting) else None
    before = cookies.read(request.cookies, cookies.BEFORE, is_secure=is_tls) or cookies.new_token()
    root = request.scope.get("root_path", "").rstrip("/")
    path = request.url.path.removeprefix(root) or "/"
    return Visit(
        house=house,
        door=door,
        who=held.who if held else GUEST,
        language=_language(request, held.who.language if held else ""),
        theme=_chosen(request.cookies.get(cookies.THEME, ""), THEMES),
        root=root,
        address=f"{path}?{request.url.query}" if request.url.query else path,
        path={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        form=form,
        files=getattr(request.state, "files", {}),
        token=token if held else before,
        form_token=held.csrf if held else cookies.form_token(before),
        request_id=new_request_id(),
        host=request.client.host if request.client else "",
        device=request.headers.get("user-agent", "")[:DEVICE_MAX],
        is_part=request.headers.get("hx-request") == "true",
        views=request.cookies.get(cookies.views_name(held.who.user_id), "")[: cookies.VIEWS_MAX] if held else "",
        waits_for=held.waits_for if held else (),
    )


def plain_visit(request: Request, house: House, door: object) -> Visit:
    """Give a visit of which the house was asked nothing, for a page that says that it cannot be: whoever looks is a guest on it."""
    root = request.scope.get("root_path", "").rstrip("/")
    path = request.url.path.removeprefix(root) or "/"
    return Visit(
        house,
        door,
        language=_language(request, ""),
        theme=_chosen(request.cookies.get(cookies.THEME, ""), THEMES),
        root=root,
        address=f"{path}?{request.url.query}" if request.url.query else path,
        request_id=new_request_id(),
    )


def new_request_id() -> str:
    """Give the number under which a request is found in the log."""
    return f"req_{uuid4().hex[:16]}"


def _language(request: Request, preferred: str) -> str:
    """Give the language: what was chosen here, else what the user has, else the first that the browser asks for and we speak."""
    chosen = request.cookies.get(cookies.LANGUAGE, "") or preferred
    if chosen in (*words.LANGUAGES, words.STRETCHED):
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.partition(";")[0].strip().lower()
        if tag.startswith(("zh", "en")):
            return words.CHINESE if tag.startswith("zh") else words.ENGLISH
    return words.CHINESE


def _chosen(value: str, among: tuple[str, ...]) -> str:
    return value if value in among else ""

"""A site made of screens: recognised visitors, permissions, forms that are ours, commands through the door, and every way it may end.

How a page is made. Write a `Screen` (see `visit.py`): a path, a permission, a template, and a function that takes a `Visit` and gives
what stands in the template (a mapping), another `Page`, a `Go` elsewhere, a `File`, or `Refused`. Forms on it post to the same path with
the fields that the macro `form_start` writes (`act`, `key`, `form_token`); the function under that `act` reads `visit.form` and gives
an `Act`, whose command goes through `Door.ask`: refused, waiting for a second pair of eyes, done, or not known. Put the screens in a
tuple and hand them to `site` with a `Chrome`. Templates extend `layout` and take their words by `t("key")` from `words/*.yaml`, their
parts from `parts.html` and their figures from `written.py`; no inline script, no style attribute, no other host.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote, urlencode

from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from plimsoll.app.access.door import Waiting
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.interfaces.pages import asked, cookies, headers, words
from plimsoll.interfaces.pages.render import render
from plimsoll.interfaces.pages.static_files import FOREVER, file
from plimsoll.interfaces.pages.visit import Act, File, Go, Page, Screen, Shown, Visit
from plimsoll.interfaces.pages.ways import Ways
from plimsoll.units.refusal import Malformed, Refused

STATUS: Final = {"absent": 404, "permission_missing": 403, "duties_conflict": 403, "second_factor_needed": 403, "form_not_ours": 403}
CONFLICT: Final = 409
UNKNOWN: Final = "outcome_unknown"
DONE: Final = "done"
VALUE: Final = "d."


@dataclass(frozen=True, slots=True)
class Chrome:
    """What stands around every page of a site."""

    layout: str
    """Template that pages of somebody signed in extend."""
    open_layout: str
    """The same before sign-in."""
    around: Callable[[Visit], Mapping[str, Any]]
    """What the layout needs: navigation, banner, counts."""
    home: str = "/"
    sign_in: str = "/sign-in"
    second: str = "/second-factor"
    account: str = ""
    """Where somebody looks after their own password and factors, "" for a site without such a page."""
    why: Callable[[Visit, Refused | Malformed], str] = lambda visit, why: why.text(visit.speech)
    """How a no is told: to staff with the numbers of the case and the rule behind it."""


class Site:
    """Screens served: what happens between a request and a page."""

    def __init__(self, house: House, door: Any, screens: tuple[Screen, ...], chrome: Chrome) -> None:
        self.house, self.door, self.screens, self.chrome = house, door, screens, chrome

    def app(self) -> Starlette:
        """Give the site as an application to be mounted anywhere."""
        routes = [Route("/static/{digest}/{name}", _static, methods=["GET"])]
        routes += [Route(one.path, partial(self.answer, one), methods=["GET", "POST"], name=one.name) for one in self.screens]
        made = Starlette(routes=routes)
        made.add_exception_handler(404, self.lost)
        made.add_exception_handler(405, self.lost)
        made.add_exception_handler(Exception, self.broken)
        return made

    async def answer(self, screen: Screen, request: Request) -> Response:
        """Answer one request for a screen."""
        try:
            form = await asked.form_of(request, screen.longest or asked.FORM_MAX)
        except asked.TooLong:
            form = {"too_long": "yes"}
        return await run_in_threadpool(self._answer, screen, request, form)

    async def lost(self, request: Request, _: Exception) -> Response:
        """Answer for an address that there is no page at."""
        return await run_in_threadpool(self._refuse_plainly, request, Refused("absent"))

    async def broken(self, request: Request, _: Exception) -> Response:
        """Answer for a page that ran into a bug: nothing of it is kept, and its number finds it in the log."""
        return await run_in_threadpool(self._broken, request)

    def _answer(self, screen: Screen, request: Request, form: Mapping[str, str]) -> Response:
        visit = asked.plain_visit(request, self.house, self.door)
        try:
            visit = asked.visit_of(request, self.house, self.door, form)
            return self._respond(request, visit, self._ask(screen, request, visit), screen)
        except StoreTrouble as trouble:
            return self._in_trouble(request, visit, trouble)
        except (OperationalError, InterfaceError):
            return self._in_trouble(request, visit, StoreTrouble("store_unreachable"))

    def _ask(self, screen: Screen, request: Request, visit: Visit) -> Shown:
        """Give what a screen answers, once it is clear that it may be asked."""
        refused = self._keep_out(screen, visit)
        if refused is not None:
            return refused
        if request.method != "POST":
            return screen.show(visit)
        if "too_long" in visit.form:
            return self._again(screen, visit, Refused("form_too_long"))
        if not asked.is_from_us(request) or not cookies.is_same(visit.form_token, visit.form.get("form_token", "")):
            return Refused("form_not_ours")
        do = screen.forms.get(visit.form.get("act", ""))
        if do is None:
            return Refused("form_not_ours")
        try:
            done = do(visit)
        except Malformed as wrong:
            return self._again(screen, visit, wrong)
        ended = self.perform(visit, done) if isinstance(done, Act) else done
        return self._again(screen, visit, ended) if isinstance(ended, Refused) else ended

    def _keep_out(self, screen: Screen, visit: Visit) -> Go | Refused | None:
        """Give where somebody has to go first, or the no; None where the screen may be seen."""
        if screen.is_open:
            return None
        if not visit.who.user_id:
            return Go(f"{self.chrome.sign_in}?{urlencode({'next': visit.address})}")
        if visit.waits_for and screen.path != self.chrome.second:
            return Go(f"{self.chrome.second}?{urlencode({'next': visit.address})}")
        if not screen.permission:
            return None
        found = self.door.may(visit.who, screen.permission, screen.target(visit))
        return found if isinstance(found, Refused) else None

    def perform(self, visit: Visit, act: Act) -> Go | Page | Refused:
        """Have a command done through the door. What was sent before with the same key is recognised, and done once."""
        try:
            outcome = self.door.ask(visit.who, act.command, digest=_digest(act.command), reason=act.reason)
        except StoreTrouble as trouble:
            if trouble.code != UNKNOWN:
                raise
            return Page("unknown.html", {"fields": _fields(visit), "command_key": act.command.key}, 202)
        if isinstance(outcome, Waiting):
            return Go(act.to, "done.waiting", {"approval": outcome.approval_id, "n": str(outcome.checkers)})
        if isinstance(outcome, Refused):
            return outcome
        if not isinstance(outcome, Answer):
            raise RuntimeError(f"{type(act.command).__name__}: {outcome}")
        if act.tells is not None:
            return Go(act.to, *act.tells(json.loads(outcome.text)))
        return Go(act.to, "done.again" if outcome.is_replayed else act.done, act.values)

    def _again(self, screen: Screen, visit: Visit, why: Malformed | Refused) -> Shown:
        """Show a page again with what was wrong with its form, and what was typed; why it was refused alone where the page is no more."""
        shown, said = screen.show(visit), self.chrome.why(visit, why)
        if isinstance(shown, Go):
            return Page("conflict.html", {"told": said}, CONFLICT)
        if isinstance(shown, Page):
            return replace(shown, said={**shown.said, "refused": said}, status=CONFLICT)
        return Page(screen.template, {**shown, "refused": said}, CONFLICT) if isinstance(shown, Mapping) else shown

    def _respond(self, request: Request, visit: Visit, shown: Shown, screen: Screen | None) -> Response:
        if isinstance(shown, Go):
            return self._go(request, visit, shown)
        if isinstance(shown, Refused):
            template = {403: "forbidden.html", 404: "absent.html"}.get(STATUS.get(shown.code, CONFLICT), "conflict.html")
            needed = screen.permission if screen is not None else ""
            told = self.chrome.why(visit, shown)
            shown = Page(template, {"refusal": shown, "told": told, "needed": needed}, STATUS.get(shown.code, CONFLICT))
        if isinstance(shown, File):
            return self._file(request, visit, shown)
        page = shown if isinstance(shown, Page) else Page(screen.template if screen else "absent.html", shown)
        around = {**self._around(visit), "leads": Ways(visit, self.screens).lead}
        said = {**around, "screen": screen.name if screen else "", "refused": "", **page.said}
        return self._finished(request, visit, Response(render(page.template, visit, said), page.status, media_type="text/html"))

    def _around(self, visit: Visit) -> dict[str, Any]:
        """Give what the layout needs: nothing but the layout itself before sign-in, and in a part of a page."""
        said = {"layout": self.chrome.open_layout, "site": self.chrome, "done": _done(visit)}
        if not visit.who.user_id or visit.waits_for or visit.is_part:
            return said
        return {**said, **self.chrome.around(visit), "layout": self.chrome.layout}

    def _go(self, request: Request, visit: Visit, go: Go) -> Response:
        said = {DONE: go.done, **{f"{VALUE}{name}": value for name, value in go.values.items()}} if go.done else {}
        path = visit.root + go.path
        target = f"{path}{'&' if '?' in path else '?'}{urlencode(said)}" if said else path
        response: Response = RedirectResponse(target, 303)
        if visit.is_part:
            response = Response(status_code=200, headers={"HX-Redirect": target})
        is_tls = asked.is_secure(request)
        if go.session:
            cookies.put(response, cookies.SESSION, go.session, is_secure=is_tls)
            cookies.drop(response, cookies.BEFORE, is_secure=is_tls)
        elif go.session is not None:
            cookies.drop(response, cookies.SESSION, is_secure=is_tls)
        for name, among in ((cookies.LANGUAGE, (*words.LANGUAGES, words.STRETCHED)), (cookies.THEME, asked.THEMES)):
            chosen = go.keeps.get(name.removeprefix("plimsoll-"), "")
            if chosen in among:
                cookies.keep(response, name, chosen, is_secure=is_tls)
        if "views" in go.keeps:
            cookies.keep(response, cookies.views_name(visit.who.user_id), go.keeps["views"], is_secure=is_tls)
        return self._finished(request, visit, response)

    def _file(self, request: Request, visit: Visit, kept: File) -> Response:
        response = Response(kept.content, media_type=kept.kind)
        plain = kept.name.encode("ascii", "replace").decode().replace("?", "_")
        more = f"; filename*=UTF-8''{quote(kept.name)}" if plain != kept.name else ""
        response.headers["Content-Disposition"] = f'attachment; filename="{plain}"{more}'
        return self._finished(request, visit, response)

    def _finished(self, request: Request, visit: Visit, response: Response) -> Response:
        """Give a response with its headers; a guest gets the cookie that their forms hang on."""
        is_tls = asked.is_secure(request)
        for name, value in headers.of_page(visit.request_id, is_secure=is_tls).items():
            response.headers[name] = value
        if not visit.who.user_id and not cookies.read(request.cookies, cookies.BEFORE, is_secure=is_tls):
            cookies.put(response, cookies.BEFORE, visit.token, is_secure=is_tls)
        return response

    def _refuse_plainly(self, request: Request, refused: Refused) -> Response:
        visit = asked.visit_of(request, self.house, self.door, {})
        return self._respond(request, visit, refused, None)

    def _in_trouble(self, request: Request, visit: Visit, trouble: StoreTrouble) -> Response:
        said = {"layout": self.chrome.open_layout, "site": self.chrome, "done": "", "screen": "", "refused": "", "trouble": trouble}
        return self._finished(request, visit, Response(render("error.html", visit, said), 503, media_type="text/html"))

    def _broken(self, request: Request) -> Response:
        visit = asked.plain_visit(request, self.house, self.door)
        said = {"layout": self.chrome.open_layout, "site": self.chrome, "done": "", "screen": "", "refused": "", "trouble": None}
        return self._finished(request, visit, Response(render("error.html", visit, said), 500, media_type="text/html"))


def site(house: House, door: Any, screens: tuple[Screen, ...], chrome: Chrome) -> Starlette:
    """Give an application that serves some screens; mount it under the path that it shall have."""
    return Site(house, door, screens, chrome).app()


def _digest(command: Any) -> bytes:
    """Give what a repeat of a form is recognised by: all that the command says."""
    return sha256(repr(command).encode()).digest()


def _fields(visit: Visit) -> dict[str, str]:
    """Give the fields of a form to be sent again as they were."""
    return {name: value for name, value in visit.form.items() if name != "form_token"}


def _done(visit: Visit) -> str:
    """Give the line that says what was done, from the address: a key of the catalogue and what fills it, nothing else."""
    key = visit.query.get(DONE, "")
    if not key.startswith("done.") or not words.has(key):
        return ""
    values = {name.removeprefix(VALUE): value[:60] for name, value in visit.query.items() if name.startswith(VALUE)}
    try:
        return visit.t(key, values)
    except KeyError:
        return ""


def _static(request: Request) -> Response:
    """Give one of our files; an old address of it leads to the file as it is now, and is not kept."""
    found = file(request.path_params["name"])
    if found is None:
        return Response("", 404)
    is_packed = "gzip" in request.headers.get("accept-encoding", "")
    said = {
        **headers.ALWAYS,
        "Vary": "Accept-Encoding",
        "Cache-Control": FOREVER if request.path_params["digest"] == found.digest else "no-store",
    }
    if is_packed:
        said["Content-Encoding"] = "gzip"
    return Response(found.packed if is_packed else found.content, headers=said, media_type=found.kind)

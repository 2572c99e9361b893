"""Views that somebody keeps under a name: a list with its filters as its address has them. Each browser keeps those of its people.

What the browser brings back is not trusted: only addresses of these pages are led to, and a page is shown to whoever may see it.
"""

import base64
import binascii
import json
import re
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from plimsoll.interfaces.pages.cookies import VIEWS_MAX
from plimsoll.interfaces.pages.parts import Cell, Field, Form, Heading, Panel, Table, board, code, heads
from plimsoll.interfaces.pages.serve import DONE, VALUE
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.units.refusal import Malformed

PATH: Final = "/views"
MOST: Final = 12
NAME_MAX, ADDRESS_MAX = 40, 300
ADDRESS: Final = re.compile(r"/(?!/)[A-Za-z0-9/_.~%-]*\?[A-Za-z0-9_.~%=&+*-]*", re.ASCII)
PASSING: Final = (DONE, "after")
"""What stands in an address for once, and is no part of a view."""


class View(NamedTuple):
    """A list as somebody wants to see it again: its name, and its address under the root."""

    name: str
    path: str


def views_of(visit: Visit) -> tuple[View, ...]:
    """Give the views that the browser keeps for whoever looks, in their order; what cannot be one is left out."""
    try:
        found = json.loads(base64.urlsafe_b64decode(visit.views.encode("ascii")))
    except (ValueError, binascii.Error):
        return ()
    return tuple(one for one in map(_read, found[:MOST] if isinstance(found, list) else ()) if one is not None)


def _read(said: Any) -> View | None:
    if not (isinstance(said, list) and len(said) == 2 and all(isinstance(one, str) for one in said)):
        return None
    name, path = said
    is_good = 0 < len(name) <= NAME_MAX and name.isprintable() and len(path) <= ADDRESS_MAX and ADDRESS.fullmatch(path)
    return View(name, path) if is_good else None


def text_of(views: tuple[View, ...]) -> str:
    """Give views as the browser keeps them."""
    return base64.urlsafe_b64encode(json.dumps(views, ensure_ascii=False, separators=(",", ":")).encode()).decode()


def to_keep(visit: Visit) -> str:
    """Give the address of what is looked at as a view, "" where nothing is asked of a list."""
    path, _, query = visit.address.partition("?")
    asked = [(name, value) for name, value in parse_qsl(query) if name not in PASSING and not name.startswith(VALUE)]
    found = f"{path}?{urlencode(asked)}" if asked else ""
    return found if len(found) <= ADDRESS_MAX and ADDRESS.fullmatch(found) and path not in (PATH, "/find") else ""


def show(visit: Visit) -> Shown:
    """Show the views that are kept, and take them back."""
    found = views_of(visit)
    rows = [(Cell(one.name, one.path), code(one.path)) for one in found]
    table = Table(visit.t("view.title"), heads(visit, "view.name", "view.address"), rows, empty="view.none", is_list=True)
    parts: list[Any] = [table]
    if found:
        which = Field("name", visit.t("view.name"), "choice", options=[(one.name, one.name) for one in found])
        parts.append(Form("drop", visit.t("view.drop"), visit.t("view.drop"), (which,)))
    return board(Heading(visit.t("view.title"), visit.t("view.lead")), [Panel("", parts)])


def _keep(visit: Visit) -> Done:
    """Keep a view under a name; one of that name gives way. Raises Malformed field_malformed."""
    name, path = " ".join(visit.form.get("name", "").split()), visit.form.get("back", "")
    view = _read([name, path])
    if view is None:
        raise Malformed("field_malformed", repr(name)[:NAME_MAX], key="name")
    kept = (*(one for one in views_of(visit) if one.name != name), view)[-MOST:]
    while len(text_of(kept)) > VIEWS_MAX:
        kept = kept[1:]
    return Go(path, "done.view.kept", keeps={"views": text_of(kept)})


def _drop(visit: Visit) -> Done:
    """Let a view go."""
    kept = tuple(one for one in views_of(visit) if one.name != visit.form.get("name", ""))
    return Go(PATH, "done.view.dropped", keeps={"views": text_of(kept)})


SCREENS: Final = (Screen("view", PATH, "", "page.html", show, {"keep": _keep, "drop": _drop}),)

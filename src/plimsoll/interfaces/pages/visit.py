"""One look at a page by one person: what a page function is given, and what it may give back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from plimsoll.app.access.principal import NOTHING, Principal, Target
from plimsoll.app.business_day import business_day
from plimsoll.app.house import House
from plimsoll.interfaces.pages import words
from plimsoll.units.refusal import Refused

GUEST: Final = Principal("", ())
"""Who looks before anybody has signed in."""


class Upload(NamedTuple):
    """A file that a form brought: the name that the browser gave it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at what, in which language, and what the browser sent with it."""

    house: House
    door: Any
    """`plimsoll.app.access.door.Door`: decides who may, and what needs a second pair of eyes."""
    who: Principal = GUEST
    language: str = words.CHINESE
    theme: str = ""
    """light or dark, "" as the browser prefers."""
    root: str = ""
    """Under what the pages are mounted."""
    address: str = "/"
    """Path and query under the root, as they were asked for."""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    """Files of the form, by the name of the field; one that is text in UTF-8 stands in `form` too."""
    token: str = ""
    """Of the session, "" before sign-in. Never shown."""
    form_token: str = ""
    """What a form of this session brings back."""
    request_id: str = ""
    host: str = ""
    """The network address that was asked from."""
    device: str = ""
    is_part: bool = False
    """Whether a script of ours asks for a part of a page."""
    views: str = ""
    """What the browser keeps of the views of whoever looks, as it was written."""
    waits_for: tuple[str, ...] = ()
    """Second factors of which one is still to be shown."""

    def t(self, key: str, values: Mapping[str, Any] = words.NOTHING) -> str:
        """Give the words of a key in the language of the visit."""
        return words.say(key, self.language, values)

    def link(self, path: str) -> str:
        """Give the address of a page under the root; `path` begins with a stroke."""
        return self.root + path

    def may(self, permission: str, target: Target = NOTHING) -> bool:
        """Tell whether a permission is held, so that what cannot be done is not offered."""
        return not permission or not isinstance(self.door.may(self.who, permission, target), Refused)

    def today(self) -> date:
        """Give the business date; of a book that was never opened, the day of the clock."""
        return business_day(self.house)

    def told(self, zh: str, en: str) -> str:
        """Give words that come twice from somewhere else than the catalogue, in the language of the visit."""
        if self.language == words.CHINESE:
            return zh
        return words.stretched(en) if self.language == words.STRETCHED else en

    @property
    def speech(self) -> str:
        """Give the language of sentences that do not come from the catalogue: refusals, permissions, rules."""
        return words.CHINESE if self.language == words.CHINESE else words.ENGLISH


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be shown: its template and what stands in it."""

    template: str
    said: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Go:
    """Go to another page, with one line of what was done. `done` is a key of the catalogue, `values` what fills it."""

    path: str
    done: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    session: str | None = None
    """The token of a new session, "" to take the session back, None to leave it as it is."""
    keeps: Mapping[str, str] = field(default_factory=dict)
    """Choices that the browser keeps: language, theme."""


@dataclass(frozen=True, slots=True)
class Act:
    """A command that somebody asks for with a form, and where to go once it is done."""

    command: Any
    done: str
    """Key of the line that says what was done."""
    to: str
    reason: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    tells: Callable[[Mapping[str, Any]], tuple[str, Mapping[str, str]]] | None = None
    """Gives the line and what fills it from the answer, where they depend on it; None where `done` is all."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to be kept: name, type, content."""

    name: str
    kind: str
    content: bytes


Shown = Mapping[str, Any] | Page | Go | File | Refused
"""What a page gives: what stands in its template, another page, a way to one, a file, or a no."""
Done = Act | Go | Page | File | Refused
"""What a form gives."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A page: its address, who may see it, its template, what stands in it, and what its forms do."""

    name: str
    """Names the page in the navigation and in the words: its title is the text of `title.<name>`."""
    path: str
    permission: str
    """A `plimsoll.app.access.permission.Permission`, "" for whoever is signed in."""
    template: str
    show: Callable[[Visit], Shown]
    forms: Mapping[str, Callable[[Visit], Done]] = field(default_factory=dict)
    """By the value of the field `act`; each reads `visit.form`."""
    is_open: bool = False
    """Whether it is shown before sign-in."""
    target: Callable[[Visit], Target] = lambda _: NOTHING
    """What the page is about: the permission is asked for it."""
    longest: int = 0
    """Bytes that a form on it may have, 0 for what forms usually may."""

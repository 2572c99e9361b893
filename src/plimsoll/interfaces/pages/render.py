"""Templates filled in: one environment over the folders of all pages. Everything is escaped unless a macro made it."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from plimsoll.interfaces.pages import static_files, words, written
from plimsoll.interfaces.pages.cookies import new_key
from plimsoll.interfaces.pages.static_files import address, missing
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.units.refusal import sentence

INTERFACES: Final = Path(__file__).resolve().parent.parent
FOLDERS: Final = tuple(INTERFACES / name / "templates" for name in ("console", "borrower", "pages"))


@cache
def environment() -> Environment:
    """Give the environment; a name that is not there stops the page, and what comes from data is escaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update({"money": written.money, "count": written.count, "day": written.day, "share": written.share})
    made.globals.update({"sentence": sentence, "new_key": new_key})
    return made


def get_ready() -> None:
    """Read what pages are made of, words, templates and files, before the first of them is asked for."""
    words.catalogue()
    for name in environment().list_templates(extensions=("html",)):
        environment().get_template(name)
    static_files.get_ready()


def render(template: str, visit: Visit, said: Mapping[str, Any]) -> str:
    """Give the text of a page for one visit. Beside what is said a template has `visit`, `t`, `link`, `static` and the ways to write."""
    language = visit.language
    given = {
        "visit": visit,
        "t": visit.t,
        "link": visit.link,
        "static": partial(_static, visit.root),
        "is_bare": bool(missing()),
        "large": partial(_large, language),
        "daily_rate": partial(_in_language, written.daily_rate, language),
        "yearly_rate": partial(_in_language, written.yearly_rate, language),
        "past_due": partial(_in_language, written.past_due, language),
        "instant": written.instant,
        "money": written.money,
        "share": written.share,
        **said,
    }
    return environment().get_template(template).render(given)


def _static(root: str, name: str) -> str:
    found = address(name)
    return root + found if found else ""


def _large(language: str, minor: int | None, currency: str = "CNY") -> str:
    return written.large(minor, currency, language)


def _in_language(write: Any, language: str, value: Any) -> str:
    written_so: str = write(value, language)
    return written_so

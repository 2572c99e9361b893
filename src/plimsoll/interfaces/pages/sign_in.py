"""Signing in and out, showing a second factor, and choosing language and colours: the screens that every site has."""

from typing import Final

from plimsoll.app.access.session import SignedIn, sign_out
from plimsoll.app.access.sign_in import From, show_one_time, sign_in
from plimsoll.interfaces.pages.parts import Field, Form
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.units.refusal import Refused


def safe_path(path: str) -> str:
    """Give a path to go on to that lies within this site: what comes from an address may lead nowhere else."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path and "\r" not in path
    return path if is_ours else "/"


def _place(visit: Visit) -> From:
    """Give where somebody signs in from; a session that they hold ends, so that nobody goes on with one that was planted."""
    return From(visit.host, visit.device, visit.token if visit.who.user_id else "")


def _ask_password(visit: Visit) -> Shown:
    fields = (
        Field("user", visit.t("sign-in.user"), value=visit.form.get("user", ""), auto="username"),
        Field("password", visit.t("sign-in.password"), "password", auto="current-password"),
        Field("next", kind="hidden", value=safe_path(visit.form.get("next", visit.query.get("next", "/")))),
    )
    return {"form": Form("sign_in", "", visit.t("sign-in.button"), fields, is_folded=False)}


def _sign_in(visit: Visit) -> Done:
    begun = sign_in(visit.house, visit.form.get("user", ""), visit.form.get("password", ""), _place(visit))
    return _gone_on(visit, begun)


def _ask_code(visit: Visit) -> Shown:
    if not visit.who.user_id:
        return Go("/sign-in")
    fields = (
        Field("code", visit.t("sign-in.code"), "code", auto="one-time-code", longest=8),
        Field("next", kind="hidden", value=safe_path(visit.form.get("next", visit.query.get("next", "/")))),
    )
    return {"form": Form("show_code", "", visit.t("sign-in.code.button"), fields, visit.t("sign-in.code.said"), is_folded=False)}


def _show_code(visit: Visit) -> Done:
    return _gone_on(visit, show_one_time(visit.house, visit.token, visit.form.get("code", "").strip(), _place(visit)))


def _gone_on(visit: Visit, begun: SignedIn | Refused) -> Done:
    """Go on with a new token, to the second factor where one is waited for."""
    if isinstance(begun, Refused):
        return begun
    path = safe_path(visit.form.get("next", "/"))
    return Go(path, session=begun.token)


def _sign_out(visit: Visit) -> Done:
    if visit.who.user_id:
        sign_out(visit.house, visit.token)
    return Go("/sign-in", "done.signed-out", session="")


def _choose(visit: Visit) -> Done:
    kept = {name: visit.form[name] for name in ("language", "theme") if name in visit.form}
    return Go(safe_path(visit.form.get("back", "/")), keeps=kept)


def _home(_: Visit) -> Shown:
    return Go("/")


SCREENS: Final = (
    Screen("sign-in", "/sign-in", "", "sign_in.html", _ask_password, {"sign_in": _sign_in}, is_open=True),
    Screen("second-factor", "/second-factor", "", "sign_in.html", _ask_code, {"show_code": _show_code}, is_open=True),
    Screen("sign-out", "/sign-out", "", "sign_in.html", _home, {"sign_out": _sign_out}, is_open=True),
    Screen("choose", "/choose", "", "sign_in.html", _home, {"choose": _choose}, is_open=True),
)

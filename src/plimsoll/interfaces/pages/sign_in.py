"""Signing in and out, showing a second factor, and choosing language and colours: the screens that every site has."""

from typing import Any, Final

from plimsoll.app.access import passkey, people
from plimsoll.app.access.rate import RateClass, limiter_of
from plimsoll.app.access.session import SignedIn, sign_out
from plimsoll.app.access.sign_in import ONE_TIME, PASSKEY, From, show_one_time, sign_in
from plimsoll.interfaces.pages.parts import Field, Form
from plimsoll.interfaces.pages.passkeys import Ceremony, answer_of, options_file
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.units.refusal import Refused


def safe_path(path: str) -> str:
    """Give a path to go on to that lies within this site: what comes from an address may lead nowhere else."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path and "\r" not in path
    return path if is_ours else "/"


def place_of(visit: Visit) -> From:
    """Give where somebody signs in from; a session that they hold ends, so that nobody goes on with one that was planted."""
    return From(visit.host, visit.device, visit.token if visit.who.user_id else "")


def _ask_password(visit: Visit) -> Shown:
    fields = (
        Field("user", visit.t("sign-in.user"), value=visit.form.get("user", ""), auto="username"),
        Field("password", visit.t("sign-in.password"), "password", auto="current-password"),
        _next(visit),
    )
    return _page(visit, Form("sign_in", "", visit.t("sign-in.button"), fields, is_folded=False), has_passkey=True)


def _next(visit: Visit) -> Field:
    return Field("next", kind="hidden", value=safe_path(visit.form.get("next", visit.query.get("next", "/"))))


def _page(visit: Visit, form: Form | None, *, has_passkey: bool) -> dict[str, Any]:
    """Give a form, and beside it the way with a passkey."""
    button = Ceremony("get", "ask_passkey", "passkey", visit.t("passkey.use"), (_next(visit),), "" if form else "btn-primary")
    return {"form": form, "passkey": button if has_passkey else None, "has_passkey": has_passkey}


def _ask_passkey(visit: Visit) -> Done:
    """Give a browser what it is to sign: with one's own passkeys where a session waits for one, else with whatever it has."""
    callers = (f"from {visit.host}",) if visit.host else ()
    too_fast = limiter_of(visit.house).take_all(callers, RateClass.PERSON, visit.house.now().date())
    return too_fast or options_file(passkey.begin(visit.house, passkey.site_of(), visit.token if visit.who.user_id else ""))


def _by_passkey(visit: Visit) -> Done:
    challenge, credential = answer_of(visit)
    return _gone_on(visit, passkey.finish(visit.house, passkey.site_of(), challenge, credential, place_of(visit)))


def _sign_in(visit: Visit) -> Done:
    begun = sign_in(visit.house, visit.form.get("user", ""), visit.form.get("password", ""), place_of(visit))
    return _gone_on(visit, begun)


def _ask_code(visit: Visit) -> Shown:
    if not visit.who.user_id:
        return Go("/sign-in")
    factors = visit.waits_for or _factors(visit)
    if not factors:
        return {"form": None, "heading": "title.second", "lead": visit.t("sign-in.no-factor"), "without": visit.t("account.title")}
    fields = (Field("code", visit.t("sign-in.code"), "code", auto="one-time-code", longest=8), _next(visit))
    form = Form("show_code", "", visit.t("sign-in.code.button"), fields, visit.t("sign-in.code.said"), is_folded=False)
    page = _page(visit, form if ONE_TIME in factors else None, has_passkey=PASSKEY in factors)
    return page | {"heading": "title.second", "lead": "" if page["form"] else visit.t("sign-in.code.said")}


def _factors(visit: Visit) -> tuple[str, ...]:
    """Give the second factors that somebody has."""
    user, has_passkey = people.get(visit.house, visit.who.user_id), bool(passkey.passkeys_of(visit.house, visit.who.user_id))
    has_code = not isinstance(user, Refused) and user.has_one_time
    return (*((ONE_TIME,) if has_code else ()), *((PASSKEY,) if has_passkey else ()))


def _show_code(visit: Visit) -> Done:
    return _gone_on(visit, show_one_time(visit.house, visit.token, visit.form.get("code", "").strip(), place_of(visit)))


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


PASSKEYS: Final = {"ask_passkey": _ask_passkey, "passkey": _by_passkey}
SCREENS: Final = (
    Screen("sign-in", "/sign-in", "", "sign_in.html", _ask_password, {"sign_in": _sign_in, **PASSKEYS}, is_open=True),
    Screen("second-factor", "/second-factor", "", "sign_in.html", _ask_code, {"show_code": _show_code, **PASSKEYS}, is_open=True),
    Screen("sign-out", "/sign-out", "", "sign_in.html", _home, {"sign_out": _sign_out}, is_open=True),
    Screen("choose", "/choose", "", "sign_in.html", _home, {"choose": _choose}, is_open=True),
)

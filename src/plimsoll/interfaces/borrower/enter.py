"""Coming in by telephone: a code is sent to the phone that the house has of somebody, and who types it in is that borrower."""

from typing import Final

from plimsoll.app.access.code import ask_code, enter_code, sandbox_code
from plimsoll.app.access.sign_in import From
from plimsoll.interfaces.pages.parts import Field, Form
from plimsoll.interfaces.pages.sign_in import SCREENS as COMMON
from plimsoll.interfaces.pages.sign_in import safe_path
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.units.refusal import Refused

KEPT: Final = ("sign-out", "choose")
"""Ways of every site that borrowers have too."""


def _place(visit: Visit) -> From:
    return From(visit.host, visit.device, visit.token if visit.who.user_id else "")


def _ask_phone(visit: Visit) -> Shown:
    fields = (
        Field("phone", visit.t("b.enter.phone"), "number", visit.form.get("phone", ""), auto="tel-national", longest=20),
        Field("next", kind="hidden", value=safe_path(visit.form.get("next", visit.query.get("next", "/")))),
    )
    return {"form": Form("send", "", visit.t("b.enter.send"), fields, visit.t("b.enter.said"), is_folded=False)}


def _send(visit: Visit) -> Done:
    """Send a code; what is said is the same whether or not anybody has that phone."""
    asked = ask_code(visit.house, visit.form.get("phone", "").replace(" ", ""), _place(visit), language=visit.speech)
    return asked if isinstance(asked, Refused) else Go(f"/code?c={asked.challenge_id}")


def _ask_code(visit: Visit) -> Shown:
    challenge = visit.form.get("challenge", visit.query.get("c", ""))
    told = sandbox_code(visit.house, challenge)
    said = visit.t("b.enter.sandbox", {"code": told}) if told else visit.t("b.enter.sent")
    fields = (
        Field("code", visit.t("sign-in.code"), "code", auto="one-time-code", longest=8),
        Field("challenge", kind="hidden", value=challenge),
    )
    return {"form": Form("enter", "", visit.t("b.enter.button"), fields, said, is_folded=False)}


def _enter(visit: Visit) -> Done:
    begun = enter_code(visit.house, visit.form.get("challenge", ""), visit.form.get("code", "").strip(), _place(visit))
    return begun if isinstance(begun, Refused) else Go("/", session=begun.token)


SCREENS: Final[tuple[Screen, ...]] = (
    Screen("sign-in", "/sign-in", "", "sign_in.html", _ask_phone, {"send": _send}, is_open=True),
    Screen("b-code", "/code", "", "sign_in.html", _ask_code, {"enter": _enter}, is_open=True),
    *(one for one in COMMON if one.name in KEPT),
)

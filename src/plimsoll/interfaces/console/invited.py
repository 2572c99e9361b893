"""The page that an invitation leads to: whoever was invited chooses a password there, once, and goes on to set up a second factor."""

from typing import Final

from plimsoll.app.access import invitation
from plimsoll.app.access.invited import Invited, invited
from plimsoll.app.access.passkey import site_of
from plimsoll.app.access.policy import password_lengths
from plimsoll.app.access.session import SignedIn
from plimsoll.app.access.sign_in import sign_in
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import Field, Form
from plimsoll.interfaces.pages.sign_in import place_of
from plimsoll.interfaces.pages.visit import Done, Go, Page, Screen, Shown, Visit
from plimsoll.units.refusal import Refused

PATH: Final = "/invitation"
ENDED: Final = ("invitation_used", "invitation_expired", "invitation_refused")


def link_of(visit: Visit, found: invitation.Invitation) -> str:
    """Give the address that is handed to whoever was invited."""
    return f"{site_of().origin}{visit.link(PATH)}/{found.text}"


def _ended(visit: Visit, refused: Refused) -> Page:
    """Say that an invitation holds no more and why; what there is to be done instead is to sign in."""
    said = {"code": refused.code, "text": Refused(refused.code).text(visit.speech)}
    return Page("invitation_ended.html", said, 404 if refused.code == "invitation_refused" else 410)


def show(visit: Visit) -> Shown:
    """Ask whoever was invited for a password of their own."""
    found = invited(visit.house, visit.path["text"])
    return _ended(visit, found) if isinstance(found, Refused) else _asked(visit, found)


def _asked(visit: Visit, found: Invited) -> Shown:
    shortest, longest = password_lengths(visit.house.rules, visit.house.now())
    hint = visit.t("invitation.password.hint", {"n": shortest})
    fields = (
        Field("user", kind="whose", value=found.user_id),
        Field("password", visit.t("invitation.password"), "password", hint=hint, auto="new-password", longest=longest),
        Field("again", visit.t("invitation.again"), "password", auto="new-password", longest=longest),
    )
    lead = visit.t("invitation.lead", {"user": found.user_id, "until": written.instant(found.until)})
    form = Form("accept", "", visit.t("invitation.do"), fields, visit.t("invitation.said"), is_folded=False)
    return {"form": form, "heading": "title.invitation", "lead": lead}


def _accept(visit: Visit) -> Done:
    """Set the password, sign its owner in, and lead them to their second factor."""
    form, found = visit.form, invited(visit.house, visit.path["text"])
    if isinstance(found, Refused):
        return _ended(visit, found)
    if form.get("password", "") != form.get("again", ""):
        return Refused("passwords_differ")
    changed = invitation.accept(visit.house, visit.path["text"], form.get("password", ""))
    if isinstance(changed, Refused):
        return _ended(visit, changed) if changed.code in ENDED else changed
    begun = sign_in(visit.house, changed.user_id, form.get("password", ""), place_of(visit))
    return Go("/account", "done.password", session=begun.token) if isinstance(begun, SignedIn) else Go("/sign-in", "done.password")


SCREENS: Final = (Screen("invitation", f"{PATH}/{{text}}", "", "sign_in.html", show, {"accept": _accept}, is_open=True),)

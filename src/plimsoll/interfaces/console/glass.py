"""Emergency access: asked for by one, agreed to by another, looked at afterwards by a third, with what was done meanwhile."""

from typing import Any, Final

from plimsoll.app.access import glass
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages.parts import Cell, Facts, Field, Form, Heading, Panel, Table, board, chip, fact, heads, instant, text
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.units.refusal import Refused

ASK, APPROVE, REVIEW = "glass.ask", "glass.approve", "glass.review"
TONES: Final = {"asked": "wait", "broken": "bad", "over": "warn", "reviewed": "good"}
SHOWN: Final = 100


def _seen(visit: Visit) -> list[glass.Glass]:
    """Give those that one may see: all to who agrees or reviews, else one's own."""
    sees_all = visit.may(APPROVE) or visit.may(REVIEW)
    return [one for one in glass.glasses(visit.house, limit=SHOWN) if sees_all or one.user_id == visit.who.user_id]


def show(visit: Visit) -> Shown:
    """Show who asked for emergency access, who has it, and what waits to be looked at."""
    rows = [
        (
            Cell(one.user_id, f"/emergency/{one.glass_id}", one.reason),
            chip(word(visit, "glass.state", one.state), TONES.get(one.state, "")),
            instant(one.asked_at),
            text(one.approved_by),
            instant(one.until),
            text(one.reviewed_by),
        )
        for one in _seen(visit)
    ]
    columns = ("user.name", "user.state", "glass.asked", "glass.agreed-by", "user.until", "glass.reviewed-by")
    table = Table(visit.t("glass.title"), heads(visit, *columns), rows, empty="glass.none", is_list=True)
    reason = Field("reason", visit.t("form.reason"), is_wide=True)
    form = Form("ask", visit.t("glass.ask"), visit.t("glass.ask.do"), (reason,), visit.t("glass.ask.said"))
    return board(Heading(visit.t("glass.title"), visit.t("glass.lead")), [Panel("", [form, table] if visit.may(ASK) else [table])])


def _ask(visit: Visit) -> Done:
    """Ask for it."""
    allowed = visit.door.may(visit.who, ASK)
    found: Any = allowed if isinstance(allowed, Refused) else glass.ask(visit.house, visit.who, visit.form.get("reason", ""))
    return found if isinstance(found, Refused) else Go(f"/emergency/{found.glass_id}", "done.done")


def _one(visit: Visit) -> glass.Glass | Refused:
    return next((one for one in _seen(visit) if one.glass_id == visit.path["glass"]), Refused("absent"))


def show_one(visit: Visit) -> Shown:
    """Show one: why, until when, what was done meanwhile, and what can be done about it."""
    one = _one(visit)
    if isinstance(one, Refused):
        return one
    facts = [
        fact(visit, "form.reason", text(one.reason)),
        fact(visit, "glass.asked", instant(one.asked_at)),
        fact(visit, "glass.agreed-by", text(one.approved_by)),
        fact(visit, "user.until", instant(one.until)),
        fact(visit, "glass.ended", instant(one.ended_at)),
        fact(visit, "glass.reviewed-by", text(one.reviewed_by)),
        fact(visit, "glass.review", text(one.review)),
    ]
    state = chip(word(visit, "glass.state", one.state), TONES.get(one.state, ""))
    panels = [Panel(visit.t("glass.about"), [Facts(facts)], width="half"), _acts(visit, one), _done(visit, one)]
    return board(Heading(one.user_id, one.glass_id, [state], [(visit.t("glass.title"), "/emergency")]), panels)


def _acts(visit: Visit, one: glass.Glass) -> Panel | None:
    is_own, forms = one.user_id == visit.who.user_id, []
    if one.state == "asked" and not is_own and visit.may(APPROVE):
        forms.append(Form("agree", visit.t("glass.agree"), visit.t("glass.agree.do"), ()))
    if one.state in ("asked", "broken") and (is_own or visit.may(APPROVE)):
        forms.append(Form("end", visit.t("glass.end"), visit.t("glass.end.do"), (), tone="btn-danger"))
    if one.state == "over" and one.approved_by and visit.may(REVIEW):
        said = Field("review", visit.t("glass.review"), "text-long", is_wide=True, longest=500)
        forms.append(Form("review", visit.t("glass.look"), visit.t("glass.look.do"), (said,)))
    return Panel(visit.t("loan.acts"), forms, "acts", width="half") if forms else None


def _done(visit: Visit, one: glass.Glass) -> Panel | None:
    """Give what is on record of the person meanwhile, to who reviews."""
    found = glass.done_meanwhile(visit.house, one.glass_id) if visit.may(REVIEW) else Refused("absent")
    if isinstance(found, Refused):
        return None
    rows = [(instant(row.at), text(row.action), text(row.subject), text(row.customer_id or ""), text(row.reason)) for row in found]
    columns = ("work.since", "glass.action", "event.subject", "customer.name", "form.reason")
    return Panel(visit.t("glass.meanwhile"), [Table(visit.t("glass.meanwhile"), heads(visit, *columns), rows, is_dense=True)])


def _do(visit: Visit) -> Done:
    """Agree to it, end it, or say what one made of it."""
    one, act = _one(visit), visit.form["act"]
    if isinstance(one, Refused):
        return one
    if not (act == "end" and one.user_id == visit.who.user_id):
        allowed = visit.door.may(visit.who, REVIEW if act == "review" else APPROVE)
        if isinstance(allowed, Refused):
            return allowed
    if act == "agree":
        found = glass.agree(visit.house, visit.who, one.glass_id)
    elif act == "end":
        found = glass.end(visit.house, visit.who, one.glass_id)
    else:
        found = glass.review(visit.house, visit.who, one.glass_id, visit.form.get("review", ""))
    return found if isinstance(found, Refused) else Go(f"/emergency/{one.glass_id}", "done.done")


SCREENS: Final = (
    Screen("emergency", "/emergency", "", "page.html", show, {"ask": _ask}),
    Screen("emergency-page", "/emergency/{glass}", "", "page.html", show_one, dict.fromkeys(("agree", "end", "review"), _do)),
)

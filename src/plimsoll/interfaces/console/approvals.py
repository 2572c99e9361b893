"""The inbox of approvals: what waits for a second pair of eyes, in words; the effect; agree, reject, withdraw."""

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row, select

from plimsoll.app.acts import ACTS
from plimsoll.app.approve.check import check, withdraw
from plimsoll.app.database.schema_access import approval, approval_check
from plimsoll.app.database.sheet import instant_of
from plimsoll.interfaces.console.case_words import amounts
from plimsoll.interfaces.console.effect import effect_parts
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Form,
    Heading,
    Moment,
    Panel,
    Said,
    Table,
    Timeline,
    board,
    chip,
    fact,
    heads,
    instant,
    money,
    text,
)
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.units.refusal import Refused, sentence
from plimsoll.units.sentences import SENTENCES

PENDING: Final = "pending"
TONES: Final = {
    "pending": "wait",
    "executed": "good",
    "rejected": "bad",
    "refused": "bad",
    "stale": "warn",
    "expired": "warn",
    "withdrawn": "",
}
ROWS: Final = 100
HOUR: Final = 3600


def show(visit: Visit) -> Shown:
    """List what waits, the one that ends first on top; or what was decided lately."""
    is_past = visit.query.get("view") == "past"
    state = approval.c.state
    wanted = select(approval).where(state != PENDING if is_past else state == PENDING)
    wanted = wanted.order_by(approval.c.ended_at.desc() if is_past else approval.c.expires_at).limit(ROWS)
    with visit.house.store.engine.connect() as connection:
        rows = connection.execute(wanted).all()
    columns = ("approval.what", "approval.amount#", "approval.maker", "approval.made", "approval.expires", "approval.state")
    table = Table(
        visit.t("nav.approval"),
        heads(visit, *columns),
        [_row(visit, row) for row in rows],
        empty="approval.none-past" if is_past else "approval.none",
        is_list=True,
    )
    tabs = ((visit.t("approval.waiting"), "/approvals", not is_past), (visit.t("approval.past"), "/approvals?view=past", is_past))
    return board(Heading(visit.t("nav.approval"), visit.t("approval.lead"), tabs=tabs), [Panel("", [table])])


def _row(visit: Visit, row: Row[Any]) -> tuple[Cell, ...]:
    shown = json.loads(row.shown)
    is_mine = row.maker == visit.who.user_id
    return (
        Cell(shown["headline"][visit.speech], f"/approvals/{row.approval_id}", row.reason),
        money(row.amount_minor, row.currency) if row.currency else text(""),
        text(row.maker, under=visit.t("approval.yours") if is_mine else ""),
        instant(row.made_at),
        text(left(visit, row)) if row.state == PENDING else instant(row.ended_at),
        chip(word(visit, "approval.state", row.state), TONES.get(row.state, "")),
    )


def left(visit: Visit, row: Row[Any]) -> str:
    """Give for how long an approval still waits, in hours."""
    seconds = (instant_of(row.expires_at) - visit.house.now()).total_seconds()
    return visit.t("approval.hours", {"n": max(0, int(seconds // HOUR))})


def show_one(visit: Visit) -> Shown:
    """Show one approval as its checkers see it: the change in words, the effect, who asked and why, what it hangs on."""
    with visit.house.store.engine.connect() as connection:
        row = connection.execute(select(approval).where(approval.c.approval_id == visit.path["approval"])).first()
        if row is None:
            return Refused("absent")
        checks = connection.execute(
            select(approval_check).where(approval_check.c.approval_id == row.approval_id).order_by(approval_check.c.at)
        ).all()
    shown: Mapping[str, Any] = json.loads(row.shown)
    changes = [(text(one[visit.speech]), text(amounts(one["before"])), text(amounts(one["after"]))) for one in shown["change"]]
    change = Table(
        visit.t("approval.change"), heads(visit, "effect.what", "effect.before#", "effect.after#"), changes, empty="approval.unchanged"
    )
    panels = [
        Panel(visit.t("approval.change"), [change], "change", width="half"),
        _about(visit, row),
        Panel(visit.t("effect.title"), effect_parts(visit, shown.get("effect", {})), "effect", "effect.title", width="half"),
        _decide(visit, row),
        Panel(visit.t("approval.checks"), [_timeline(visit, row, list(checks))], "checks"),
    ]
    state = chip(word(visit, "approval.state", row.state), TONES.get(row.state, ""))
    return board(Heading(shown["headline"][visit.speech], row.reason, [state], [(visit.t("nav.approval"), "/approvals")]), panels)


def _about(visit: Visit, row: Row[Any]) -> Panel:
    object_of = Cell("")
    if row.customer_id:
        loan = f"/loans/{row.subject}" if row.subject.isdigit() else ""
        object_of = Cell(visit.t("customer.number", {"n": row.customer_id}), f"/customers/{row.customer_id}{loan}")
    rows = [
        fact(visit, "approval.object", object_of if row.customer_id else text(row.subject)),
        fact(visit, "approval.amount", money(row.amount_minor, row.currency) if row.currency else text("")),
        fact(visit, "approval.maker", text(row.maker)),
        fact(visit, "approval.made", instant(row.made_at)),
        fact(visit, "approval.expires", text(written.instant(row.expires_at), under=left(visit, row) if row.state == PENDING else "")),
        fact(visit, "approval.rule", text(row.rule), is_defined=True),
        fact(visit, "approval.checkers", text(row.checkers)),
        fact(visit, "approval.sha", text(row.sha256[:16] + "…"), is_defined=True),
    ]
    return Panel(visit.t("approval.about"), [Facts(rows)], "about", width="half")


def _decide(visit: Visit, row: Row[Any]) -> Panel:
    """Give what somebody may do about it: agree or reject as another person, withdraw as the one who asked."""
    title = visit.t("approval.decide")
    if row.state != PENDING:
        return Panel(title, [Said("", _outcome(visit, row))], "decide", width="half")
    if row.maker == visit.who.user_id:
        form = Form("withdraw", visit.t("approval.withdraw"), visit.t("approval.withdraw.do"), (_comment(visit, is_needed=False),))
        return Panel(title, [Said("wait", visit.t("approval.mine")), form], "decide", width="half")
    if not visit.may("approval.check"):
        return Panel(title, [Said("wait", visit.t("approval.others"))], "decide", width="half")
    sha = Field("sha256", kind="hidden", value=row.sha256)
    agree = Form(
        "agree", visit.t("approval.agree"), visit.t("approval.agree.do"), (sha, _comment(visit, is_needed=False)),
        visit.t("approval.agree.said"), tone="btn-primary", hotkey="a",
    )  # fmt: skip
    reject = Form(
        "reject", visit.t("approval.reject"), visit.t("approval.reject.do"), (sha, _comment(visit)), tone="btn-danger", hotkey="x"
    )
    return Panel(title, [agree, reject], "decide", width="half")


def _comment(visit: Visit, *, is_needed: bool = True) -> Field:
    return Field(
        "comment", visit.t("approval.comment"), "text-long", visit.form.get("comment", ""), is_needed=is_needed, is_wide=True, longest=500
    )


def _outcome(visit: Visit, row: Row[Any]) -> str:
    """Give in words how it ended."""
    said = word(visit, "approval.ended", row.state)
    code = json.loads(row.outcome).get("code", "") if row.outcome.startswith("{") else ""
    return f"{said} {sentence(code, visit.speech)}" if code in SENTENCES else said


def _timeline(visit: Visit, row: Row[Any], checks: list[Row[Any]]) -> Timeline:
    moments = [Moment(written.instant(row.made_at), visit.t("approval.asked"), row.reason, row.maker)]
    moments += [Moment(written.instant(one.at), word(visit, "verdict", one.verdict), one.comment, one.checker) for one in checks]
    if row.ended_at is not None:
        moments.append(Moment(written.instant(row.ended_at), word(visit, "approval.state", row.state)))
    return Timeline(moments)


def _check(visit: Visit) -> Done:
    approval_id, form = visit.path["approval"], visit.form
    found = check(
        visit.house, visit.who, approval_id, form.get("sha256", ""), form["act"], " ".join(form.get("comment", "").split()),
        may=visit.door.may, acts=ACTS,
    )  # fmt: skip
    if isinstance(found, Refused):
        return found
    return Go(f"/approvals/{approval_id}", f"done.approval.{found.state}" if found.state in ENDS else "done.done")


ENDS: Final = ("executed", "rejected", "pending", "refused", "withdrawn")


def _withdraw(visit: Visit) -> Done:
    approval_id = visit.path["approval"]
    found = withdraw(visit.house, visit.who, approval_id, " ".join(visit.form.get("comment", "").split()))
    return found if isinstance(found, Refused) else Go(f"/approvals/{approval_id}", "done.approval.withdrawn")


FORMS: Final = {"agree": _check, "reject": _check, "withdraw": _withdraw}
SCREENS: Final = (
    Screen("approval", "/approvals", "approval.read", "page.html", show),
    Screen("approval-page", "/approvals/{approval}", "approval.read", "page.html", show_one, FORMS),
)

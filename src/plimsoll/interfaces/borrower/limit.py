"""My limit: what it is and why, every change with its reason, how it can rise, and ways to lower, object, or close."""

from typing import Final

from plimsoll.app.show.limits import LimitChange, limit_history
from plimsoll.interfaces.borrower.me import CURRENCY, screen, words
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Cell, Facts, Field, Form, Heading, Moment, Panel, Part, Table, Text, Timeline, fact
from plimsoll.interfaces.pages.visit import Act, Done, Shown, Visit
from plimsoll.monitoring.object_to_limit import ObjectToLimit
from plimsoll.servicing.close_line import CloseLine
from plimsoll.units.refusal import Refused


def _limit(visit: Visit) -> Shown:
    found = limit_history(visit.house.store, visit.who.customer_id, visit.today().toordinal())
    if isinstance(found, Refused):
        return found
    line = found.line
    if line is None or line.status == "none":
        return parts.board(Heading(visit.t("b.limit.title")), [Panel("", [Text(visit.t("b.home.no-line"))])])
    rows = [
        fact(visit, "b.total", parts.money(line.limit_minor, line.currency)),
        fact(visit, "b.used", parts.money(line.used_minor, line.currency)),
        fact(visit, "b.available", parts.money(line.available_minor, line.currency)),
    ]
    body: list[Part] = [Facts(rows)]
    if line.load is not None:
        body.append(Text(visit.t("b.load.what")))
        said = {
            "capacity": written.money(line.load.capacity_minor, line.load.currency),
            "room": written.money(line.load.room_minor, line.load.currency),
            "day": written.day(line.load.drawn_on),
        }
        body.append(Text(visit.t("b.load.mine", said)))
    body.append(Text(visit.t("b.limit.restores")))
    moments = [_moment(visit, one) for one in found.changes]
    prices = [[parts.day(one.on), Cell(written.daily_rate(one.rate_per_day, visit.language))] for one in found.prices]
    object_form = Form("object", visit.t("b.limit.object"), visit.t("b.limit.object"), (), visit.t("b.limit.object.said"))
    close_form = Form(
        "close",
        visit.t("b.nav.close"),
        visit.t("b.limit.close"),
        (Field("sure", visit.t("b.limit.close.sure"), "check", "yes"),),
        visit.t("b.limit.close.said"),
    )
    return parts.board(
        Heading(visit.t("b.limit.title")),
        [
            Panel(visit.t("b.limit.now"), body),
            Panel(visit.t("b.limit.changes"), [Timeline(moments), object_form]),
            Panel(visit.t("b.limit.prices"), [Table(visit.t("b.limit.prices"), parts.heads(visit, "b.loan.since", "b.loan.rate"), prices)]),
            Panel(visit.t("b.nav.close"), [close_form], id="close"),
        ],
    )


def _moment(visit: Visit, one: LimitChange) -> Moment:
    """Give one change in words: from what to what, and why."""
    reason, currency = one.reason_zh if visit.speech == "zh-CN" else one.reason_en, one.currency or CURRENCY
    said = ""
    if one.after_minor is not None:
        amounts = {"before": written.money(one.before_minor, currency), "after": written.money(one.after_minor, currency)}
        said = amounts["after"] if one.before_minor is None else visit.t("b.limit.from-to", amounts)
    return Moment(written.day(one.on), visit.t(f"b.limit.what.{one.what}"), f"{said} {reason}".strip())


def _object(visit: Visit) -> Done:
    key, customer_id = words(visit)
    return Act(ObjectToLimit(key, customer_id, visit.today()), "done.b.objected", "/limit")


def _close(visit: Visit) -> Done:
    key, customer_id = words(visit)
    return Act(CloseLine(key, customer_id, visit.today(), reason="asked for by the borrower"), "done.b.closed", "/limit")


SCREENS: Final = (screen("b-limit", "/limit", "customer.read", _limit, {"object": _object, "close": _close}),)

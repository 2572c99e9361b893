"""Answers computed for my own account: what people ask most, with today's figures; nobody has to call for them."""

from typing import Final

from plimsoll.app.show.contacts import last_debit_failed
from plimsoll.app.show.limits import limit_history
from plimsoll.interfaces.borrower.me import a_day_of_thousand, due_whole, my_file, myself, screen, signed_rate
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Heading, Links, Panel, Text
from plimsoll.interfaces.pages.visit import Shown, Visit
from plimsoll.units.refusal import Refused


def _help(visit: Visit) -> Shown:
    panels = [
        Panel(question, [Text(answer), *([Links(((visit.t(word), path),))] if path else [])])
        for question, answer, word, path in answers(visit)
    ]
    lender = visit.house.rules.lender
    panels.append(Panel(visit.t("b.help.person"), [Text(visit.t("b.help.call", {"phone": lender.phone}))]))
    return parts.board(Heading(visit.t("b.nav.help"), visit.t("b.help.lead")), panels)


def answers(visit: Visit) -> list[tuple[str, str, str, str]]:
    """Give each question with its answer for this account, and the word and path of the page that goes further."""
    page, filings = myself(visit), my_file(visit)
    line, rate = page.line, signed_rate(filings)
    said: list[tuple[str, dict[str, str], str, str]] = []
    if line is not None and line.status != "none":
        figures = {
            "limit": written.money(line.limit_minor),
            "used": written.money(line.used_minor),
            "available": written.money(line.available_minor),
        }
        said.append((f"available.{line.status}", figures, "b.nav.limit", "/limit"))
        said.append(("restores", {}, "b.nav.loans", "/loans"))
        changed = _last_change(visit)
        said.append(("changed" if changed else "unchanged", {"day": changed}, "b.nav.limit", "/limit"))
    if rate is not None:
        said.append(
            (
                "rate",
                {"rate": written.daily_rate(rate.text(), visit.language), "cost": written.money(a_day_of_thousand(rate))},
                "b.nav.borrow",
                "/borrow",
            )
        )
        said.append(("friend", {}, "b.apps.title", "/applications"))
    due = sum(due_whole(page, one.currency) for one in page.due)
    late = sum(one.late_minor for one in page.due)
    said.append(("due" if due else "nothing-due", {"amount": written.money(due)}, "b.nav.loans", "/loans"))
    if page.next_due:
        following = page.next_due[0]
        said.append(
            ("next", {"day": written.day(following.due_on), "amount": written.money(following.whole_minor)}, "b.nav.autopay", "/autopay")
        )
    payoff = sum(one.payoff_minor for one in page.due)
    if payoff:
        said.append(("today", {"amount": written.money(payoff)}, "b.nav.loans", "/loans"))
    if late:
        said.append(("late", {"amount": written.money(late)}, "b.nav.hardship", "/hardship"))
    failed = last_debit_failed(filings)
    if failed is not None:
        said.append(("debit", {"day": written.day(failed)}, "b.nav.autopay", "/autopay"))
    said.append(("chased", {}, "b.nav.complaints", "/complaints"))
    said.append(("bureau", {}, "b.nav.consents", "/consents"))
    return [(visit.t(f"b.q.{name}"), visit.t(f"b.a.{name}", values), word, path) for name, values, word, path in said]


def _last_change(visit: Visit) -> str:
    found = limit_history(visit.house.store, visit.who.customer_id, visit.today().toordinal())
    changes = () if isinstance(found, Refused) else found.changes
    return written.day(changes[0].on) if changes else ""


SCREENS: Final = (screen("b-help", "/help", "customer.read", _help),)

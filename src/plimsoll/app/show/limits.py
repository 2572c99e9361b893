"""How a customer's limit, load line and price came to be what they are: every change with its day, its reason and who made it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.sheet import Want, instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.show.days import on_day
from plimsoll.app.show.held import book_in, rows_of
from plimsoll.app.show.line import LineShown, line_of
from plimsoll.app.show.loan import day_rate, rate_text
from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.loan.terms import LOAN, begun_on
from plimsoll.monitoring.notice import NOTICE, OBJECTION
from plimsoll.risk.temporary_limit import KIND as TEMPORARY
from plimsoll.rulebook.reason import load as load_reasons
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Refused

TOLD: Final = ("limit_changed", "limit_held", "help_offered", "limit_assessed", "line_frozen", "line_unfrozen", "line_closed")
"""Messages that told the borrower of a change of the line."""
LOAD_LINE: Final = "load_line"
_TOLD: Final = f"""
SELECT ob.command_n, ob.created_at, ob.kind, ob.payload, au.actor, au.name FROM outbox ob
LEFT JOIN audit au ON au.customer_id = ob.customer_id AND au.command_n = ob.command_n
WHERE ob.customer_id = ? AND ob.kind IN ({", ".join("?" * len(TOLD))}) ORDER BY ob.command_n, ob.n
"""  # noqa: S608 -- the marks are counted, every value is a parameter
KINDS: Final = (NOTICE, OBJECTION, LOAD_LINE, TEMPORARY)


@dataclass(frozen=True, slots=True)
class LimitChange:
    """One change: of what, limits before and after in minor units (None where it is not about one), why in a code or in words, by whom."""

    on: date
    at: datetime
    what: str
    """limit_changed, line_frozen, line_unfrozen, line_closed, limit_held, help_offered, limit_assessed, load_line."""
    currency: str
    before_minor: int | None
    after_minor: int | None
    reason: str
    reason_zh: str
    reason_en: str
    actor: str
    verb: str
    object_until: date | None


@dataclass(frozen=True, slots=True)
class PriceRow:
    """The price of one loan, as it was agreed when it was drawn."""

    on: date
    of: str
    """The product."""
    loan_id: int
    rate_per_day: str
    rate_per_year: str


@dataclass(frozen=True, slots=True)
class LimitHistory:
    """A customer's line as it stands, and how it came to be so, newest first; `objections` are the notices that were objected to."""

    customer_id: int
    line: LineShown | None
    changes: tuple[LimitChange, ...]
    prices: tuple[PriceRow, ...]
    objections: tuple[date, ...]


def limit_history(store: Store, customer_id: int, today: int) -> LimitHistory | Refused:
    """Give the history of a customer's limit. Refuses customer_unknown. Rows read: messages, audit and some filings of the customer."""
    with snapshot(store) as seen:
        book = book_in(seen, Want(customer_id, is_every=True, kinds=KINDS))
        if book is None:
            return Refused("customer_unknown", "", f"customer {customer_id}")
        rows = rows_of(seen, _TOLD, (customer_id, *TOLD))
    changes = [_change(row) for row in rows] + [_load(one) for one in of_kind(book.filings, LOAD_LINE)]
    prices = [
        PriceRow(on_day(begun_on(held.terms)), held.product, held.loan_id, *_rates(*day_rate(held.terms)))
        for held in book.loans
        if held.terms.kind == LOAN
    ]
    return LimitHistory(
        customer_id,
        line_of(book, today),
        tuple(sorted(changes, key=lambda one: one.at, reverse=True)),
        tuple(sorted(prices, key=lambda one: one.on, reverse=True)),
        tuple(on_day(one.on) for one in of_kind(book.filings, OBJECTION)),
    )


def _rates(num: int, den: int) -> tuple[str, str]:
    return rate_text(num, den), rate_text(num * 365, den)


def _change(row: Sequence[Any]) -> LimitChange:
    """Give what a message told of a change of the line."""
    _, created_at, kind, payload, actor, verb = row
    said: Mapping[str, Any] = json.loads(payload)
    currency = str(said.get("currency", ""))
    reason = str(said.get("reason", ""))
    words = load_reasons().by_code.get(reason)
    at = instant_of(created_at)
    return LimitChange(
        date.fromisoformat(said["on"]) if "on" in said else at.date(),
        at,
        kind,
        currency or "CNY",
        _minor(said, "limit_before", currency),
        _minor(said, "limit", currency),
        reason,
        words.said["zh-CN"] if words is not None else "",
        words.said["en"] if words is not None else "",
        actor or "",
        verb or "",
        date.fromisoformat(said["object_until"]) if said.get("object_until") else None,
    )


def _minor(said: Mapping[str, Any], name: str, currency: str) -> int | None:
    return parse_minor(said[name], currency) if said.get(name) and currency else None


def _load(filing: Filing) -> LimitChange:
    """Give a load line that was drawn."""
    said = read_body(filing)
    return LimitChange(
        on_day(filing.on),
        filing.at,
        LOAD_LINE,
        said["currency"],
        None,
        said["capacity_minor"],
        str(said.get("reason", "")),
        "",
        "",
        filing.actor,
        "mark_load_line",
        None,
    )

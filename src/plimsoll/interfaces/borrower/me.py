"""The borrower who looks: a page of the mobile site is about nobody else."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Final

from plimsoll.app.access.principal import Target
from plimsoll.app.file import filings_of
from plimsoll.app.show.customer import CustomerPage, customer_page
from plimsoll.app.show.loan import DueNext
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.visit import Done, Screen, Shown, Visit
from plimsoll.interfaces.pages.words import has
from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.signed import SIGNED
from plimsoll.units.divide import half_up
from plimsoll.units.money import parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused, sentence

CURRENCY: Final = "CNY"
THOUSAND_MINOR: Final = 100_000
LOANS_A_CUSTOMER: Final = 1_000
"""Ids of the loans of a customer begin at this many times their own id."""


def mine(visit: Visit) -> Target:
    """Give what every page of a borrower is about: themselves."""
    return Target(visit.who.customer_id)


def for_borrowers(show: Callable[[Visit], Shown]) -> Callable[[Visit], Shown]:
    """Let a page be shown to somebody who is a borrower of the house, and to nobody else."""

    @wraps(show)
    def shown(visit: Visit) -> Shown:
        return show(visit) if visit.who.customer_id else Refused("permission_missing")

    return shown


def screen(
    name: str,
    path: str,
    permission: str,
    show: Callable[[Visit], Shown],
    forms: dict[str, Callable[[Visit], Done]] | None = None,
    *,
    longest: int = 0,
) -> Screen:
    """Give a page of a borrower, about themselves."""
    return Screen(name, path, permission, "page.html", for_borrowers(show), forms or {}, target=mine, longest=longest)


def myself(visit: Visit) -> CustomerPage:
    """Give the page of the borrower who looks. Who has signed in is a customer."""
    found = customer_page(visit.house.store, visit.who.customer_id, visit.today().toordinal(), visit.house.now())
    assert not isinstance(found, Refused), found
    return found


def my_file(visit: Visit) -> tuple[Filing, ...]:
    """Give what is on record about the borrower who looks."""
    return filings_of(visit.house.store, visit.who.customer_id)


def signed_rate(filings: Sequence[Filing]) -> Rate | None:
    """Give the daily price that was signed for last, None before anything was signed."""
    signed = [one for one in filings if one.kind == SIGNED]
    return Rate.parse(read_body(signed[-1])["rate"]) if signed else None


def a_day_of_thousand(rate: Rate) -> int:
    """Give what 1,000 for a day costs, in minor units, rounded half-up: 0.035 % is 0.35."""
    return half_up(THOUSAND_MINOR * rate.num, rate.den)


def words(visit: Visit) -> tuple[str, int]:
    """Give what every command of a form begins with: the key of the form, and the borrower themselves."""
    return f"web:{visit.who.customer_id}:{_key(visit)}", visit.who.customer_id


def _key(visit: Visit) -> str:
    key = visit.form.get("key", "")
    if not key.isalnum() or len(key) > 64:
        raise Malformed("key_malformed", key[:20])
    return key


def amount(visit: Visit, name: str = "amount") -> int:
    """Read an amount that was typed, in minor units. Raises Malformed."""
    return parse_minor(visit.form.get(name, visit.query.get(name, "")).strip().replace(",", ""), CURRENCY)


def whole(text: str, most: int = 10_000) -> int:
    """Read a whole number that was chosen. Raises Malformed field_malformed."""
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise Malformed("field_malformed", text[:20])
    return int(text)


def loan_of(visit: Visit) -> int:
    """Give the loan that a page is about; 0, which is nobody's, where the address names none."""
    text = visit.path.get("loan", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def next_loan_id(page: CustomerPage) -> int:
    """Give an id for the next loan of a customer."""
    return max([page.customer_id * LOANS_A_CUSTOMER, *(one.loan_id for one in page.loans)]) + 1


def due_whole(page: CustomerPage, currency: str) -> int:
    """Give what is due in a currency, in minor units: of a bill the whole of it, of which the house asks for the least only."""
    rest = sum(one.whole_minor - one.amount_minor for one in page.next_due if one.currency == currency)
    return rest + sum(one.due_minor for one in page.due if one.currency == currency)


def least(visit: Visit, minor: int, whole_minor: int, currency: str) -> str:
    """Give the line beneath a whole that says the least of it and what paying that costs; "" where the two are one."""
    return visit.t("b.due.least", {"amount": written.money(minor, currency)}) if 0 < minor < whole_minor else ""


def next_asked(visit: Visit, one: DueNext) -> parts.Cell:
    """Give what the next due day asks for: of a bill the whole of it, with the least of it beneath."""
    said = f"{written.day(one.due_on)} · {written.money(one.whole_minor, one.currency)}"
    return parts.text(said, under=least(visit, one.amount_minor, one.whole_minor, one.currency))


def no(visit: Visit, why: Refused | Malformed) -> str:
    """Give why something is not done, as a borrower reads it: without what is for the record."""
    key = f"b.no.{why.code}"
    return visit.t(key) if has(key) else sentence(why.code, visit.speech)


def upper(title: str) -> str:
    """Give a title of the rulebook as it stands at the head of something."""
    return title[:1].upper() + title[1:]


def tomorrow(visit: Visit) -> int:
    """Give the day after the business date."""
    return (visit.today() + timedelta(days=1)).toordinal()

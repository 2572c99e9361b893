"""A funder as its dossier tells it: what it committed, at which price, what it takes and how much of a loan, until when."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.route import INVESTOR, KINDS, LENDER, OWN, Funder
from plimsoll.treasury.share import WHOLE
from plimsoll.treasury.suitability import assessed_of, refuse_terms_of
from plimsoll.units.money import EXPONENTS
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

DOSSIER: Final = "funder"
REGISTERED: Final = "funder.registered"
AMENDED: Final = "funder.amended"
CLOSED: Final = "funder.closed"
SETTLED: Final = "funder.settled"
RECONCILED: Final = "funder.reconciled"
MONTHS_MAX: Final = 60
NOTHING, ALL = Rate(0, 1), Rate(1, 1)


class Terms(NamedTuple):
    """What is agreed with a funder; `least` and `most` are its part of one loan. Empty or 0 where nothing is agreed.

    `first_loss` is the part of its commitment up to which a guaranteed funder is paid out what is late.
    """

    kind: str
    currency: str
    committed_minor: int
    price: Rate
    least: Rate
    most: Rate
    products: tuple[str, ...]
    grades: tuple[str, ...]
    months_most: int
    is_guaranteed: bool
    until: date | None
    base_minor: int
    all_loans_minor: int
    first_loss: Rate = ALL


def said_of(terms: Terms) -> dict[str, object]:
    """Give what goes on file about agreed terms."""
    said: dict[str, object] = terms._asdict()
    rates = {name: getattr(terms, name).text() for name in ("price", "least", "most", "first_loss")}
    until = terms.until.toordinal() if terms.until else 0
    return said | rates | {"products": list(terms.products), "grades": list(terms.grades), "until": until}


def refuse_terms(name: str, terms: Terms) -> Refused | None:
    """Refuse terms that say nothing: funder_malformed with what is wrong."""
    wrong = [
        why
        for is_wrong, why in (
            (name == LENDER or terms.kind not in KINDS or terms.kind == OWN, f"kind {terms.kind!r}, name {name!r}"),
            (terms.currency not in EXPONENTS, f"currency {terms.currency!r}"),
            (terms.committed_minor <= 0, "nothing committed"),
            (not 0 <= ppm_of(terms.least) <= ppm_of(terms.most) <= WHOLE or not ppm_of(terms.most), "bounds of its part"),
            (not 0 <= terms.months_most <= MONTHS_MAX, f"{terms.months_most} months"),
            (not 0 < ppm_of(terms.first_loss) <= WHOLE, f"first loss {terms.first_loss.text()}"),
            (not terms.is_guaranteed and terms.first_loss != ALL, "a first loss without a guarantee"),
        )
        if is_wrong
    ]
    return Refused("funder_malformed", "", "; ".join(wrong)) if wrong else None


def refuse_unsuited(terms: Terms, filings: Iterable[Filing], rules: Rules, on: date) -> Refused | None:
    """Refuse terms that do not suit an investor as it was assessed: investor_not_assessed, investor_unsuited. Others are not asked."""
    if terms.kind != INVESTOR:
        return None
    return refuse_terms_of(assessed_of(filings), terms.months_most or MONTHS_MAX, terms.grades or ("",), rules, on)


def ppm_of(rate: Rate) -> int:
    """Give a part in millionths, rounded down."""
    return rate.num * WHOLE // rate.den


def funder_of(name: str, filings: Iterable[Filing], lent_minor: int = 0) -> Funder | None:
    """Give a funder by the entries of its dossier and what it has lent now; None where it is not registered."""
    found: Funder | None = None
    kept = list(filings)
    for filing in kept:
        if filing.kind in (REGISTERED, AMENDED):
            found = _agreed(name, read_body(filing), lent_minor)._replace(is_open=found is None or found.is_open)
        elif filing.kind == CLOSED and found is not None:
            found = found._replace(is_open=False)
    return found if found is None else found._replace(assessed=assessed_of(kept))


def find_funder(name: str, filings: Iterable[Filing]) -> Funder | Refused:
    """Give a registered funder that is open; refuses funder_unknown, funder_closed."""
    found = funder_of(name, filings)
    if found is None:
        return Refused("funder_unknown", "", repr(name))
    return found if found.is_open else Refused("funder_closed", "", name)


def read_parts(said: Iterable[str]) -> dict[str, int]:
    """Read parts written as "name:0.7" and give them in millionths; raises Malformed shares_malformed."""
    found: dict[str, int] = {}
    for text in said:
        name, _, part = text.rpartition(":")
        try:
            rate = Rate.parse(part)
        except Malformed:
            rate = Rate(0, 1)
        if not name or name in found or name == LENDER or not ppm_of(rate):
            raise Malformed("shares_malformed", repr(text), remedy='Each funder once, such as "bank-a:0.7"; the rest is the lender\'s.')
        found[name] = ppm_of(rate)
    return found


def _agreed(name: str, said: dict[str, Any], lent_minor: int) -> Funder:
    return Funder(
        name=name,
        kind=said["kind"],
        currency=said["currency"],
        committed_minor=said["committed_minor"],
        lent_minor=lent_minor,
        price=Rate.parse(said["price"]),
        least_ppm=ppm_of(Rate.parse(said["least"])),
        most_ppm=ppm_of(Rate.parse(said["most"])),
        products=tuple(said["products"]),
        grades=tuple(said["grades"]),
        months_most=said["months_most"],
        is_guaranteed=said["is_guaranteed"],
        until=said["until"],
        base_minor=said["base_minor"],
        all_loans_minor=said["all_loans_minor"],
        first_loss=Rate.parse(said.get("first_loss", "1")),
    )

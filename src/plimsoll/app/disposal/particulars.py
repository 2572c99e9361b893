"""Read what a book knows of the loans of a package beside their amounts, by the cut-off date. Nothing of the vault is opened."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.agencies import agencies
from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.treasury.shares import funders_of
from plimsoll.collections.contact import ATTEMPTED, FACT, OUTCOME, OUTCOMES
from plimsoll.collections.contact_rules import CONNECTED, DEBTOR
from plimsoll.collections.placement import placements_of
from plimsoll.disposal.candidate import Candidate, cash_of
from plimsoll.disposal.contract import defaulted_on, payments_every, rate_a_year
from plimsoll.disposal.forbearance import eased
from plimsoll.disposal.particulars import Particulars
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing, read_body
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import O_CLAIM, O_PENALTY
from plimsoll.loan.state import measured
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.monitoring.shock import REGION
from plimsoll.protection.mask import EMAIL, PHONE
from plimsoll.risk.limitation import PROMISED, last_due, limitation_of
from plimsoll.risk.litigation import steps_of
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funded import holdings, shares_on
from plimsoll.treasury.route import LENDER, NOTES, PARTNER
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

PAGE: Final = 400
STAYED: Final = "court_stayed"
STAYS: Final = (STAYED, "court_stay_lifted")
CHINA: Final = "CN"
PROVINCES: Final = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南",
    "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆",
)  # fmt: skip
"""How the regions begin that a list of people may tell, and that are in the country of a Chinese licence."""


class By(NamedTuple):
    """What the loans are read by: the cut-off date, the rules, kinds of funders, titles of agencies, and what the vault has of whom."""

    cut_off: date
    rules: Rules
    funders: Mapping[str, str]
    agencies: Mapping[str, str]
    kept: Mapping[int, frozenset[str]]


class Held(NamedTuple):
    """A loan as the book holds it."""

    terms: Terms
    facts: tuple[Fact, ...]
    filings: tuple[Filing, ...]


def with_particulars(store: Store, loans: Sequence[Candidate], cut_off: date, rules: Rules) -> tuple[Candidate, ...]:
    """Give the loans of a package with what the book knows of them beside their amounts."""
    funders = {name: funder.kind for name, funder in funders_of(store).items()}
    titles = {name: agency.title.get("en") or name for name, agency in agencies(store).items()}
    by = By(cut_off, rules, funders, titles, _kept(store, {one.customer_id for one in loans}))
    found = []
    with snapshot(store) as seen:
        for one in loans:
            filings = tuple(filing for filing in filings_of(store, one.customer_id) if filing.on <= cut_off.toordinal())
            held = Held(_terms(seen, one), seen.facts(one.customer_id, one.loan_id), filings)
            found.append(one._replace(more=_particulars(one, held, by)))
    return tuple(found)


def _terms(seen: Snapshot, one: Candidate) -> Terms:
    rows = seen.rows(schema.loan, ("loan_id", "terms"), one.customer_id, one.customer_id + 1)
    return next(Terms.unpack(one.currency, tuple(unpack(packed))) for loan_id, packed in rows if loan_id == one.loan_id)


def _particulars(one: Candidate, held: Held, by: By) -> Particulars:
    day = by.cut_off.toordinal()
    terms, facts, filings = held
    standing = fold(terms, facts, day)
    assert not isinstance(standing, Refused), "a loan whose facts cannot stand is no candidate"
    out = measured(terms, standing)
    cash = [(on, minor) for on, minor in cash_of(facts) if on <= day]
    limitation = limitation_of(terms, facts, one.loan_id, filings, by.cut_off, by.rules)
    ease = eased(terms, facts, filings, one.loan_id, day)
    told = [str(read_body(filing)["fact"]) for filing in filings if filing.kind == FACT]
    shares = shares_on(holdings(filings, one.loan_id), day)
    kinds = {by.funders.get(share.funder, "") for share in shares if share.ppm}
    country = _country(one, by.rules)
    return Particulars(
        country=country,
        is_resident=country == CHINA and (one.region.startswith(PROVINCES) or REGION in by.kept.get(one.customer_id, ())),
        has_email=_has(by, one.customer_id, EMAIL),
        has_phone=_has(by, one.customer_id, PHONE),
        replied_on=_replied_on(filings),
        is_dead="died" in told,
        is_stayed=[fact for fact in told if fact in STAYS][-1:] == [STAYED],
        is_revolving=terms.kind != LOAN,
        penalty_minor=0 if out[O_CLAIM] else out[O_PENALTY],
        rate=rate_a_year(terms, standing),
        every=payments_every(terms, standing),
        matures_on=last_due(terms, facts, day) if terms.kind == LOAN else 0,
        paid_minor=sum(minor for on, minor in cash if on == one.last_paid_on),
        defaulted_on=defaulted_on(facts, one.days, day),
        court=tuple(steps_of(filings, one.loan_id, day)),
        sue_until=limitation.last_on if limitation is not None else 0,
        measure=ease.now,
        measures_2y=ease.times,
        own_ppm=sum(share.ppm for share in shares if share.funder == LENDER),
        is_syndicated=PARTNER in kinds,
        is_securitised=NOTES in kinds,
        cash=_collected(cash, filings, by),
    )


def _country(one: Candidate, rules: Rules) -> str:
    """Give the country of the licence under which the product was lent on the day the loan began; "" where the rules know none."""
    version = rules.product(one.product, date.fromordinal(one.opened_on))
    known = None if isinstance(version, Refused) else rules.licences.get(version.licence)
    return known.country.upper() if known is not None else ""


def _kept(store: Store, customers: Iterable[int]) -> dict[int, frozenset[str]]:
    """Give what the vault keeps of each customer that it keeps anything of: fields, and whether an address names a region; no value."""
    ids, found = sorted(customers), dict[int, set[str]]()
    fields, links = schema.vault_field.c, schema.link.c
    with store.engine.connect() as connection:
        for first in range(0, len(ids), PAGE):
            some = ids[first : first + PAGE]
            held = select(fields.customer_id, fields.field).where(fields.customer_id.in_(some)).distinct()
            placed = select(links.customer_id, links.kind).where(links.customer_id.in_(some), links.kind == REGION).distinct()
            for wanted in (held, placed):
                for customer_id, name in connection.execute(wanted):
                    found.setdefault(int(customer_id), set()).add(str(name))
    return {customer_id: frozenset(names) for customer_id, names in found.items()}


def _has(by: By, customer_id: int, field: str) -> bool | None:
    """Tell whether the vault has something of a customer; None where it has nothing of them at all."""
    return field in by.kept[customer_id] if customer_id in by.kept else None


def _replied_on(filings: Iterable[Filing]) -> int:
    """Give the last day on which the borrower answered a contact, or promised to pay; 0 for never."""
    asked: dict[str, bool] = {}
    last = 0
    for filing in filings:
        if filing.kind == ATTEMPTED:
            asked[filing.subject] = read_body(filing)["to"] == DEBTOR
        elif filing.kind == PROMISED or (
            filing.kind == OUTCOME and asked.get(filing.subject) and OUTCOMES.get(read_body(filing)["outcome"]) == CONNECTED
        ):
            last = max(last, filing.on)
    return last


def _collected(cash: Iterable[tuple[int, int]], filings: Sequence[Filing], by: By) -> tuple[tuple[int, int, str], ...]:
    """Give the cash that came, each with the agency that had the borrower then, "" for none."""
    placed = placements_of(filings).values()
    return tuple((on, minor, next((by.agencies.get(one.agency, one.agency) for one in placed if one.holds(on)), "")) for on, minor in cash)

"""Agencies, packages of bad loans, tenders and funders as the API shows them; each party sees its own."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from plimsoll.app.access.principal import Target
from plimsoll.app.config import tape_folder
from plimsoll.app.kept_figures import kept_figures
from plimsoll.app.show.figures import FUNDERS, POSITIONS, value_of
from plimsoll.app.show.funding import (
    FunderPage,
    FunderRow,
    LadderShown,
    LoanShares,
    ThrottleRow,
    TriggerRow,
    funder_page_of,
    is_much_funded,
    is_much_open,
    ladder_rows,
    ladders_of,
    loan_shares,
    read_funders,
    throttle_rows,
    trigger_rows,
)
from plimsoll.app.show.parties import AgencyPage, AgencyRow, PlacementRow, agency_page, agency_rows, placement_rows
from plimsoll.app.show.sale import (
    BIDDER,
    PUBLIC,
    SELLER,
    PackageRow,
    TenderRow,
    TenderSeen,
    package_page,
    package_rows,
    tender_rows,
    tender_seen,
)
from plimsoll.app.treasury.cash import cash_by_currency
from plimsoll.interfaces.http.loans import NONE, AsOf
from plimsoll.interfaces.http.operation import Asked, Empty, Operation, Shape
from plimsoll.interfaces.http.shape import Day
from plimsoll.interfaces.http.shown import day_in, house_in, listed, loan_in, page_of, shape_of, shown, today_of
from plimsoll.units.money import MINOR_MAX
from plimsoll.units.refusal import Refused

AGENCIES, DISPOSAL, TREASURY = "Agencies", "Disposal", "Treasury"
_Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", max_length=3)]


class PlacementsAsked(Shape):
    """With those that ended, or only those that last."""

    ended: Annotated[bool, Field()] = False


class LadderAsked(Shape):
    """From which day (the business date where none is named), and the lender's cash in hand in minor units, by default as stated last."""

    on: Day | None = None
    currency: _Currency = "CNY"
    cash: Annotated[int, Field(ge=0, le=MINOR_MAX)] | None = None


class TriggersAsked(Shape):
    """On which day of the tape, and in which currency."""

    on: Day | None = None
    currency: _Currency = "CNY"


def list_agencies(asked: Asked) -> Any:
    """Give every agency; an agency's own people see their own alone."""
    relation = asked.door.may(asked.who, "agency.read", _own(asked, "agency"))
    if isinstance(relation, Refused):
        return relation
    rows = agency_rows(asked.house.store, today_of(asked), asked.house.rules)
    return listed(row for row in rows if asked.who.party in ("", row.agency))


def get_agency(asked: Asked) -> Any:
    """Give one agency."""
    name = asked.path["agency"]
    relation = asked.door.may(asked.who, "agency.read", Target(kind="agency", subject=name))
    if isinstance(relation, Refused):
        return relation
    return shown(agency_page(asked.house.store, name, today_of(asked), asked.house.rules), asked)


def list_placements(asked: Asked) -> Any:
    """Give the placements of one agency."""
    name = asked.path["agency"]
    relation = asked.door.may(asked.who, "agency.read", Target(kind="agency", subject=name))
    if isinstance(relation, Refused):
        return relation
    query = asked.query or PlacementsAsked()
    # What is over is the agency's business no longer.
    with_ended = query.ended and not asked.who.party
    return listed(placement_rows(asked.house.store, name, today_of(asked), with_ended=with_ended))


def _own(asked: Asked, kind: str) -> Target:
    """Give what a party is asked about: itself; the house about nothing in particular."""
    return Target(kind=kind, subject=asked.who.party) if asked.who.party else Target()


def list_packages(asked: Asked) -> Any:
    """Give every package."""
    return house_in(asked, "package.read") or listed(package_rows(asked.house.store))


def get_package(asked: Asked) -> Any:
    """Give one package."""
    name = asked.path["package"]
    relation = asked.door.may(asked.who, "package.read", Target(kind="package", subject=name))
    return relation if isinstance(relation, Refused) else shown(package_page(asked.house.store, name), asked)


def list_tenders(asked: Asked) -> Any:
    """Give every tender, as everybody may see it; the seller's own people see how many take part."""
    target = Target(kind="bidder", subject=asked.who.party) if asked.who.party else Target()
    relation = asked.door.may(asked.who, "tender.read", Target() if not asked.who.party else target)
    if isinstance(relation, Refused):
        return relation
    return listed(tender_rows(asked.house.store, is_seller=not asked.who.party))


def get_tender(asked: Asked) -> Any:
    """Give a tender: to the seller's people as the seller sees it, to a bidder who takes part as one, else as everybody does."""
    name, who, house = asked.path["tender"], asked.who, asked.house
    relation = asked.door.may(who, "tender.read", Target(kind="tender", subject=name))
    if isinstance(relation, Refused):
        return relation
    view = SELLER if not who.party else BIDDER
    found = tender_seen(house.store, name, view, house.rules, house.now().date(), who.party)
    if isinstance(found, Refused) and found.code == "bidder_not_in_tender":
        found = tender_seen(house.store, name, PUBLIC, house.rules, house.now().date())
    return shown(found, asked)


def list_funders(asked: Asked) -> Any:
    """Give every funder; a funder's own people see their own alone."""
    relation = asked.door.may(asked.who, "funder.read", _own(asked, "funder"))
    if isinstance(relation, Refused):
        return relation
    rows = _funders(asked)
    return rows if isinstance(rows, Refused) else listed(row for row in rows if asked.who.party in ("", row.funder))


def _funders(asked: Asked) -> Any:
    """Give every funder, of a large book as it was made beside the server."""
    if is_much_funded(asked.house.store):
        return value_of(kept_figures(asked.house), FUNDERS)
    return read_funders(asked.house.store, today_of(asked).toordinal(), asked.house.rules)


def get_funder(asked: Asked) -> Any:
    """Give one funder."""
    name = asked.path["funder"]
    relation = asked.door.may(asked.who, "funder.read", Target(kind="funder", subject=name))
    if isinstance(relation, Refused):
        return relation
    rows = _funders(asked)
    return rows if isinstance(rows, Refused) else shown(funder_page_of(asked.house.store, name, rows), asked)


def get_loan_shares(asked: Asked) -> Any:
    """Give whose a loan is; who funds others' loans is the house's to know."""
    found = loan_in(asked)
    if isinstance(found, Refused):
        return found
    if asked.who.party or asked.who.customer_id == found[0]:
        return Refused("absent")
    return shown(loan_shares(asked.house.store, *found, day_in(asked)), asked, found[0])


def list_throttles(asked: Asked) -> Any:
    """Give the throttle of each currency."""
    return house_in(asked, "treasury.read") or listed(throttle_rows(asked.house.store, today_of(asked).toordinal()))


def list_ladders(asked: Asked) -> Any:
    """Give the lender's own money over the days ahead."""
    refused = house_in(asked, "treasury.read")
    if refused is not None:
        return refused
    house, query, today = asked.house, asked.query or LadderAsked(), today_of(asked)
    on = query.on or today
    told = {} if query.cash is None else {query.currency: query.cash}
    cash = {**cash_by_currency(house.store, on.toordinal()), **told}
    if on == today and is_much_open(house.store):
        found = value_of(kept_figures(house), POSITIONS)
        rows = found if isinstance(found, Refused) else ladders_of(found, house.rules, on, cash)
    else:
        rows = ladder_rows(house.store, on, max(today, house.now().date()), house.rules, cash)
    return rows if isinstance(rows, Refused) else listed(rows)


def list_triggers(asked: Asked) -> Any:
    """Give the register of triggers, from the tape."""
    refused = house_in(asked, "treasury.read")
    if refused is not None:
        return refused
    house, query, today = asked.house, asked.query or TriggersAsked(), today_of(asked)
    tape = tape_folder(house.store.address.url)
    rows = trigger_rows(house.store, tape, query.on or today, max(today, house.now().date()), query.currency, house.rules)
    return rows if isinstance(rows, Refused) else listed(rows)


def _line(
    name: str,
    path: str,
    permission: str,
    tag: str,
    said: tuple[str, str],
    answer: Any,
    handle: Any,
    query: type[Shape] = Empty,
    expands: Mapping[str, str] = NONE,
) -> Operation:
    return Operation(
        name=name, method="GET", path=path, permission=permission, tag=tag, said=said, answer=answer, handle=handle, query=query,
        expands=expands,
    )  # fmt: skip


OPERATIONS: Final[tuple[Operation, ...]] = (
    _line(
        "list_agencies",
        "/agencies",
        "agency.read",
        AGENCIES,
        ("Agencies, and whether they may be given customers.", "委外机构及其是否可受托。"),
        page_of(AgencyRow),
        list_agencies,
        expands={"placements": "list_placements"},
    ),
    _line(
        "get_agency",
        "/agencies/{agency}",
        "agency.read",
        AGENCIES,
        ("One agency.", "单个委外机构。"),
        shape_of(AgencyPage),
        get_agency,
        expands={"placements": "list_placements"},
    ),
    _line(
        "list_placements",
        "/agencies/{agency}/placements",
        "agency.read",
        AGENCIES,
        ("Customers that are placed with an agency.", "机构受托的客户。"),
        page_of(PlacementRow),
        list_placements,
        PlacementsAsked,
        expands={"customer": "get_customer"},
    ),
    _line(
        "list_packages",
        "/packages",
        "package.read",
        DISPOSAL,
        ("Packages of bad loans.", "不良资产包。"),
        page_of(PackageRow),
        list_packages,
        expands={"tender": "get_tender"},
    ),
    _line(
        "get_package",
        "/packages/{package}",
        "package.read",
        DISPOSAL,
        ("One package.", "单个资产包。"),
        shape_of(PackageRow),
        get_package,
        expands={"tender": "get_tender"},
    ),
    _line(
        "list_tenders",
        "/tenders",
        "tender.read",
        DISPOSAL,
        ("Tenders.", "竞价项目。"),
        page_of(TenderRow),
        list_tenders,
        expands={"package": "get_package"},
    ),
    _line(
        "get_tender",
        "/tenders/{tender}",
        "tender.read",
        DISPOSAL,
        ("A tender as the seller, a bidder or everybody sees it.", "按出让方、竞买人或公众视角查看竞价。"),
        shape_of(TenderSeen),
        get_tender,
        expands={"package": "get_package"},
    ),
    _line(
        "list_funders",
        "/funders",
        "funder.read",
        TREASURY,
        ("Funders: committed, lent, room, price.", "资金方：承诺、已出资、余额与价格。"),
        page_of(FunderRow),
        list_funders,
        expands={"settlements": "get_funder"},
    ),
    _line(
        "get_funder",
        "/funders/{funder}",
        "funder.read",
        TREASURY,
        ("One funder with its settlements.", "单个资金方及其清算。"),
        shape_of(FunderPage),
        get_funder,
    ),
    _line(
        "get_loan_shares",
        "/loans/{loan}/shares",
        "loan.read",
        TREASURY,
        ("Whose a loan is and was.", "贷款的出资份额及其变化。"),
        shape_of(LoanShares),
        get_loan_shares,
        AsOf,
    ),
    _line(
        "list_throttles",
        "/treasury/throttles",
        "treasury.read",
        TREASURY,
        ("How much of the plan of new loans is granted.", "新增放款的节流档位。"),
        page_of(ThrottleRow),
        list_throttles,
    ),
    _line(
        "list_ladders",
        "/treasury/ladders",
        "treasury.read",
        TREASURY,
        ("The lender's own money over the days ahead.", "未来各期限的自有资金流入流出。"),
        page_of(LadderShown),
        list_ladders,
        LadderAsked,
    ),
    _line(
        "list_triggers",
        "/treasury/triggers",
        "treasury.read",
        TREASURY,
        ("How far every trigger of the funders is.", "各触发条件的距离。"),
        page_of(TriggerRow),
        list_triggers,
        TriggersAsked,
    ),
)

"""The borrower pages as one site: small, for a telephone, whole without a script. Mount it where borrowers come."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.applications import Starlette

from plimsoll.app.house import House
from plimsoll.interfaces.borrower import (
    applying,
    bills,
    borrow,
    complain,
    consents,
    contract,
    enter,
    help_me,
    home,
    learn,
    limit,
    loans,
    papers,
    reach,
    repay,
    trouble,
)
from plimsoll.interfaces.borrower.me import no
from plimsoll.interfaces.pages.serve import Chrome, site
from plimsoll.interfaces.pages.visit import Screen, Visit

TABS: Final = (
    ("b.nav.home", "/"),
    ("b.nav.borrow", "/borrow"),
    ("b.nav.loans", "/loans"),
    ("b.nav.bills", "/bills"),
    ("b.nav.help", "/help"),
)
SCREENS: Final[tuple[Screen, ...]] = tuple(
    screen
    for part in (
        home,
        borrow,
        loans,
        repay,
        contract,
        bills,
        limit,
        reach,
        trouble,
        applying,
        papers,
        consents,
        complain,
        learn,
        help_me,
        enter,
    )
    for screen in part.SCREENS
)


def borrower(house: House, door: Any) -> Starlette:
    """Give the borrower pages of a house as an application."""
    return site(house, door, SCREENS, Chrome("borrower.html", "borrower_open.html", _around, why=no))


def _around(visit: Visit) -> Mapping[str, Any]:
    """Give what stands around every page: who lends and under which licence, and the ways that are always there."""
    lender = visit.house.rules.lender
    return {
        "lender": lender.name[visit.speech],
        "licence": lender.licence_number,
        "phone": lender.phone,
        "tabs_bottom": TABS,
        "here": visit.address.partition("?")[0],
    }

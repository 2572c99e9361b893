"""The back office as one application: every screen of this package, to be mounted under a path of a server."""

from typing import Any, Final

from starlette.applications import Starlette

from plimsoll.app.house import House
from plimsoll.interfaces.console import (
    account,
    acts,
    agencies,
    approvals,
    audits,
    books,
    calls,
    cases,
    complaints,
    customer,
    customers,
    developers,
    figures,
    find,
    funders,
    glass,
    governed,
    home,
    hooks,
    imports,
    invited,
    loan,
    model_life,
    monitoring,
    own_stress,
    papers,
    parties,
    people,
    policies,
    policy_draft,
    portfolio,
    queues,
    reviews,
    tenders,
    treasury,
    views,
    what_if,
)
from plimsoll.interfaces.console.around import CHROME
from plimsoll.interfaces.pages.serve import site
from plimsoll.interfaces.pages.sign_in import SCREENS as OPEN_SCREENS
from plimsoll.interfaces.pages.visit import Screen

SCREENS: Final[tuple[Screen, ...]] = (
    *OPEN_SCREENS,
    *invited.SCREENS,
    *account.SCREENS,
    *acts.SCREENS,
    *queues.SCREENS,
    *home.SCREENS,
    *find.SCREENS,
    *customers.SCREENS,
    *customer.SCREENS,
    *papers.SCREENS,
    *loan.SCREENS,
    *approvals.SCREENS,
    *reviews.SCREENS,
    *cases.SCREENS,
    *complaints.SCREENS,
    *monitoring.SCREENS,
    *books.SCREENS,
    *governed.SCREENS,
    *imports.SCREENS,
    *model_life.SCREENS,
    *policies.SCREENS,
    *policy_draft.SCREENS,
    *treasury.SCREENS,
    *views.SCREENS,
    *what_if.SCREENS,
    *parties.SCREENS,
    *tenders.SCREENS,
    *agencies.SCREENS,
    *calls.SCREENS,
    *own_stress.SCREENS,
    *funders.SCREENS,
    *audits.SCREENS,
    *people.SCREENS,
    *glass.SCREENS,
    *developers.SCREENS,
    *hooks.SCREENS,
    *portfolio.SCREENS,
    *figures.SCREENS,
)


def console(house: House, door: Any) -> Starlette:
    """Give the back office of a house; `server.mount("/console", console(house, door))` puts it in place."""
    return site(house, door, SCREENS, CHROME)

"""What somebody decides on is what they saw: the same step from two windows is done once, and one on figures that moved is not done.

The key of such a form is made of what stood beside it, so that two windows opened on the same figures send the same key: the second is
given the first answer. Where something was booked since, the key is another one, and whoever decides is shown the figures as they stand.
"""

from dataclasses import replace
from hashlib import sha256

from plimsoll.app.approve.execute import is_executed
from plimsoll.app.show.loan import LoanPage
from plimsoll.interfaces.pages.visit import Act, Visit
from plimsoll.units.refusal import Refused


def key_on(visit: Visit, about: str, version: int) -> str:
    """Give the key of a form about something as it stands: `version` counts what is on record about it."""
    said = f"{visit.who.customer_id}:{about}:{version}:{visit.today().toordinal()}"
    return sha256(said.encode()).hexdigest()[:32]


def key_of_loan(visit: Visit, page: LoanPage, act: str) -> str:
    """Give the key of a form on a loan or an account, as its facts stand."""
    return key_on(visit, f"{page.loan_id}:{act}", page.facts_count)


def on_seen(visit: Visit, key: str, act: Act) -> Act | Refused:
    """Give an act, unless what it is about moved since its form was made. Refuses page_out_of_date.

    `key` is what the form's key would be now. What was done under the form's key before is let through: it is recognised, not done twice.
    """
    if visit.form.get("key", "") == key:
        return act
    with visit.house.store.engine.connect() as connection:
        return act if is_executed(connection, act.command, {}) else Refused("page_out_of_date")


def of_amount(act: Act, minor: int) -> Act:
    """Give an act whose key tells the amount too: another amount from the same form is another act."""
    return replace(act, command=replace(act.command, key=f"{act.command.key}:{minor}"))

"""What servicing tells the gates of `risk.gate`: what instalments have to be disclosed as."""

from datetime import date

from plimsoll.loan.book import Held
from plimsoll.risk.disclose import Ask, account_seen
from plimsoll.servicing.tell import recorded


def plan_ask(held: Held, on: date, minor: int, instalments: int, about: str) -> Ask:
    """Give what somebody agrees to who turns an amount in minor units into instalments on an account."""
    return Ask(about, on, held.product, held.terms.currency, minor, instalments, account=account_seen(held))


def about_next(held: Held) -> str:
    """Name the next fact of an account, as the file does: account and number."""
    return ":".join(str(number) for number in recorded(held).values())

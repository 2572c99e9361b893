"""Reading before borrowing: on days on which the law asks for it, people are shown what a debt costs, read it, and confirm it."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from plimsoll.app.database.sheet import Want
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.wiring import WIRING
from plimsoll.loan.owed import convertible
from plimsoll.protection.confirm_disclosure import ConfirmDisclosure
from plimsoll.protection.show_disclosure import ShowDisclosure
from plimsoll.risk.disclose import BILL, DRAW, INSTALMENTS, MERCHANT
from plimsoll.risk.gate import must_disclose
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.convert import Convert
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.fund_by_merchant import FundByMerchant
from plimsoll.servicing.open_account import PAY_LATER
from plimsoll.servicing.purchase import Purchase
from plimsoll.servicing.spread import standing_now
from plimsoll.simulator.diary import Command, Commands
from plimsoll.units.refusal import Refused

READING: Final = timedelta(seconds=20)
"""How long people look at the costs."""


def after_reading(store: Store, commands: Sequence[Command], on: date, at: datetime, rules: Rules, actor: str) -> Commands:
    """Give the commands of a day with a confirmation before each that takes on a debt; the costs are shown at an instant.

    The commands are to be given `READING` later. On days without such a law they come back as they are.
    """
    version = rules.product(PAY_LATER, on)
    if isinstance(version, Refused) or not must_disclose(rules, version.licence, on):
        return list(commands)
    bills = _bills(store, [command for command in commands if isinstance(command, Convert)], on.toordinal())
    shows = {command.key: show for command in commands if (show := _show(command, bills, version.currency)) is not None}
    outcomes = execute_many(store, WIRING, shows.values(), actor=actor, now=at, rules=rules)
    digests = {
        key: json.loads(outcome.text)["disclosure"] for key, outcome in zip(shows, outcomes, strict=True) if isinstance(outcome, Answer)
    }
    read: Commands = []
    for command in commands:
        if command.key in digests:
            read.append(ConfirmDisclosure(f"{command.key}:read", command.customer_id, on, digests[command.key]))
        read.append(command)
    return read


def _show(command: Command, bills: dict[str, int], currency: str) -> ShowDisclosure | None:
    """Give what is shown before a command; None where it takes on no debt of its own."""
    key = f"{command.key}:shown"
    if isinstance(command, Draw):
        return ShowDisclosure(
            key,
            command.customer_id,
            command.on,
            DRAW,
            command.product,
            command.amount_minor,
            command.currency,
            command.instalments,
            command.rate,
            command.repayment,
        )
    if isinstance(command, Convert):
        about, minor = BILL, bills.get(command.key, 0)
    elif isinstance(command, FundByMerchant):
        about, minor = MERCHANT, command.amount_minor
    elif isinstance(command, Purchase) and command.instalments:
        about, minor = INSTALMENTS, command.amount_minor
    else:
        return None
    return ShowDisclosure(
        key, command.customer_id, command.on, about, PAY_LATER, minor, currency, command.instalments, loan_id=command.loan_id
    )


def _bills(store: Store, conversions: Sequence[Convert], day: int) -> dict[str, int]:
    """Give by the key of each conversion what it would turn into instalments, in minor units."""
    if not conversions:
        return {}
    with store.transaction() as transaction:
        sheets = transaction.take([], [Want(one.customer_id, (one.loan_id,)) for one in conversions]).sheets
    return {one.key: convertible(standing_now(sheets[one.customer_id].loans[one.loan_id], day)) for one in conversions}

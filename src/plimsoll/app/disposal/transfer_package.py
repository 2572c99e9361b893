"""Transfer a sold package: every loan to its buyer, or held back with the reason; money received meanwhile; the hand-over file.

Each loan is a command of its customer under a key of its own, the package is closed last: the work may stop and be repeated at any point.
What may no longer be sold on the day (paid off, in a plan, in dispute, …) stays, and its share of the price goes back to the buyer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.app.cell import Table
from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer, Failed
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of
from plimsoll.app.vault import Act, Vault
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING
from plimsoll.disposal.candidate import cash_since
from plimsoll.disposal.close_package import ClosePackage
from plimsoll.disposal.eligible import SOLD, TOO_YOUNG, Eligibility, eligibility, reasons_of
from plimsoll.disposal.package import KIND, Package, Packed, find_package, shares_of
from plimsoll.disposal.token import token_of
from plimsoll.disposal.transfer_claim import TransferClaim
from plimsoll.loan.filing import Body, body_of
from plimsoll.loan.layout import CHARGED_OFF, OPEN
from plimsoll.protection.mask import ID_NUMBER, NAME, PHONE
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

PAID_OFF: Final = "paid_off"
HAND_OVER: Final = (
    "loan",
    "borrower",
    "customer_id",
    "loan_id",
    "principal",
    "interest",
    "fees",
    "days_past_due",
    "price",
    "received_since",
)
PEOPLE: Final = (NAME, ID_NUMBER, PHONE)
REASON: Final = "hand-over of a sold claim to its buyer"


class Going(NamedTuple):
    """A loan on the day of the transfer: its share of the price, what came in since the cut-off, and why it stays ("" it goes)."""

    loan: Packed
    share_minor: int
    received_minor: int
    stays: str


@dataclass(frozen=True, slots=True)
class Transferred:
    """A transfer that was done: its account as the dossier tells it, the loans, and the hand-over file."""

    account: str
    going: tuple[Going, ...]
    path: Path


def transfer_package(
    store: Store, name: str, folder: Path, *, actor: str, now: datetime, on: date, rules: Rules, vault: Vault | None = None
) -> Transferred | Refused:
    """Transfer it.

    Refuses package_unknown, package_not_ready, transfer_backdated, and transfer_stopped: a loan was refused, and nothing is closed.
    """
    filings = dossier_of(store, KIND, name)
    package = find_package(filings, name, "sold", "transferred")
    if isinstance(package, Refused):
        return package
    if on.toordinal() < package.sold_on:
        return Refused("transfer_backdated", "", f"{on}, sold on {date.fromordinal(package.sold_on)}")
    going = tuple(_going(store, package, on, eligibility(rules, on, package.licence)))
    refused = _transfer(store, name, package, going, actor=actor, now=now, on=on, rules=rules)
    if refused is not None:
        return refused
    written = hand_over(package, going, vault, Act(actor, now, REASON))
    account = {
        "transferred_minor": sum(one.share_minor for one in going if not one.stays),
        "passed_on_minor": sum(one.received_minor for one in going if not one.stays),
        "held_back": {str(one.loan.loan_id): one.stays for one in going if one.stays},
        "digest": sha256(written.encode()).hexdigest(),
    }
    command = ClosePackage(f"{name} close", name, on, Body(body_of(account)))
    outcome = execute_dossier(store, DOSSIER_WIRING, command, actor=actor, now=now, rules=rules)
    if not isinstance(outcome, Answer):
        return outcome
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hand-over.csv"
    path.write_text(written, "utf-8", newline="")
    path.chmod(0o600)
    return Transferred(outcome.text, going, path)


def _going(store: Store, package: Package, on: date, policy: Eligibility) -> Iterator[Going]:
    """Tell for every loan of a package whether it goes, in the order of loans."""
    loans = sorted(package.loans, key=lambda loan: loan.loan_id)
    shares = shares_of(package.price_minor, [loan.weight_minor for loan in loans])
    # That it is sold in this very package keeps nothing back: the work may be done again after it stopped half-way.
    others = Eligibility(policy.reasons - {SOLD}, policy.days)
    with snapshot(store) as seen:
        for loan, share in zip(loans, shares, strict=True):
            customer_id = loan.customer_id
            rows = seen.rows(schema.loan_state, ("loan_id", "status"), customer_id, customer_id + 1)
            status = next((one for loan_id, one in rows if loan_id == loan.loan_id), 0)
            facts = seen.facts(customer_id, loan.loan_id)
            days = loan.days + on.toordinal() - package.cut_off
            reasons = reasons_of(filings_of(store, customer_id), loan.loan_id, days, (), others)
            stays = PAID_OFF if status not in (OPEN, CHARGED_OFF) else ", ".join(reason for reason in reasons if reason != TOO_YOUNG)
            yield Going(loan, share, cash_since(facts, package.cut_off, on.toordinal()), stays)


def _transfer(
    store: Store, name: str, package: Package, going: Sequence[Going], *, actor: str, now: datetime, on: date, rules: Rules
) -> Refused | None:
    """Give the command of each loan that goes; one that is refused stops the closing, and those that went stay so."""
    commands = [
        TransferClaim(
            key=f"{name} transfer {one.loan.loan_id}",
            customer_id=one.loan.customer_id,
            on=on,
            loan_id=one.loan.loan_id,
            package=name,
            buyer=package.buyer,
            currency=package.currency,
            amount_minor=one.share_minor,
            passed_on_minor=one.received_minor,
        )
        for one in going
        if not one.stays
    ]
    stopped = []
    outcomes = execute_many(store, WIRING, commands, actor=actor, now=now, rules=rules)
    for command, outcome in zip(commands, outcomes, strict=True):
        if isinstance(outcome, Refused | Failed):
            why = outcome.code if isinstance(outcome, Refused) else outcome.raised
            stopped.append(f"loan {command.loan_id}: {why}")
    return Refused("transfer_stopped", "", "; ".join(stopped[:5]) + (" …" if len(stopped) > 5 else "")) if stopped else None


def hand_over(package: Package, going: Sequence[Going], vault: Vault | None, act: Act) -> str:
    """Give the hand-over file: tokens beside whose they are, balances, price, receipts; with a vault names too, each look on its log."""
    file = StringIO(newline="")
    table = Table(file)
    table.row([*HAND_OVER, *(PEOPLE if vault is not None else ())])
    for one in going:
        if one.stays:
            continue
        loan = one.loan
        amounts = (loan.principal_minor, loan.interest_minor, loan.fees_minor)
        row = [
            token_of(package.secret, "L", loan.loan_id),
            token_of(package.secret, "B", loan.customer_id),
            str(loan.customer_id),
            str(loan.loan_id),
            *(text_of(minor, package.currency) for minor in amounts),
            str(loan.days),
            text_of(one.share_minor, package.currency),
            text_of(one.received_minor, package.currency),
        ]
        if vault is not None:
            found = [vault.reveal(loan.customer_id, field, act) for field in PEOPLE]
            row += ["" if isinstance(value, Refused) else value for value in found]
        table.row(row)
    return file.getvalue()

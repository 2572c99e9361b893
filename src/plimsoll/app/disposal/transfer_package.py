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
from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.disposal.bad_loans import is_anothers
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.exchanged_file import place_private
from plimsoll.app.execute import Answer, Failed, Outcome
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of
from plimsoll.app.vault import Act, Vault
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING
from plimsoll.disposal.bidder import KIND as BIDDER
from plimsoll.disposal.bidder import bidder_of
from plimsoll.disposal.candidate import cash_since
from plimsoll.disposal.close_package import ClosePackage, account_of
from plimsoll.disposal.eligible import PLEDGED, SOLD, Eligibility, eligibility, reasons_of
from plimsoll.disposal.package import FILLED, KIND, Package, Packed, find_package, shares_of
from plimsoll.disposal.record import transfer_in
from plimsoll.disposal.token import token_of
from plimsoll.disposal.transfer_claim import TransferClaim
from plimsoll.loan.filing import Body, Filing, body_of, read_body
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import CHARGED_OFF, O_LATE_DAYS, OPEN
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms
from plimsoll.protection.mask import ID_NUMBER, NAME, PHONE
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.pack import unpack
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
    """A loan on the day of the transfer: its share of the price, what came in since the cut-off, and why it stays ("" it goes).

    `is_gone` says that it went over before, in a transfer that stopped; then the amounts are those with which it went.
    """

    loan: Packed
    share_minor: int
    received_minor: int
    stays: str
    is_gone: bool = False


class Day(NamedTuple):
    """What the loans of a package are looked at by: the package and its name, the day, what keeps out, and when it was filled."""

    name: str
    package: Package
    on: date
    policy: Eligibility
    filled_at: datetime


@dataclass(frozen=True, slots=True)
class Transferred:
    """A transfer that was done: its account as the dossier tells it, the loans, and the hand-over file."""

    account: str
    going: tuple[Going, ...]
    path: Path


def transfer_package(
    store: Store, name: str, folder: Path, *, actor: str, now: datetime, on: date, rules: Rules, vault: Vault | None = None
) -> Transferred | Refused:
    """Transfer it; of a package that was transferred, write the hand-over file again.

    Refuses package_unknown, package_not_ready, transfer_backdated, and transfer_stopped: a loan was refused, and nothing is closed.
    """
    filings = dossier_of(store, KIND, name)
    package = find_package(filings, name, "sold", "transferred")
    if isinstance(package, Refused):
        return package
    if on.toordinal() < package.sold_on:
        return Refused("transfer_backdated", "", f"{on}, sold on {date.fromordinal(package.sold_on)}")
    policy = eligibility(rules, on, package.licence)
    # That it is sold in this very package keeps nothing back: the work may be done again after it stopped half-way.
    others = Eligibility(policy.reasons - {SOLD}, policy.days)
    filled_at = max(filing.at for filing in filings if filing.kind == FILLED)
    going = tuple(_going(store, Day(name, package, on, others, filled_at)))
    account = account_of(package) if package.state == "transferred" else ""
    if not account:
        refused = _transfer(store, name, package, going, actor=actor, now=now, on=on, rules=rules)
        if refused is not None:
            return refused
        outcome = _close(store, name, package, going, actor=actor, now=now, on=on, rules=rules)
        if not isinstance(outcome, Answer):
            return outcome
        account = outcome.text
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hand-over.csv"
    place_private(path, hand_over(package, going, vault, Act(actor, now, REASON)).encode())
    return Transferred(account, going, path)


def _close(
    store: Store, name: str, package: Package, going: Sequence[Going], *, actor: str, now: datetime, on: date, rules: Rules
) -> Outcome:
    """Close the package with its account; the digest is that of the hand-over file without what a vault adds."""
    plain = hand_over(package, going, None, Act(actor, now, REASON))
    account = {
        "transferred_minor": sum(one.share_minor for one in going if not one.stays),
        "passed_on_minor": sum(one.received_minor for one in going if not one.stays),
        "held_back": {str(one.loan.loan_id): one.stays for one in going if one.stays},
        "digest": sha256(plain.encode()).hexdigest(),
    }
    command = ClosePackage(f"{name} close", name, on, Body(body_of(account)))
    return execute_dossier(store, DOSSIER_WIRING, command, actor=actor, now=now, rules=rules)


def _going(store: Store, by: Day) -> Iterator[Going]:
    """Tell for every loan of a package whether it goes, in the order of loans. What went over in it before, stays gone."""
    package = by.package
    loans = sorted(package.loans, key=lambda loan: loan.loan_id)
    shares = shares_of(package.price_minor, [loan.weight_minor for loan in loans])
    with snapshot(store) as seen:
        for loan, share in zip(loans, shares, strict=True):
            filings = filings_of(store, loan.customer_id)
            went = transfer_in(filings, loan.loan_id, by.name)
            if went is not None:
                said = read_body(went)
                yield Going(loan, said["amount_minor"], said["passed_on_minor"], "", is_gone=True)
            elif package.state == "transferred":
                yield Going(loan, share, 0, package.transfer["held_back"][str(loan.loan_id)])
            else:
                yield _still_here(seen, by, loan, share, filings)


def _still_here(seen: Snapshot, by: Day, loan: Packed, share_minor: int, filings: Sequence[Filing]) -> Going:
    """Tell whether a loan goes now; how late it was at the cut-off is asked of its facts, whatever was told when the package was filled."""
    first, until, cut_off = loan.customer_id, loan.customer_id + 1, by.package.cut_off
    status = {row[0]: row[1] for row in seen.rows(schema.loan_state, ("loan_id", "status"), first, until)}
    if status.get(loan.loan_id) not in (OPEN, CHARGED_OFF):
        return Going(loan, share_minor, 0, PAID_OFF)
    facts = seen.facts(loan.customer_id, loan.loan_id)
    told = {row[0]: (row[1], row[2]) for row in seen.rows(schema.loan, ("loan_id", "currency", "terms"), first, until)}
    currency, packed = told[loan.loan_id]
    terms = Terms.unpack(currency, tuple(unpack(packed)))
    then = fold(terms, facts, cut_off)
    days = 0 if isinstance(then, Refused) else measured(terms, then)[O_LATE_DAYS]
    recorded = seen.rows(schema.fact, ("loan_id", "n", "recorded_at"), first, until)
    late = {n for loan_id, n, at in recorded if loan_id == loan.loan_id and instant_of(at) > by.filled_at}
    pledged = (PLEDGED,) if is_anothers(filings, loan.loan_id) else ()
    stays = ", ".join(reasons_of(filings, loan.loan_id, days, pledged, by.policy))
    return Going(loan, share_minor, cash_since(facts, cut_off, by.on.toordinal(), late), stays)


def _transfer(
    store: Store, name: str, package: Package, going: Sequence[Going], *, actor: str, now: datetime, on: date, rules: Rules
) -> Refused | None:
    """Give the command of each loan that goes; one that is refused stops the closing, and those that went stay so."""
    buyer = bidder_of(dossier_of(store, BIDDER, package.buyer))
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
            buyer_name=buyer.name if buyer is not None else "",
        )
        for one in going
        if not one.stays and not one.is_gone
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

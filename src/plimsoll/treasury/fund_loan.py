"""Fund a loan or an account by several: put on file whose it is, in parts that make a whole, before its first settlement."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.loan.terms import LOAN
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funded import FUNDED, READS_SHARES, holdings, said_shares, whole_of
from plimsoll.treasury.funder import read_parts
from plimsoll.treasury.join import join_before
from plimsoll.treasury.route import LEAST
from plimsoll.treasury.share import WHOLE
from plimsoll.units.refusal import Malformed, Refused

READS: Final = f"loan+facts+file:{READS_SHARES}"


@dataclass(frozen=True, slots=True)
class FundLoan:
    """State the funders of a loan with their parts, such as "bank-a:0.7"; the rest is the lender's."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    shares: tuple[str, ...]


def decide(book: Book, command: FundLoan, rules: Rules) -> Decision | Refused:
    """Put the shares on file.

    Of an account the funders have their part of all that flows from the day on, and of what was owed the evening before.
    Refuses customer_unknown, loan_unknown, loan_funded (once only; a part is moved by move_share), shares_malformed, account_not_clean,
    and share_below_law where the lender keeps less of a joint loan than the law asks.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id} of customer {command.customer_id}")
    if holdings(book.filings, command.loan_id):
        return Refused("loan_funded", "", f"loan {command.loan_id}")
    try:
        parts = read_parts(command.shares)
    except Malformed as wrong:
        return Refused(wrong.code, "", wrong.detail)
    refused = refuse_parts(parts, rules, command.on)
    if refused is not None:
        return refused
    told: dict[str, object] = {"shares": said_shares(whole_of(parts))}
    if held.terms.kind != LOAN:
        assert held.facts is not None, f"account {held.loan_id}: who joins it sees its whole history"
        joined = join_before(held.terms, held.facts, command.on.toordinal())
        if isinstance(joined, Refused):
            return joined
        told["joined"] = list(joined)
    said = body_of(told)
    return Decision(filings=(NewFiling(FUNDED, str(command.loan_id), said),), answer=said)


def refuse_parts(parts: dict[str, int], rules: Rules, on: date) -> Refused | None:
    """Refuse parts that pass a whole or leave the lender less than the law asks: shares_malformed, share_below_law."""
    kept = WHOLE - sum(parts.values())
    if kept < 0 or not parts:
        return Refused("shares_malformed", "", f"{WHOLE - kept} of a million")
    least = rules.rate(LEAST, on)
    if least is not None and kept * least.den < WHOLE * least.num:
        return Refused("share_below_law", LEAST, f"{kept} of a million are the lender's")
    return None

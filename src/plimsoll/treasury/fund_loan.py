"""Fund a loan or an account by several: put on file whose it is, in parts that make a whole, before its first settlement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.loan.terms import LOAN
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funded import FUNDED, READS_SHARES, WHOLLY, Holding, holdings, said_shares, shares_before, whole_of
from plimsoll.treasury.funder import read_parts
from plimsoll.treasury.join import join_before, stands_before
from plimsoll.treasury.route import LEAST, LENDER
from plimsoll.treasury.share import WHOLE
from plimsoll.units.refusal import Malformed, Refused

READS: Final = f"loan+facts+file:{READS_SHARES}"


@dataclass(frozen=True, slots=True)
class FundLoan:
    """State the funders of a loan with their parts, such as "bank-a:0.7"; the rest is the lender's.

    Of an account that is funded already they are struck anew: each part becomes less, or none, from the day on.
    """

    key: str
    customer_id: int
    on: date
    loan_id: int
    shares: tuple[str, ...]


def decide(book: Book, command: FundLoan, rules: Rules) -> Decision | Refused:
    """Put the shares on file.

    Of an account the funders have their part of all that flows from the day on, and of what was owed the evening before.
    Refuses customer_unknown, loan_unknown, loan_funded (a loan is funded once, parts of an account only become less; a part is moved by
    move_share), shares_malformed, account_not_clean, and share_below_law where the lender keeps less of a joint loan than the law asks.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    found = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if found is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id} of customer {command.customer_id}")
    held = holdings(book.filings, command.loan_id)
    try:
        parts = read_parts(command.shares)
    except Malformed as wrong:
        return Refused(wrong.code, "", wrong.detail)
    refused = _refuse_again(parts, held, command, is_account=found.terms.kind != LOAN)
    if refused is None and (parts or not held):
        refused = refuse_parts(parts, rules, command.on)
    if refused is not None:
        return refused
    told: dict[str, object] = {"shares": said_shares(whole_of(parts))}
    if found.terms.kind != LOAN:
        assert found.facts is not None, f"account {found.loan_id}: who joins it sees its whole history"
        day = command.on.toordinal()
        if shares_before(held, day) == WHOLLY:
            joined = join_before(found.terms, found.facts, day)
            if isinstance(joined, Refused):
                return joined
            told["joined"] = list(joined)
        else:
            flowed, owed = stands_before(found.terms, found.facts, day)
            told |= {"struck": list(flowed), "owed": list(owed)}
    said = body_of(told)
    return Decision(filings=(NewFiling(FUNDED, str(command.loan_id), said),), answer=said)


def _refuse_again(parts: dict[str, int], held: Sequence[Holding], command: FundLoan, *, is_account: bool) -> Refused | None:
    """Refuse to state shares again, but for parts of an account that become less, and for one that is the lender's alone: loan_funded."""
    if not held:
        return None
    last, day = held[-1], command.on.toordinal()
    now = {one.funder: one.ppm for one in last.shares if one.funder != LENDER}
    is_later = last.on > day or (last.on == day and (last.begins is None or not now))
    is_less = all(ppm <= now.get(name, 0) for name, ppm in parts.items()) and parts != now
    if is_account and not is_later and (is_less or not now):
        return None
    return Refused("loan_funded", "", f"loan {command.loan_id}, since {date.fromordinal(last.on)}")


def refuse_parts(parts: dict[str, int], rules: Rules, on: date) -> Refused | None:
    """Refuse parts that pass a whole or leave the lender less than the law asks: shares_malformed, share_below_law."""
    kept = WHOLE - sum(parts.values())
    if kept < 0 or not parts:
        return Refused("shares_malformed", "", f"{WHOLE - kept} of a million")
    least = rules.rate(LEAST, on)
    if least is not None and kept * least.den < WHOLE * least.num:
        return Refused("share_below_law", LEAST, f"{kept} of a million are the lender's")
    return None

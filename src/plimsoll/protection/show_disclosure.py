"""Show what a debt will cost before anybody agrees to it, and put on record that it was shown, when, and in which words."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.loan.terms import LOAN
from plimsoll.risk.disclose import NO_RATE, PLANS, AccountSeen, Ask, account_seen, digest_of_rows, rows, said, table_of
from plimsoll.risk.disclosure_words import TEMPLATE
from plimsoll.risk.gate import SHOWN
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Refused

READS = "line"


@dataclass(frozen=True, slots=True)
class ShowDisclosure:
    """Show the costs of a draw, an offer, an account, or of instalments on the account `loan_id` (`about`: `risk.disclose.KINDS`)."""

    key: str
    customer_id: int
    on: date
    about: str
    product: str
    amount_minor: int
    currency: str
    instalments: int = 0
    rate: Rate | None = None
    repayment: str = ""
    limit_minor: int = 0
    loan_id: int = 0
    language: str = "zh-CN"

    @property
    def reads(self) -> str:
        """Look for the account only where one is named."""
        return "loan" if self.loan_id else READS


def decide(book: Book, command: ShowDisclosure, rules: Rules) -> Decision | Refused:
    """Put on record what is shown; the answer tells its digest, by which it is confirmed, and for how long it has to stay open.

    Refuses customer_unknown, language_unknown, disclosure_kind_unknown, loan_unknown, fact_does_not_fit, and what the product refuses.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if command.language not in LANGUAGES:
        return Refused("language_unknown", "", f"{command.language!r}; one of: {', '.join(LANGUAGES)}")
    ask = _ask(book, command)
    table = ask if isinstance(ask, Refused) else table_of(ask, rules)
    if isinstance(ask, Refused) or isinstance(table, Refused):
        return ask if isinstance(ask, Refused) else table  # type: ignore[return-value]  # one of the two is refused
    told = rows(table, command.language)
    digest = digest_of_rows(TEMPLATE, command.about, command.language, told)
    seconds = rules.whole("CN.COST.DISCLOSURE.SECONDS", command.on) or 0
    shown = {"ask": said(ask), "language": command.language, "template": TEMPLATE, "seconds": seconds, "rows": [list(row) for row in told]}
    answer = {"disclosure": digest, "language": command.language, "seconds": seconds}
    return Decision(filings=(NewFiling(SHOWN, digest, body_of(shown)),), answer=body_of(answer))


def _ask(book: Book, command: ShowDisclosure) -> Ask | Refused:
    """Give what is asked, with the account of a plan. Refuses loan_unknown, fact_does_not_fit."""
    account: AccountSeen | None = None
    if command.about in PLANS:
        held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
        if held is None:
            return Refused("loan_unknown", "", f"loan {command.loan_id} of customer {command.customer_id}")
        if held.terms.kind == LOAN:
            return Refused("fact_does_not_fit", "", f"loan {held.loan_id} of {held.product}")
        account = account_seen(held)
    return Ask(
        command.about,
        command.on,
        command.product,
        command.currency,
        command.amount_minor,
        command.instalments,
        command.rate or NO_RATE,
        command.repayment,
        command.limit_minor,
        account,
    )

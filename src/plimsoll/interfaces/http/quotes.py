"""Quotes: what a draw or instalments would cost before anything is signed. Nothing is written."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access.principal import Target
from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.sheet import Want
from plimsoll.app.show.held import book_in
from plimsoll.app.show.line import line_of
from plimsoll.app.show.quote import Quote, quote_loan, quote_plan, rate_usual
from plimsoll.interfaces.http.ids import read_customer, read_loan
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import CustomerId, Day, LoanId, Money, RateText
from plimsoll.interfaces.http.shown import shape_of, shown, today_of
from plimsoll.loan.book import Book
from plimsoll.loan.filing import read_body
from plimsoll.loan.terms import LOAN
from plimsoll.risk.disclose import account_seen
from plimsoll.risk.drawn import Drawing
from plimsoll.risk.signed import SIGNED
from plimsoll.risk.temporary_limit import KIND as TEMPORARY
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

TAG: Final = "Loans"
Language = Literal["zh-CN", "en"]
_Product = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9-]+$")]
_Count = Annotated[int, Field(strict=True, ge=0, le=600)]


class LoanAsked(Shape):
    """A draw; where no price is named, at the one that the customer signed for, else at the highest on offer."""

    amount: Money
    customer: CustomerId | None = None
    product: _Product = "cash-line"
    instalments: _Count = 0
    """0: the product's usual number."""
    repayment: Annotated[str, StringConstraints(max_length=32, pattern=r"^[a-z-]*$")] = ""
    rate_per_day: RateText | None = None
    on: Day | None = None
    language: Language = "zh-CN"


class PlanAsked(Shape):
    """Instalments on an account: of a purchase, of the bill that is open, or paid for by a merchant."""

    loan: LoanId
    amount: Money
    instalments: Annotated[int, Field(strict=True, ge=1, le=600)]
    about: Literal["instalments", "bill", "merchant"] = "instalments"
    on: Day | None = None
    language: Language = "zh-CN"


def ask_loan(asked: Asked) -> Any:
    """Give what a draw would cost."""
    body: LoanAsked = asked.body
    book: Book | None = None
    customer_id = read_customer(body.customer) if body.customer else asked.who.customer_id
    relation = asked.door.may(asked.who, "loan.quote", *([Target(customer_id)] if customer_id else []))
    if isinstance(relation, Refused):
        return relation
    today = today_of(asked)
    on = body.on or today
    if customer_id:
        with snapshot(asked.house.store) as seen:
            book = book_in(seen, Want(customer_id, is_every=True, kinds=(SIGNED, TEMPORARY)))
    rate = Rate.parse(body.rate_per_day) if body.rate_per_day else _signed(book, body.product)
    found = rate or rate_usual(asked.house.rules, body.product, on, body.amount.currency)
    if isinstance(found, Refused):
        return shown(found, asked)
    line = line_of(book, today.toordinal()) if book is not None else None
    drawing = Drawing(on, body.amount.amount, body.amount.currency, found, body.instalments, body.repayment, body.product)
    left = None if not customer_id else line.cash_available_minor if line is not None else 0
    return shown(quote_loan(drawing, asked.house.rules, body.language, left), asked, customer_id)


def _signed(book: Book | None, product: str) -> Rate | None:
    """Give the price that a customer signed for, None where there is none."""
    signed = [read_body(one) for one in book.filings if one.kind == SIGNED] if book is not None else []
    return next((Rate.parse(said["rate"]) for said in reversed(signed) if said["cash_product"] == product), None)


def ask_instalments(asked: Asked) -> Any:
    """Give what instalments on an account would cost."""
    body: PlanAsked = asked.body
    customer_id, loan_id = read_loan(body.loan)
    relation = asked.door.may(asked.who, "loan.quote", Target(customer_id, loan_id))
    if isinstance(relation, Refused):
        return relation
    with snapshot(asked.house.store) as seen:
        book = book_in(seen, Want(customer_id, (loan_id,)))
    if book is None or not book.loans:
        return Refused("absent")
    held = book.loans[0]
    if held.terms.kind == LOAN:
        return Refused("fact_does_not_fit", "", f"loan {loan_id} is no account")
    on, amount = body.on or today_of(asked), body.amount
    rules, seen_of = asked.house.rules, account_seen(held)
    quote = quote_plan(body.about, held.product, amount.amount, amount.currency, body.instalments, on, seen_of, rules, body.language)
    return shown(quote, asked, customer_id)


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="quote_loan",
        method="POST",
        path="/loan_quotes",
        permission="loan.quote",
        tag=TAG,
        said=("Schedule and all-in cost of a draw, before anything is signed.", "签约前的还款计划与综合融资成本。"),
        answer=shape_of(Quote),
        handle=ask_loan,
        body=LoanAsked,
        example={"amount": {"amount": 500_000, "currency": "CNY"}, "instalments": 12},
    ),
    Operation(
        name="quote_instalments",
        method="POST",
        path="/instalment_quotes",
        permission="loan.quote",
        tag=TAG,
        said=("What turning a purchase or a bill into instalments costs.", "消费或账单分期的费用与年化成本。"),
        answer=shape_of(Quote),
        handle=ask_instalments,
        body=PlanAsked,
        example={"loan": "loan_17_1", "amount": {"amount": 120_000, "currency": "CNY"}, "instalments": 6},
    ),
)

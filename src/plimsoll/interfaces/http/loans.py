"""Loans and accounts as the API shows them: terms, state as of any day, schedule, history, how figures came about, what pays them off."""

from collections.abc import Mapping
from typing import Any, Final

from plimsoll.app.show.history import LoanHistory, loan_history
from plimsoll.app.show.loan import LoanPage, LoanRow, loan_page, loans_of
from plimsoll.app.show.schedule import Computed, PayOff, Schedule, computed, pay_off, schedule
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Day
from plimsoll.interfaces.http.shown import customer_in, day_in, listed, loan_in, page_of, shape_of, shown
from plimsoll.units.refusal import Refused

TAG: Final = "Loans"
NONE: Final[Mapping[str, str]] = {}


class AsOf(Shape):
    """Of which day: the business date where none is named."""

    as_of: Day | None = None


def list_loans(asked: Asked) -> Any:
    """Give every loan of a customer, paid ones too."""
    customer_id = customer_in(asked, "loan.read")
    if isinstance(customer_id, Refused):
        return customer_id
    return listed(loans_of(asked.house.store, customer_id, day_in(asked)))


def _of_loan(look: Any) -> Any:
    """Give the handler of an operation that looks at one loan on a day."""

    def handle(asked: Asked) -> Any:
        found = loan_in(asked)
        if isinstance(found, Refused):
            return found
        return shown(look(asked.house.store, *found, day_in(asked)), asked, found[0])

    return handle


def _operation(name: str, path: str, said: tuple[str, str], answer: type, look: Any, expands: Mapping[str, str] = NONE) -> Operation:
    return Operation(
        name=name,
        method="GET",
        path=f"/loans/{{loan}}{path}",
        permission="loan.read",
        tag=TAG,
        said=said,
        answer=shape_of(answer),
        handle=_of_loan(look),
        query=AsOf,
        expands=expands,
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_loans",
        method="GET",
        path="/customers/{customer}/loans",
        permission="loan.read",
        tag=TAG,
        said=("Every loan and account of a customer.", "客户的全部贷款与账户。"),
        answer=page_of(LoanRow),
        handle=list_loans,
        query=AsOf,
        expands={"schedule": "get_loan_schedule", "history": "get_loan_history", "bills": "get_bills", "shares": "get_loan_shares"},
    ),
    _operation(
        "get_loan",
        "",
        ("One loan as of a day.", "单笔贷款在某日的情况。"),
        LoanPage,
        loan_page,
        {
            "customer": "get_customer",
            "schedule": "get_loan_schedule",
            "history": "get_loan_history",
            "bills": "get_bills",
            "shares": "get_loan_shares",
        },
    ),
    _operation(
        "get_loan_schedule", "/schedule", ("The schedule, with what came of each instalment.", "还款计划及各期结果。"), Schedule, schedule
    ),
    _operation(
        "get_loan_history",
        "/history",
        ("What happened to a loan: facts, entries, days late.", "贷款历史：事实、分录与逾期记录。"),
        LoanHistory,
        loan_history,
    ),
    _operation(
        "get_loan_figures",
        "/figures",
        ("How interest and penalty of a day came about: days x rate x balance.", "某日利息与罚息的计算过程：天数 × 利率 × 余额。"),
        Computed,
        computed,
    ),
    _operation(
        "get_pay_off",
        "/pay_off",
        ("What pays a loan off on a day, and what is saved by it.", "某日结清金额及可节省的利息。"),
        PayOff,
        pay_off,
    ),
)

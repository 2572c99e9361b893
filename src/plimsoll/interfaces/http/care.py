"""What a customer's file tells, as the API shows it: bills, limits, contacts, promises, complaints, hardship, consents, disclosures."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from plimsoll.app.file import filings_of
from plimsoll.app.show.bills import Bills, bills
from plimsoll.app.show.care import (
    ComplaintRow,
    DisclosureRow,
    HardshipRow,
    LessonRow,
    PlanRow,
    complaint_rows,
    disclosure_rows,
    hardship_rows,
    lesson_rows,
    plan_rows,
)
from plimsoll.app.show.contacts import (
    ContactRow,
    Preferences,
    PromiseRow,
    ReminderRow,
    contacts_of,
    preferences_of,
    promises_of,
    reminders_of,
)
from plimsoll.app.show.customer import ConsentRow, consent_rows
from plimsoll.app.show.limits import LimitHistory, limit_history
from plimsoll.interfaces.http.loans import AsOf
from plimsoll.interfaces.http.operation import Asked, Operation
from plimsoll.interfaces.http.shown import customer_in, day_in, listed, loan_in, page_of, shape_of, shown, today_of, told
from plimsoll.loan.filing import Filing
from plimsoll.units.refusal import Refused

TAG: Final = "Customers"
Filings = Sequence[Filing]


def get_bills(asked: Asked) -> Any:
    """Give the bills of an account as of a day."""
    found = loan_in(asked)
    return found if isinstance(found, Refused) else shown(bills(asked.house.store, *found, day_in(asked)), asked, found[0])


def get_limit_history(asked: Asked) -> Any:
    """Give how a customer's limit came about."""
    customer_id = _of_house(asked, "customer.read")
    if isinstance(customer_id, Refused):
        return customer_id
    return shown(limit_history(asked.house.store, customer_id, today_of(asked).toordinal()), asked, customer_id)


def get_preferences(asked: Asked) -> Any:
    """Give how a borrower wishes to be reminded."""
    customer_id = _of_house(asked, "customer.read")
    if isinstance(customer_id, Refused):
        return customer_id
    return told(preferences_of(filings_of(asked.house.store, customer_id)))


def _of_house(asked: Asked, permission: str) -> int | Refused:
    """Give the customer of the path for somebody of the house or the borrower; other parties see the debt and who was in touch only."""
    customer_id = customer_in(asked, permission)
    return Refused("absent") if asked.who.party and not isinstance(customer_id, Refused) else customer_id


def _rows(
    name: str,
    said: tuple[str, str],
    kind: type,
    look: Callable[[Filings, Asked], Sequence[Any]],
    *,
    permission: str = "customer.read",
    is_for_parties: bool = False,
) -> Operation:
    """Give the operation that lists what a customer's file tells of one thing. Rows read: the file."""

    def handle(asked: Asked) -> Any:
        customer_id = customer_in(asked, permission) if is_for_parties else _of_house(asked, permission)
        if isinstance(customer_id, Refused):
            return customer_id
        rows = look(filings_of(asked.house.store, customer_id), asked)
        return listed(rows, of=lambda row: told(row, customer_id))

    return Operation(
        name=f"list_{name}",
        method="GET",
        path=f"/customers/{{customer}}/{name}",
        permission=permission,
        tag=TAG,
        said=said,
        answer=page_of(kind),
        handle=handle,
    )


def _day(asked: Asked) -> int:
    return today_of(asked).toordinal()


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="get_bills",
        method="GET",
        path="/loans/{loan}/bills",
        permission="loan.read",
        tag="Loans",
        said=("Bills of a pay-later account, with lines, refunds and what the minimum costs.", "账单：明细、退款与最低还款的代价。"),
        answer=shape_of(Bills),
        handle=get_bills,
        query=AsOf,
    ),
    Operation(
        name="get_limit_history",
        method="GET",
        path="/customers/{customer}/limit_history",
        permission="customer.read",
        tag=TAG,
        said=("How the limit, the load line and the price came about.", "额度、负债能力线与利率的变化及原因。"),
        answer=shape_of(LimitHistory),
        handle=get_limit_history,
    ),
    Operation(
        name="get_preferences",
        method="GET",
        path="/customers/{customer}/preferences",
        permission="customer.read",
        tag=TAG,
        said=("How a borrower wishes to be reminded.", "借款人的提醒偏好。"),
        answer=shape_of(Preferences),
        handle=get_preferences,
    ),
    _rows(
        "contacts",
        ("Who was in touch with a customer, and what the gate said.", "联系记录：谁、何时、渠道与闸门结论。"),
        ContactRow,
        lambda filings, _: contacts_of(filings),
        is_for_parties=True,
    ),
    _rows(
        "reminders", ("Reminders that were sent or held.", "已发送或被拦下的提醒。"), ReminderRow, lambda filings, _: reminders_of(filings)
    ),
    _rows(
        "promises",
        ("Promises to pay, and what became of them.", "还款承诺及其结果。"),
        PromiseRow,
        lambda filings, _: promises_of(filings),
        is_for_parties=True,
    ),
    _rows(
        "complaints",
        ("Complaints with their deadlines.", "投诉及办理期限。"),
        ComplaintRow,
        lambda filings, asked: complaint_rows(filings, _day(asked)),
        permission="complaint.read",
    ),
    _rows(
        "hardships",
        ("Requests for help.", "困难申请。"),
        HardshipRow,
        lambda filings, asked: hardship_rows(filings, _day(asked)),
    ),
    _rows("plans", ("Plans for loans in difficulty.", "还款方案。"), PlanRow, lambda filings, _: plan_rows(filings)),
    _rows(
        "consents",
        ("What a customer has agreed to.", "授权与撤回。"),
        ConsentRow,
        lambda filings, asked: consent_rows(filings, asked.house.now()),
        permission="consent.read",
    ),
    _rows(
        "disclosures",
        ("Cost tables that were shown, exactly as shown.", "已展示的综合融资成本明示表原文。"),
        DisclosureRow,
        lambda filings, _: disclosure_rows(filings),
    ),
    _rows("lessons", ("Lessons that were taken.", "已学习的课程。"), LessonRow, lambda filings, _: lesson_rows(filings)),
)

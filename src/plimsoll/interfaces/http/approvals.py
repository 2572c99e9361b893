"""What waits for a second pair of eyes: listed, shown in words with what it would do, agreed to, rejected, taken back."""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.acts import ACTS
from plimsoll.app.approve.check import AGREE, COMMENT_MAX, REJECT, STATES, check, withdraw
from plimsoll.app.approve.inbox import Approval, Due, Moved, Schedule, approval_of, approvals, place_of
from plimsoll.interfaces.http.ids import customer_text, loan_text
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, PageOf, Shape
from plimsoll.interfaces.http.shape import Change, Count, Day, Instant, LoanId, Name, Text
from plimsoll.interfaces.http.shown import after_in, cursor_of, house_in, listed
from plimsoll.units.refusal import Malformed, Refused

TAG: Final = "Approvals"
ROWS_MAX: Final = 10_000
_Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]
_Said = Annotated[str, StringConstraints(max_length=200_000)]
_Customer = Annotated[str, StringConstraints(pattern=r"^(cus_[1-9][0-9]{0,17})?$", max_length=30)]
_Loan = Annotated[str, StringConstraints(pattern=r"^(loan_[1-9][0-9]{0,17}_[1-9][0-9]{0,8})?$", max_length=40)]
_State = Literal["pending", "executed", "rejected", "expired", "stale", "withdrawn", "refused"]
_Comment = Annotated[Text, StringConstraints(max_length=COMMENT_MAX)]


class MovedShown(Shape):
    """One thing that changes, in words: how it stands and how it would stand; "" for not at all."""

    about: Text
    en: Text
    zh: Text
    before: _Said
    after: _Said


class LegShown(Shape):
    """One leg of the entry that would be posted; without a loan it is the customer's own credit."""

    loan: _Loan
    account: Name
    en: Text
    zh: Text
    amount: Change


class DueShown(Shape):
    """What falls due on a day."""

    due_on: Day
    principal: Change
    interest: Change
    fee: Change


class ScheduleShown(Shape):
    """What falls due from the day on, as it stands and as it would stand."""

    loan: LoanId
    before: Annotated[list[DueShown], Field(max_length=ROWS_MAX)]
    after: Annotated[list[DueShown], Field(max_length=ROWS_MAX)]


class VerdictShown(Shape):
    """What one person said, and when."""

    checker: Text
    verdict: Literal["agree", "reject"]
    comment: Text
    at: Instant


class OutcomeShown(Shape):
    """What came of the execution: what it answered as JSON text, or the code by which it was refused; "" before."""

    answer: _Said
    code: Text
    detail: Text


class ApprovalShown(Shape):
    """Something that waits for others, or waited. `payload_sha256` is what a checker has to repeat."""

    object: Literal["approval"] = "approval"
    id: Name
    status: _State
    action: Name
    said_en: Text
    said_zh: Text
    customer: _Customer
    subject: Text
    amount: Change | None
    maker: Text
    made_at: Instant
    reason: Text
    expires_at: Instant
    ended_at: Instant | None
    rule: Text
    required_checkers: Count
    agreed: Count
    verdicts: Annotated[list[VerdictShown], Field(max_length=ROWS_MAX)]
    payload_sha256: _Sha
    version: Count
    change: Annotated[list[MovedShown], Field(max_length=ROWS_MAX)]
    ledger: Annotated[list[LegShown], Field(max_length=ROWS_MAX)]
    effect: Annotated[list[MovedShown], Field(max_length=ROWS_MAX)]
    schedules: Annotated[list[ScheduleShown], Field(max_length=ROWS_MAX)]
    records: Annotated[list[Text], Field(max_length=ROWS_MAX)]
    outcome: OutcomeShown


class ApprovalList(Shape):
    """Some approvals, newest first."""

    data: Annotated[list[ApprovalShown], Field(max_length=200)]
    next_cursor: Annotated[str, Field(max_length=600)]


class ApprovalsAsked(PageOf):
    """Which approvals: in a state, asked for by oneself, or those that one may check oneself now."""

    status: Literal["", "pending", "executed", "rejected", "expired", "stale", "withdrawn", "refused"] = ""
    of: Literal["", "me", "mine_to_check"] = ""


class Agreement(Shape):
    """That one agrees to exactly what was shown."""

    payload_sha256: _Sha
    comment: _Comment = ""


class Rejection(Shape):
    """That one does not agree, and why."""

    payload_sha256: _Sha
    comment: _Comment


class Withdrawal(Shape):
    """That one takes back what one asked for."""

    reason: _Comment = ""


def list_approvals(asked: Asked) -> dict[str, Any] | Refused:
    """Give some approvals."""
    refused = house_in(asked, "approval.read")
    if refused is not None:
        return refused
    query: ApprovalsAsked = asked.query or ApprovalsAsked()
    assert not query.status or query.status in STATES, query.status
    after = after_in(asked, "approvals", 2)
    found = approvals(
        asked.house,
        state=query.status,
        maker=asked.who.user_id if query.of == "me" else "",
        for_checker=asked.who if query.of == "mine_to_check" else None,
        after=(str(after[0]), str(after[1])) if after else None,
        limit=query.limit,
    )
    cursor = cursor_of(asked, "approvals", *place_of(found[-1])) if len(found) == query.limit else ""
    return listed(found, cursor, shown_of)


def get_approval(asked: Asked) -> dict[str, Any] | Refused:
    """Give one approval; who asked for it sees it without the permission to read others'."""
    found = approval_of(asked.house, asked.path["approval"])
    is_seen = isinstance(found, Approval) and (found.maker == asked.who.user_id or house_in(asked, "approval.read") is None)
    return shown_of(found) if isinstance(found, Approval) and is_seen else Refused("absent")


def approve(asked: Asked) -> dict[str, Any] | Refused:
    """Agree to what was shown."""
    return _checked(asked, AGREE)


def reject(asked: Asked) -> dict[str, Any] | Refused:
    """Reject it, with the reason."""
    return _checked(asked, REJECT)


def take_back(asked: Asked) -> dict[str, Any] | Refused:
    """Take back what one asked for oneself."""
    refused = _passed(asked)
    if refused is not None:
        return refused
    done = withdraw(asked.house, asked.who, asked.path["approval"], asked.body.reason)
    return done if isinstance(done, Refused) else _shown(asked)


def _checked(asked: Asked, verdict: str) -> dict[str, Any] | Refused:
    refused = house_in(asked, "approval.check") or _passed(asked)
    if refused is not None:
        return refused
    body, approval_id = asked.body, asked.path["approval"]
    done = check(asked.house, asked.who, approval_id, body.payload_sha256, verdict, body.comment, may=asked.door.may, acts=ACTS)
    return done if isinstance(done, Refused) else _shown(asked)


def _passed(asked: Asked) -> Refused | None:
    """Refuse where If-Match names another version of the object than the one that was shown. Raises Malformed header_not_taken."""
    if not asked.if_match:
        return None
    said = asked.if_match.strip('"')
    if not said.isdigit():
        raise Malformed("header_not_taken", "If-Match")
    found = approval_of(asked.house, asked.path["approval"])
    is_same = not isinstance(found, Refused) and said == str(found.version)
    return None if is_same else Refused("version_passed")


def _shown(asked: Asked) -> dict[str, Any] | Refused:
    found = approval_of(asked.house, asked.path["approval"])
    return found if isinstance(found, Refused) else shown_of(found)


def shown_of(found: Approval) -> dict[str, Any]:
    """Give an approval as the API shows it."""
    outcome = json.loads(found.outcome) if found.outcome else {}
    is_answer = found.state == "executed"
    return {
        "id": found.approval_id,
        "status": found.state,
        "action": found.verb,
        "said_en": found.headline_en,
        "said_zh": found.headline_zh,
        "customer": customer_text(found.customer_id) if found.customer_id else "",
        "subject": found.subject,
        "amount": {"amount": found.amount_minor, "currency": found.currency} if found.currency else None,
        "maker": found.maker,
        "made_at": found.made_at,
        "reason": found.reason,
        "expires_at": found.expires_at,
        "ended_at": found.ended_at,
        "rule": found.rule,
        "required_checkers": found.checkers,
        "agreed": found.agreed,
        "verdicts": [{"checker": one.checker, "verdict": one.verdict, "comment": one.comment, "at": one.at} for one in found.verdicts],
        "payload_sha256": found.sha256,
        "version": found.version,
        "change": [_moved(one) for one in found.change],
        "ledger": [
            {
                "loan": loan_text(found.customer_id, leg.loan_id) if leg.loan_id else "",
                "account": leg.account,
                "en": leg.en,
                "zh": leg.zh,
                "amount": {"amount": leg.amount_minor, "currency": leg.currency},
            }
            for leg in found.ledger
        ],
        "effect": [_moved(one) for one in found.effect],
        "schedules": [_schedule(found.customer_id, one) for one in found.schedules],
        "records": list(found.records),
        "outcome": {
            "answer": found.outcome if is_answer else "",
            "code": "" if is_answer else outcome.get("code", ""),
            "detail": "" if is_answer else outcome.get("detail", ""),
        },
    }


def _moved(one: Moved) -> dict[str, str]:
    return {"about": one.about, "en": one.en, "zh": one.zh, "before": one.before, "after": one.after}


def _schedule(customer_id: int, one: Schedule) -> dict[str, Any]:
    sides = {"before": one.before, "after": one.after}
    return {"loan": loan_text(customer_id, one.loan_id)} | {name: [_due(row, one.currency) for row in rows] for name, rows in sides.items()}


def _due(row: Due, currency: str) -> dict[str, Any]:
    parts = {"principal": row.principal_minor, "interest": row.interest_minor, "fee": row.fee_minor}
    return {"due_on": row.due_on} | {name: {"amount": minor, "currency": currency} for name, minor in parts.items()}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_approvals",
        method="GET",
        path="/approvals",
        permission="approval.read",
        tag=TAG,
        said=("What waits for a second pair of eyes, or waited, newest first.", "复核事项列表，最新在前。"),
        answer=ApprovalList,
        handle=list_approvals,
        query=ApprovalsAsked,
    ),
    Operation(
        name="get_approval",
        method="GET",
        path="/approvals/{approval}",
        permission="",
        tag=TAG,
        said=("One approval: the change in words, its effect, who said what.", "单个复核事项：变更内容、影响与意见。"),
        answer=ApprovalShown,
        handle=get_approval,
    ),
    once(
        Operation(
            name="approve_approval",
            method="POST",
            path="/approvals/{approval}/approve",
            permission="approval.check",
            tag=TAG,
            said=("Agree to exactly what was shown; the last one needed executes it.", "同意所示内容；最后一人同意后执行。"),
            answer=ApprovalShown,
            handle=approve,
            body=Agreement,
            example={"payload_sha256": "9f3c" * 16, "comment": "payslips seen"},
        ),
        is_one_change=False,
    ),
    once(
        Operation(
            name="reject_approval",
            method="POST",
            path="/approvals/{approval}/reject",
            permission="approval.check",
            tag=TAG,
            said=("Reject it, with the reason.", "驳回并说明理由。"),
            answer=ApprovalShown,
            handle=reject,
            body=Rejection,
            example={"payload_sha256": "9f3c" * 16, "comment": "no payslip"},
        ),
        is_one_change=False,
    ),
    once(
        Operation(
            name="withdraw_approval",
            method="POST",
            path="/approvals/{approval}/withdraw",
            permission="",
            tag=TAG,
            said=("Take back what one asked for oneself.", "撤回本人的申请。"),
            answer=ApprovalShown,
            handle=take_back,
            body=Withdrawal,
            example={"reason": "typing error"},
        ),
        is_one_change=False,
    ),
)

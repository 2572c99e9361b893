"""The type of each event: a table from what is on record (a command's verb, a look into the vault, a day that was closed) to its name.

A type is `plimsoll.<thing>.<what>.v1`. A type keeps its meaning for good; what changes meaning gets another version.
"""

from collections.abc import Mapping
from typing import Final

PREFIX, SUFFIX = "plimsoll.", ".v1"

OF_COMMANDS: Final[Mapping[str, str]] = {
    # Servicing
    "open_customer": "customer.opened",
    "open_line": "credit_line.opened",
    "open_account": "account.opened",
    "draw": "loan.disbursing",
    "purchase": "purchase.captured",
    "fund_by_merchant": "purchase.funded_by_merchant",
    "repay": "repayment.received",
    "prepay": "prepayment.completed",
    "settle": "loan.settled",
    "use_credit": "repayment.allocated",
    "convert": "instalment_plan.created",
    "refund": "purchase.refunded",
    "reverse": "repayment.reversed",
    "waive": "loan.waived",
    "reschedule": "schedule.changed",
    "pause": "schedule.paused",
    "mark_load_line": "load_line.drawn",
    "set_limit": "credit_line.changed",
    "freeze": "credit_line.frozen",
    "unfreeze": "credit_line.unfrozen",
    "close_line": "credit_line.closed",
    "charge_off": "loan.written_off",
    "recover": "recovery.received",
    # Origination
    "record_evidence": "evidence.recorded",
    "apply": "application.submitted",
    "withdraw_application": "application.withdrawn",
    "decide_application": "decision.made",
    "claim_review": "review.claimed",
    "release_review": "review.released",
    "request_documents": "documents.requested",
    "provide_documents": "documents.provided",
    "review": "decision.reviewed",
    "approve_review": "decision.overridden",
    "accept_offer": "contract.signed",
    "demand_review": "decision.appealed",
    # Protection
    "grant_consent": "consent.granted",
    "withdraw_consent": "consent.withdrawn",
    "show_disclosure": "disclosure.shown",
    "confirm_disclosure": "disclosure.confirmed",
    "take_lesson": "lesson.taken",
    "file_complaint": "complaint.opened",
    "classify_complaint": "complaint.classified",
    "extend_complaint": "complaint.extended",
    "answer_complaint": "complaint.answered",
    "close_complaint": "complaint.resolved",
    "bring_paper": "paper.brought",
    # Collections
    "attempt_contact": "contact.attempted",
    "record_outcome": "contact.outcome_recorded",
    "tell_contact_fact": "contact.fact_told",
    "open_hardship": "hardship.opened",
    "decide_hardship": "hardship.decided",
    "propose_plan": "plan.proposed",
    "agree_plan": "plan.agreed",
    "break_plan": "plan.broken",
    "keep_plan": "plan.kept",
    "note_trigger": "trigger.noted",
    "prefer_reminders": "reminder.preferred",
    "queue_call": "call.queued",
    "send_reminder": "reminder.sent",
    "ask_debit": "debit.attempted",
    "record_debit": "debit.succeeded",
    "record_failed_debit": "debit.failed",
    "record_receipt": "message.receipt_recorded",
    "open_case": "delinquency_case.opened",
    "move_case": "delinquency_case.moved",
    "close_case": "delinquency_case.closed",
    "claim_case": "delinquency_case.claimed",
    "release_case": "delinquency_case.released",
    "follow_up": "delinquency_case.follow_up_set",
    "make_promise": "promise.made",
    "settle_promise": "promise.settled",
    "cancel_promise": "promise.cancelled",
    "give_adverse_notice": "adverse_notice.given",
    "confirm_notice": "adverse_notice.confirmed",
    "report_records": "bureau.reported",
    "dispute_record": "bureau.disputed",
    "answer_dispute": "bureau.dispute_answered",
    "apply_sanction": "sanction.applied",
    "lift_sanction": "sanction.lifted",
    "record_court_step": "court.step_taken",
    "record_interruption": "limitation.interrupted",
    "warn_limitation": "limitation.warned",
    "place_with_agency": "placement.made",
    "recall_from_agency": "placement.recalled",
    "note_outcome": "treatment.outcome_noted",
    "assign_treatment": "treatment.assigned",
    "escalate_case": "delinquency_case.escalated",
    # Monitoring
    "review_limit": "limit.reviewed",
    "raise_limit": "limit.raised",
    "freeze_late": "limit.frozen_late",
    "unfreeze_cured": "limit.unfrozen_cured",
    "expire_limit": "limit.expired",
    "object_to_limit": "limit.objected",
    "raise_warning": "warning.raised",
    "close_warning": "warning.closed",
    "rank_warning": "warning.ranked",
    "assess_limit": "limit.assessed",
    "recall_early": "recall.made",
    "object_to_recall": "recall.objected",
    "answer_recall": "recall.answered",
    "enforce_recall": "recall.enforced",
    "note_class": "delinquency.class_noted",
    "note_over_extension": "over_extension.noted",
    "note_signals": "signals.noted",
    # Disposal
    "propose_write_off": "write_off.proposed",
    "decide_write_off": "write_off.decided",
    "transfer_claim": "claim.transferred",
    "put_back_claim": "claim.put_back",
    # Treasury
    "fund_loan": "funding.allocated",
    "move_share": "funding.moved",
    # Agencies
    "register_agency": "agency.registered",
    "amend_agency": "agency.amended",
    "suspend_agency": "agency.suspended",
    "resume_agency": "agency.resumed",
    "review_agency": "agency.reviewed",
    "audit_calls": "agency.calls_audited",
    "file_placements": "agency.placements_filed",
    "reconcile_agency": "agency.reconciled",
    # Packages and tenders
    "open_package": "package.opened",
    "fill_package": "package.filled",
    "freeze_package": "package.frozen",
    "withdraw_package": "package.withdrawn",
    "sell_package": "package.sold",
    "close_package": "package.closed",
    "return_loan": "package.loan_returned",
    "pay_buyer": "package.buyer_paid",
    "note_conduct": "package.conduct_noted",
    "register_bidder": "bidder.registered",
    "qualify_bidder": "bidder.qualified",
    "open_tender": "tender.opened",
    "add_document": "tender.document_added",
    "join_tender": "tender.joined",
    "pay_deposit": "tender.deposit_paid",
    "return_deposit": "tender.deposit_returned",
    "open_document": "tender.document_opened",
    "ask_question": "tender.question_asked",
    "answer_question": "tender.question_answered",
    "commit_bid": "tender.bid_committed",
    "retract_bid": "tender.bid_retracted",
    "reveal_bid": "tender.bid_revealed",
    "call_bid": "tender.bid_called",
    "decide_tender": "tender.decided",
    "confirm_sale": "tender.sale_confirmed",
    "pay_price": "tender.price_paid",
    "fail_sale": "tender.sale_failed",
    "cancel_tender": "tender.cancelled",
    # Funders
    "register_funder": "funder.registered",
    "amend_funder": "funder.amended",
    "assess_investor": "funder.assessed",
    "close_funder": "funder.closed",
    "file_settlement": "funder.settlement_filed",
    "set_throttle": "throttle.set",
    "state_cash": "cash.stated",
    "tell_shock": "shock.told",
}
"""Of commands on customers and on dossiers; a verb that stands here twice would be two types."""

OF_VAULT: Final[Mapping[str, str]] = {
    "put": "personal_data.sealed",
    "reveal": "personal_data.revealed",
    "find": "personal_data.searched",
    "erase": "privacy.erasure_completed",
}
OF_ACCESS: Final[Mapping[str, str]] = {
    "approval_requested": "approval.requested",
    "approval_agreed": "approval.agreed",
    "approval_refused_by_checker": "approval.refused_by_checker",
    **{f"approval_{state}": f"approval.{state}" for state in ("executed", "rejected", "expired", "stale", "withdrawn", "refused")},
    "key_rotated": "key.rotated",
}
"""Actions of `app.access.event` that have a type of their own; every other one is `ACCESS`, with the action in its data."""

ACCESS: Final = "access.recorded"
STEP: Final = "artefact.moved"
DAY: Final = "day.closed"
OTHER: Final = "command.executed"
"""A command of a house that is wired otherwise than ours."""


def full(name: str) -> str:
    """Give the whole name of a type."""
    return f"{PREFIX}{name}{SUFFIX}"


TYPES: Final = tuple(
    full(name) for name in sorted({*OF_COMMANDS.values(), *OF_VAULT.values(), *OF_ACCESS.values(), ACCESS, STEP, DAY, OTHER})
)
"""All types there are."""

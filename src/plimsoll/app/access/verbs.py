"""By what permission each verb of the house is asked, and about what: one line a verb, in the order of the wiring."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from plimsoll.app.access.permission import Permission
from plimsoll.app.access.principal import NOTHING, Target
from plimsoll.app.wiring import ALL_COMMANDS, DOSSIER_WIRING


class VerbAccess(NamedTuple):
    """One line: the permission, and what else the door has to know of the verb."""

    permission: Permission
    makes: bool = False
    """Whether the customer or dossier is made by it, so that it need not be there."""
    makes_loan: bool = False
    """Whether the loan that is named is made by it."""
    party: str = ""
    """The field that names the party who does it, where that is somebody outside the house: `bidder`, `merchant`."""
    ranked: str = ""
    """The field that says with what rank somebody decides, which the role has to give."""
    kept: tuple[str, ...] = ()
    """Fields that nobody sets who asks at the door: they have to be left as they are by themselves."""
    own: Mapping[str, object] = {}
    """Fields with the value that they need where somebody does it for themselves; for others they are left as they are."""
    is_priced: bool = False
    """Whether it names a rate, which for a borrower has to be the one agreed."""


_P = Permission

VERBS: Final[Mapping[str, VerbAccess]] = {
    "open_customer": VerbAccess(_P.CUSTOMER_OPEN, makes=True),
    "open_line": VerbAccess(_P.LINE_OPEN, makes_loan=True),
    "open_account": VerbAccess(_P.LINE_OPEN, makes_loan=True),
    "draw": VerbAccess(_P.LOAN_DRAW, makes_loan=True, is_priced=True),
    "purchase": VerbAccess(_P.LOAN_PURCHASE, party="merchant"),
    "fund_by_merchant": VerbAccess(_P.LOAN_PURCHASE, party="merchant"),
    "repay": VerbAccess(_P.LOAN_REPAY),
    "prepay": VerbAccess(_P.LOAN_REPAY),
    "settle": VerbAccess(_P.LOAN_REPAY),
    "use_credit": VerbAccess(_P.CREDIT_USE),
    "convert": VerbAccess(_P.LOAN_CONVERT),
    "refund": VerbAccess(_P.LOAN_REFUND),
    "reverse": VerbAccess(_P.LOAN_REVERSE),
    "waive": VerbAccess(_P.LOAN_WAIVE),
    "reschedule": VerbAccess(_P.LOAN_RESCHEDULE),
    "pause": VerbAccess(_P.LOAN_RESCHEDULE),
    "mark_load_line": VerbAccess(_P.LOAD_LINE_MARK),
    "set_limit": VerbAccess(_P.LIMIT_CHANGE),
    "freeze": VerbAccess(_P.LIMIT_FREEZE),
    "unfreeze": VerbAccess(_P.LIMIT_UNFREEZE),
    "close_line": VerbAccess(_P.LINE_CLOSE),
    "charge_off": VerbAccess(_P.LOAN_CHARGE_OFF),
    "recover": VerbAccess(_P.LOAN_RECOVER),
    # Origination
    "record_evidence": VerbAccess(_P.EVIDENCE_RECORD),
    "apply": VerbAccess(_P.APPLICATION_MAKE),
    "withdraw_application": VerbAccess(_P.APPLICATION_MAKE),
    "decide_application": VerbAccess(_P.APPLICATION_DECIDE, kept=("suspended", "kit")),
    "claim_review": VerbAccess(_P.REVIEW_CLAIM),
    "release_review": VerbAccess(_P.REVIEW_WORK),
    "request_documents": VerbAccess(_P.REVIEW_WORK),
    "provide_documents": VerbAccess(_P.APPLICATION_MAKE),
    "review": VerbAccess(_P.REVIEW_WORK, ranked="role"),
    "approve_review": VerbAccess(_P.REVIEW_APPROVE, ranked="role"),
    "accept_offer": VerbAccess(_P.APPLICATION_SIGN),
    "demand_review": VerbAccess(_P.APPLICATION_CONTEST),
    # Protection
    "grant_consent": VerbAccess(_P.CONSENT_GIVE),
    "withdraw_consent": VerbAccess(_P.CONSENT_GIVE),
    "show_disclosure": VerbAccess(_P.DISCLOSURE_SHOW),
    "confirm_disclosure": VerbAccess(_P.DISCLOSURE_CONFIRM),
    "take_lesson": VerbAccess(_P.DISCLOSURE_CONFIRM),
    "file_complaint": VerbAccess(_P.COMPLAINT_FILE),
    "classify_complaint": VerbAccess(_P.COMPLAINT_HANDLE),
    "extend_complaint": VerbAccess(_P.COMPLAINT_EXTEND),
    "answer_complaint": VerbAccess(_P.COMPLAINT_HANDLE),
    "close_complaint": VerbAccess(_P.COMPLAINT_HANDLE),
    "bring_paper": VerbAccess(_P.PERSONAL_WRITE),
    # Collections
    "attempt_contact": VerbAccess(_P.CONTACT_MAKE),
    "record_outcome": VerbAccess(_P.CONTACT_MAKE),
    "tell_contact_fact": VerbAccess(_P.CONTACT_TELL),
    "open_hardship": VerbAccess(_P.HARDSHIP_ASK),
    "decide_hardship": VerbAccess(_P.HARDSHIP_DECIDE),
    "propose_plan": VerbAccess(_P.PLAN_PROPOSE, own={"is_borrowers": True}),
    "agree_plan": VerbAccess(_P.PLAN_AGREE),
    "break_plan": VerbAccess(_P.PLAN_END),
    "keep_plan": VerbAccess(_P.PLAN_END),
    "note_trigger": VerbAccess(_P.CLASS_NOTE),
    "prefer_reminders": VerbAccess(_P.PREFERENCE_SET),
    "queue_call": VerbAccess(_P.REMINDER_SEND),
    "send_reminder": VerbAccess(_P.REMINDER_SEND),
    "ask_debit": VerbAccess(_P.DEBIT_RUN),
    "record_debit": VerbAccess(_P.DEBIT_RUN),
    "record_failed_debit": VerbAccess(_P.DEBIT_RUN),
    "record_receipt": VerbAccess(_P.REMINDER_SEND),
    "open_case": VerbAccess(_P.CASE_RUN),
    "move_case": VerbAccess(_P.CASE_RUN),
    "close_case": VerbAccess(_P.CASE_RUN),
    "claim_case": VerbAccess(_P.CASE_CLAIM),
    "release_case": VerbAccess(_P.CASE_WORK),
    "follow_up": VerbAccess(_P.CASE_WORK),
    "make_promise": VerbAccess(_P.CASE_WORK),
    "settle_promise": VerbAccess(_P.CASE_RUN),
    "cancel_promise": VerbAccess(_P.CASE_WORK),
    # Credit bureau and sanctions
    "give_adverse_notice": VerbAccess(_P.BUREAU_REPORT),
    "confirm_notice": VerbAccess(_P.BUREAU_REPORT),
    "report_records": VerbAccess(_P.BUREAU_REPORT),
    "dispute_record": VerbAccess(_P.DISPUTE_FILE),
    "answer_dispute": VerbAccess(_P.DISPUTE_ANSWER),
    "apply_sanction": VerbAccess(_P.SANCTION_APPLY),
    "lift_sanction": VerbAccess(_P.SANCTION_LIFT),
    "record_court_step": VerbAccess(_P.LIMITATION_NOTE),
    "record_interruption": VerbAccess(_P.LIMITATION_NOTE),
    "warn_limitation": VerbAccess(_P.LIMITATION_NOTE),
    "place_with_agency": VerbAccess(_P.AGENCY_PLACE),
    "recall_from_agency": VerbAccess(_P.AGENCY_PLACE),
    "note_outcome": VerbAccess(_P.CONTACT_MAKE),
    "assign_treatment": VerbAccess(_P.CASE_RUN),
    "escalate_case": VerbAccess(_P.CASE_ESCALATE),
    # Monitoring
    "review_limit": VerbAccess(_P.LIMIT_REVIEW),
    "raise_limit": VerbAccess(_P.LIMIT_REVIEW),
    "freeze_late": VerbAccess(_P.LIMIT_REVIEW),
    "unfreeze_cured": VerbAccess(_P.LIMIT_REVIEW),
    "expire_limit": VerbAccess(_P.LIMIT_REVIEW),
    "object_to_limit": VerbAccess(_P.LIMIT_OBJECT),
    "raise_warning": VerbAccess(_P.WARNING_RAISE),
    "close_warning": VerbAccess(_P.WARNING_CLOSE),
    "rank_warning": VerbAccess(_P.WARNING_RAISE),
    "assess_limit": VerbAccess(_P.LIMIT_REVIEW),
    "recall_early": VerbAccess(_P.RECALL_DEMAND),
    "object_to_recall": VerbAccess(_P.RECALL_OBJECT),
    "answer_recall": VerbAccess(_P.RECALL_ANSWER),
    "enforce_recall": VerbAccess(_P.RECALL_DEMAND),
    "note_class": VerbAccess(_P.CLASS_NOTE),
    "note_over_extension": VerbAccess(_P.LOAD_LINE_MARK),
    "note_signals": VerbAccess(_P.WARNING_RAISE),
    # Disposal
    "propose_write_off": VerbAccess(_P.WRITE_OFF_PROPOSE),
    "decide_write_off": VerbAccess(_P.WRITE_OFF_DECIDE),
    "transfer_claim": VerbAccess(_P.CLAIM_TRANSFER),
    "put_back_claim": VerbAccess(_P.CLAIM_TRANSFER),
    # Treasury
    "fund_loan": VerbAccess(_P.FUNDER_ALLOT),
    "move_share": VerbAccess(_P.SHARE_MOVE),
    # Agencies
    "register_agency": VerbAccess(_P.AGENCY_REGISTER, makes=True),
    "amend_agency": VerbAccess(_P.AGENCY_REGISTER),
    "suspend_agency": VerbAccess(_P.AGENCY_SUSPEND),
    "resume_agency": VerbAccess(_P.AGENCY_RESUME),
    "review_agency": VerbAccess(_P.AGENCY_REVIEW),
    "audit_calls": VerbAccess(_P.AGENCY_REVIEW),
    "file_placements": VerbAccess(_P.AGENCY_PLACE),
    "reconcile_agency": VerbAccess(_P.AGENCY_RECONCILE),
    # Packages of bad loans
    "open_package": VerbAccess(_P.PACKAGE_MAKE, makes=True),
    "fill_package": VerbAccess(_P.PACKAGE_MAKE),
    "freeze_package": VerbAccess(_P.PACKAGE_MAKE),
    "withdraw_package": VerbAccess(_P.PACKAGE_MAKE),
    "sell_package": VerbAccess(_P.PACKAGE_SELL),
    "close_package": VerbAccess(_P.PACKAGE_SELL),
    "return_loan": VerbAccess(_P.CLAIM_TRANSFER),
    "pay_buyer": VerbAccess(_P.TENDER_CASH),
    "note_conduct": VerbAccess(_P.CLAIM_TRANSFER),
    "register_bidder": VerbAccess(_P.BIDDER_REGISTER, makes=True),
    "qualify_bidder": VerbAccess(_P.BIDDER_QUALIFY),
    "open_tender": VerbAccess(_P.TENDER_RUN, makes=True),
    "add_document": VerbAccess(_P.TENDER_RUN),
    "join_tender": VerbAccess(_P.TENDER_BID, party="bidder"),
    "pay_deposit": VerbAccess(_P.TENDER_CASH),
    "return_deposit": VerbAccess(_P.TENDER_CASH),
    "open_document": VerbAccess(_P.TENDER_BID, party="bidder"),
    "ask_question": VerbAccess(_P.TENDER_BID, party="bidder"),
    "answer_question": VerbAccess(_P.TENDER_RUN),
    "commit_bid": VerbAccess(_P.TENDER_BID, party="bidder"),
    "retract_bid": VerbAccess(_P.TENDER_BID, party="bidder"),
    "reveal_bid": VerbAccess(_P.TENDER_BID, party="bidder"),
    "call_bid": VerbAccess(_P.TENDER_BID, party="bidder"),
    "decide_tender": VerbAccess(_P.TENDER_DECIDE),
    "confirm_sale": VerbAccess(_P.TENDER_CONFIRM),
    "pay_price": VerbAccess(_P.TENDER_CASH),
    "fail_sale": VerbAccess(_P.TENDER_RUN),
    "cancel_tender": VerbAccess(_P.TENDER_RUN),
    # Funders
    "register_funder": VerbAccess(_P.FUNDER_REGISTER, makes=True),
    "amend_funder": VerbAccess(_P.FUNDER_REGISTER),
    "assess_investor": VerbAccess(_P.FUNDER_REGISTER, makes=True),
    "close_funder": VerbAccess(_P.FUNDER_REGISTER),
    "file_settlement": VerbAccess(_P.FUNDER_SETTLE),
    "set_throttle": VerbAccess(_P.THROTTLE_SET, makes=True),
    "tell_shock": VerbAccess(_P.WARNING_RAISE, makes=True),
    "state_cash": VerbAccess(_P.CASH_STATE, makes=True),
}
"""What each verb asks for; every command of the house has its line."""

NAMES: Final[Mapping[type, str]] = {command: name for name, command in ALL_COMMANDS.items()}
"""The verb of each command."""


def access_of(command: Any) -> VerbAccess:
    """Give the line of a command."""
    return VERBS[NAMES[type(command)]]


def target_of(command: Any) -> Target:
    """Give what a command is about: a customer and a loan that is there, or a dossier; what it makes itself is not looked for."""
    access = access_of(command)
    verb = DOSSIER_WIRING.get(type(command))
    if verb is not None:
        return NOTHING if access.makes else Target(kind=verb.kind, subject=command.subject)
    if access.makes:
        return NOTHING
    loan_id = 0 if access.makes_loan else getattr(command, "loan_id", 0)
    return Target(command.customer_id, loan_id)

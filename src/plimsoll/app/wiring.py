"""The commands of the house in one ordered table, and how a command is read from text: a JSON object or a row of a file.

A command is written with the names of its fields, except that an amount drops its unit: `amount_minor` 12000 is written
`"amount": "120.00"` beside `"currency": "CNY"`. Days are ISO dates, rates decimal text, a body is a JSON object (in a row its text).
Empty means not given.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from plimsoll.app.contact import decide_contact
from plimsoll.app.dossier import DossierVerb, DossierWiring
from plimsoll.app.execute import Verb, Wiring
from plimsoll.app.lift_cured import lift_cured
from plimsoll.app.preference import decide_preference
from plimsoll.collections import (
    agree_plan,
    amend_agency,
    answer_dispute,
    apply_sanction,
    ask_debit,
    assign_treatment,
    attempt_contact,
    audit_calls,
    break_plan,
    cancel_promise,
    claim_case,
    close_case,
    confirm_notice,
    decide_hardship,
    dispute_record,
    escalate_case,
    file_placements,
    follow_up,
    give_adverse_notice,
    keep_plan,
    lift_sanction,
    make_promise,
    move_case,
    note_outcome,
    note_trigger,
    open_case,
    open_hardship,
    place_with_agency,
    prefer_reminders,
    propose_plan,
    queue_call,
    recall_from_agency,
    reconcile_agency,
    record_court_step,
    record_debit,
    record_failed_debit,
    record_interruption,
    record_outcome,
    record_receipt,
    register_agency,
    release_case,
    report_records,
    resume_agency,
    review_agency,
    send_reminder,
    settle_promise,
    suspend_agency,
    tell_contact_fact,
    warn_limitation,
)
from plimsoll.disposal import (
    add_document,
    answer_question,
    ask_question,
    call_bid,
    cancel_tender,
    close_package,
    commit_bid,
    confirm_sale,
    decide_tender,
    decide_write_off,
    fail_sale,
    fill_package,
    freeze_package,
    join_tender,
    note_conduct,
    open_document,
    open_package,
    open_tender,
    pay_buyer,
    pay_deposit,
    pay_price,
    propose_write_off,
    put_back_claim,
    qualify_bidder,
    register_bidder,
    retract_bid,
    return_deposit,
    return_loan,
    reveal_bid,
    sell_package,
    transfer_claim,
    withdraw_package,
)
from plimsoll.loan.filing import BODY_LENGTH_MAX, Body, body_of
from plimsoll.monitoring import (
    answer_recall,
    assess_limit,
    close_warning,
    enforce_recall,
    expire_limit,
    freeze_late,
    note_class,
    note_over_extension,
    note_signals,
    object_to_limit,
    object_to_recall,
    raise_limit,
    raise_warning,
    rank_warning,
    recall_early,
    review_limit,
    tell_shock,
    unfreeze_cured,
)
from plimsoll.origination import (
    accept_offer,
    apply,
    approve_review,
    claim_review,
    decide_application,
    demand_review,
    provide_documents,
    record_evidence,
    release_review,
    request_documents,
    review,
    withdraw_application,
)
from plimsoll.protection import (
    answer_complaint,
    bring_paper,
    classify_complaint,
    close_complaint,
    confirm_disclosure,
    extend_complaint,
    file_complaint,
    grant_consent,
    show_disclosure,
    take_lesson,
    withdraw_consent,
)
from plimsoll.servicing import (
    charge_off,
    close_line,
    convert,
    draw,
    freeze,
    fund_by_merchant,
    mark_load_line,
    open_account,
    open_customer,
    open_line,
    pause,
    prepay,
    purchase,
    recover,
    refund,
    repay,
    reschedule,
    reverse,
    set_limit,
    settle,
    unfreeze,
    use_credit,
    waive,
)
from plimsoll.treasury import (
    amend_funder,
    assess_investor,
    close_funder,
    file_settlement,
    fund_loan,
    move_share,
    register_funder,
    set_throttle,
    state_cash,
)
from plimsoll.units.dates import parse_date
from plimsoll.units.money import parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

WIRING: Final[Wiring] = {
    open_customer.OpenCustomer: Verb("open_customer", open_customer.decide, open_customer.READS),
    open_line.OpenLine: Verb("open_line", open_line.decide, open_line.READS),
    open_account.OpenAccount: Verb("open_account", open_account.decide, open_account.READS),
    draw.Draw: Verb("draw", draw.decide, draw.READS),
    purchase.Purchase: Verb("purchase", purchase.decide, purchase.READS),
    fund_by_merchant.FundByMerchant: Verb("fund_by_merchant", fund_by_merchant.decide, fund_by_merchant.READS),
    repay.Repay: Verb("repay", repay.decide, repay.READS, lift_cured),
    prepay.Prepay: Verb("prepay", prepay.decide, prepay.READS, lift_cured),
    settle.Settle: Verb("settle", settle.decide, settle.READS, lift_cured),
    use_credit.UseCredit: Verb("use_credit", use_credit.decide, use_credit.READS, lift_cured),
    convert.Convert: Verb("convert", convert.decide, convert.READS),
    refund.Refund: Verb("refund", refund.decide, refund.READS, lift_cured),
    reverse.Reverse: Verb("reverse", reverse.decide, reverse.READS),
    waive.Waive: Verb("waive", waive.decide, waive.READS, lift_cured),
    reschedule.Reschedule: Verb("reschedule", reschedule.decide, reschedule.READS),
    pause.Pause: Verb("pause", pause.decide, pause.READS),
    mark_load_line.MarkLoadLine: Verb("mark_load_line", mark_load_line.decide, mark_load_line.READS),
    set_limit.SetLimit: Verb("set_limit", set_limit.decide, set_limit.READS),
    freeze.Freeze: Verb("freeze", freeze.decide, freeze.READS),
    unfreeze.Unfreeze: Verb("unfreeze", unfreeze.decide, unfreeze.READS),
    close_line.CloseLine: Verb("close_line", close_line.decide, close_line.READS),
    charge_off.ChargeOff: Verb("charge_off", charge_off.decide, charge_off.READS),
    recover.Recover: Verb("recover", recover.decide, recover.READS, lift_cured),
    # Origination
    record_evidence.RecordEvidence: Verb("record_evidence", record_evidence.decide, record_evidence.READS),
    apply.Apply: Verb("apply", apply.decide, apply.READS),
    withdraw_application.WithdrawApplication: Verb("withdraw_application", withdraw_application.decide, withdraw_application.READS),
    decide_application.DecideApplication: Verb("decide_application", decide_application.decide_without, decide_application.READS),
    claim_review.ClaimReview: Verb("claim_review", claim_review.decide, claim_review.READS),
    release_review.ReleaseReview: Verb("release_review", release_review.decide, release_review.READS),
    request_documents.RequestDocuments: Verb("request_documents", request_documents.decide, request_documents.READS),
    provide_documents.ProvideDocuments: Verb("provide_documents", provide_documents.decide, provide_documents.READS),
    review.Review: Verb("review", review.decide, review.READS),
    approve_review.ApproveReview: Verb("approve_review", approve_review.decide, approve_review.READS),
    accept_offer.AcceptOffer: Verb("accept_offer", accept_offer.decide, accept_offer.READS),
    demand_review.DemandReview: Verb("demand_review", demand_review.decide, demand_review.READS),
    # Protection
    grant_consent.GrantConsent: Verb("grant_consent", grant_consent.decide, grant_consent.READS),
    withdraw_consent.WithdrawConsent: Verb("withdraw_consent", withdraw_consent.decide, withdraw_consent.READS),
    show_disclosure.ShowDisclosure: Verb("show_disclosure", show_disclosure.decide, show_disclosure.READS),
    confirm_disclosure.ConfirmDisclosure: Verb("confirm_disclosure", confirm_disclosure.decide, confirm_disclosure.READS),
    take_lesson.TakeLesson: Verb("take_lesson", take_lesson.decide, take_lesson.READS),
    file_complaint.FileComplaint: Verb("file_complaint", file_complaint.decide, file_complaint.READS),
    classify_complaint.ClassifyComplaint: Verb("classify_complaint", classify_complaint.decide, classify_complaint.READS),
    extend_complaint.ExtendComplaint: Verb("extend_complaint", extend_complaint.decide, extend_complaint.READS),
    answer_complaint.AnswerComplaint: Verb("answer_complaint", answer_complaint.decide, answer_complaint.READS),
    close_complaint.CloseComplaint: Verb("close_complaint", close_complaint.decide, close_complaint.READS),
    bring_paper.BringPaper: Verb("bring_paper", bring_paper.decide, bring_paper.READS),
    # Collections
    attempt_contact.AttemptContact: Verb("attempt_contact", decide_contact, attempt_contact.READS),
    record_outcome.RecordOutcome: Verb("record_outcome", record_outcome.decide, record_outcome.READS),
    tell_contact_fact.TellContactFact: Verb("tell_contact_fact", tell_contact_fact.decide, tell_contact_fact.READS),
    open_hardship.OpenHardship: Verb("open_hardship", open_hardship.decide, open_hardship.READS),
    decide_hardship.DecideHardship: Verb("decide_hardship", decide_hardship.decide, decide_hardship.READS),
    propose_plan.ProposePlan: Verb("propose_plan", propose_plan.decide, propose_plan.READS),
    agree_plan.AgreePlan: Verb("agree_plan", agree_plan.decide, agree_plan.READS),
    break_plan.BreakPlan: Verb("break_plan", break_plan.decide, break_plan.READS),
    keep_plan.KeepPlan: Verb("keep_plan", keep_plan.decide, keep_plan.READS),
    note_trigger.NoteTrigger: Verb("note_trigger", note_trigger.decide, note_trigger.READS),
    prefer_reminders.PreferReminders: Verb("prefer_reminders", decide_preference, prefer_reminders.READS),
    queue_call.QueueCall: Verb("queue_call", queue_call.decide, queue_call.READS),
    send_reminder.SendReminder: Verb("send_reminder", send_reminder.decide, send_reminder.READS),
    ask_debit.AskDebit: Verb("ask_debit", ask_debit.decide, ask_debit.READS),
    record_debit.RecordDebit: Verb("record_debit", record_debit.decide, record_debit.READS),
    record_failed_debit.RecordFailedDebit: Verb("record_failed_debit", record_failed_debit.decide, record_failed_debit.READS),
    record_receipt.RecordReceipt: Verb("record_receipt", record_receipt.decide, record_receipt.READS),
    open_case.OpenCase: Verb("open_case", open_case.decide, open_case.READS),
    move_case.MoveCase: Verb("move_case", move_case.decide, move_case.READS),
    close_case.CloseCase: Verb("close_case", close_case.decide, close_case.READS),
    claim_case.ClaimCase: Verb("claim_case", claim_case.decide, claim_case.READS),
    release_case.ReleaseCase: Verb("release_case", release_case.decide, release_case.READS),
    follow_up.FollowUp: Verb("follow_up", follow_up.decide, follow_up.READS),
    make_promise.MakePromise: Verb("make_promise", make_promise.decide, make_promise.READS),
    settle_promise.SettlePromise: Verb("settle_promise", settle_promise.decide, settle_promise.READS),
    cancel_promise.CancelPromise: Verb("cancel_promise", cancel_promise.decide, cancel_promise.READS),
    # Credit bureau and sanctions
    give_adverse_notice.GiveAdverseNotice: Verb("give_adverse_notice", give_adverse_notice.decide, give_adverse_notice.READS),
    confirm_notice.ConfirmNotice: Verb("confirm_notice", confirm_notice.decide, confirm_notice.READS),
    report_records.ReportRecords: Verb("report_records", report_records.decide, report_records.READS),
    dispute_record.DisputeRecord: Verb("dispute_record", dispute_record.decide, dispute_record.READS),
    answer_dispute.AnswerDispute: Verb("answer_dispute", answer_dispute.decide, answer_dispute.READS),
    apply_sanction.ApplySanction: Verb("apply_sanction", apply_sanction.decide, apply_sanction.READS),
    lift_sanction.LiftSanction: Verb("lift_sanction", lift_sanction.decide, lift_sanction.READS),
    record_court_step.RecordCourtStep: Verb("record_court_step", record_court_step.decide, record_court_step.READS),
    record_interruption.RecordInterruption: Verb("record_interruption", record_interruption.decide, record_interruption.READS),
    warn_limitation.WarnLimitation: Verb("warn_limitation", warn_limitation.decide, warn_limitation.READS),
    place_with_agency.PlaceWithAgency: Verb("place_with_agency", place_with_agency.decide, place_with_agency.READS),
    recall_from_agency.RecallFromAgency: Verb("recall_from_agency", recall_from_agency.decide, recall_from_agency.READS),
    note_outcome.NoteOutcome: Verb("note_outcome", note_outcome.decide, note_outcome.READS),
    assign_treatment.AssignTreatment: Verb("assign_treatment", assign_treatment.decide, assign_treatment.READS),
    escalate_case.EscalateCase: Verb("escalate_case", escalate_case.decide, escalate_case.READS),
    # Monitoring
    review_limit.ReviewLimit: Verb("review_limit", review_limit.decide, review_limit.READS),
    raise_limit.RaiseLimit: Verb("raise_limit", raise_limit.decide, raise_limit.READS),
    freeze_late.FreezeLate: Verb("freeze_late", freeze_late.decide, freeze_late.READS),
    unfreeze_cured.UnfreezeCured: Verb("unfreeze_cured", unfreeze_cured.decide, unfreeze_cured.READS),
    expire_limit.ExpireLimit: Verb("expire_limit", expire_limit.decide, expire_limit.READS),
    object_to_limit.ObjectToLimit: Verb("object_to_limit", object_to_limit.decide, object_to_limit.READS),
    raise_warning.RaiseWarning: Verb("raise_warning", raise_warning.decide, raise_warning.READS),
    close_warning.CloseWarning: Verb("close_warning", close_warning.decide, close_warning.READS),
    rank_warning.RankWarning: Verb("rank_warning", rank_warning.decide, rank_warning.READS),
    assess_limit.AssessLimit: Verb("assess_limit", assess_limit.decide, assess_limit.READS),
    recall_early.RecallEarly: Verb("recall_early", recall_early.decide, recall_early.READS),
    object_to_recall.ObjectToRecall: Verb("object_to_recall", object_to_recall.decide, object_to_recall.READS),
    answer_recall.AnswerRecall: Verb("answer_recall", answer_recall.decide, answer_recall.READS),
    enforce_recall.EnforceRecall: Verb("enforce_recall", enforce_recall.decide, enforce_recall.READS),
    note_class.NoteClass: Verb("note_class", note_class.decide, note_class.READS),
    note_over_extension.NoteOverExtension: Verb("note_over_extension", note_over_extension.decide, note_over_extension.READS),
    note_signals.NoteSignals: Verb("note_signals", note_signals.decide, note_signals.READS),
    # Disposal
    propose_write_off.ProposeWriteOff: Verb("propose_write_off", propose_write_off.decide, propose_write_off.READS),
    decide_write_off.DecideWriteOff: Verb("decide_write_off", decide_write_off.decide, decide_write_off.READS),
    transfer_claim.TransferClaim: Verb("transfer_claim", transfer_claim.decide, transfer_claim.READS),
    put_back_claim.PutBackClaim: Verb("put_back_claim", put_back_claim.decide, put_back_claim.READS),
    # Treasury
    fund_loan.FundLoan: Verb("fund_loan", fund_loan.decide, fund_loan.READS),
    move_share.MoveShare: Verb("move_share", move_share.decide, move_share.READS),
}
"""What each command is called, what decides on it, and what that reads."""

COMMANDS: Final[Mapping[str, type]] = {verb.name: command for command, verb in WIRING.items()}
"""The type of each command by its name, in the order of the table."""

DOSSIER_WIRING: Final[DossierWiring] = {
    # Agencies
    register_agency.RegisterAgency: DossierVerb("register_agency", "agency", register_agency.decide),
    amend_agency.AmendAgency: DossierVerb("amend_agency", "agency", amend_agency.decide),
    suspend_agency.SuspendAgency: DossierVerb("suspend_agency", "agency", suspend_agency.decide),
    resume_agency.ResumeAgency: DossierVerb("resume_agency", "agency", resume_agency.decide),
    review_agency.ReviewAgency: DossierVerb("review_agency", "agency", review_agency.decide),
    audit_calls.AuditCalls: DossierVerb("audit_calls", "agency", audit_calls.decide),
    file_placements.FilePlacements: DossierVerb("file_placements", "agency", file_placements.decide),
    reconcile_agency.ReconcileAgency: DossierVerb("reconcile_agency", "agency", reconcile_agency.decide),
    # Packages of bad loans
    open_package.OpenPackage: DossierVerb("open_package", "package", open_package.decide),
    fill_package.FillPackage: DossierVerb("fill_package", "package", fill_package.decide),
    freeze_package.FreezePackage: DossierVerb("freeze_package", "package", freeze_package.decide),
    withdraw_package.WithdrawPackage: DossierVerb("withdraw_package", "package", withdraw_package.decide, saying=withdraw_package.saying),
    sell_package.SellPackage: DossierVerb("sell_package", "package", sell_package.decide, sell_package.others),
    close_package.ClosePackage: DossierVerb("close_package", "package", close_package.decide),
    return_loan.ReturnLoan: DossierVerb("return_loan", "package", return_loan.decide),
    pay_buyer.PayBuyer: DossierVerb("pay_buyer", "package", pay_buyer.decide),
    note_conduct.NoteConduct: DossierVerb("note_conduct", "package", note_conduct.decide),
    register_bidder.RegisterBidder: DossierVerb("register_bidder", "bidder", register_bidder.decide),
    qualify_bidder.QualifyBidder: DossierVerb("qualify_bidder", "bidder", qualify_bidder.decide),
    open_tender.OpenTender: DossierVerb("open_tender", "tender", open_tender.decide, open_tender.others, open_tender.saying),
    add_document.AddDocument: DossierVerb("add_document", "tender", add_document.decide),
    join_tender.JoinTender: DossierVerb("join_tender", "tender", join_tender.decide, join_tender.others),
    pay_deposit.PayDeposit: DossierVerb("pay_deposit", "tender", pay_deposit.decide),
    return_deposit.ReturnDeposit: DossierVerb("return_deposit", "tender", return_deposit.decide),
    open_document.OpenDocument: DossierVerb("open_document", "tender", open_document.decide),
    ask_question.AskQuestion: DossierVerb("ask_question", "tender", ask_question.decide),
    answer_question.AnswerQuestion: DossierVerb("answer_question", "tender", answer_question.decide),
    commit_bid.CommitBid: DossierVerb("commit_bid", "tender", commit_bid.decide, commit_bid.others),
    retract_bid.RetractBid: DossierVerb("retract_bid", "tender", retract_bid.decide),
    reveal_bid.RevealBid: DossierVerb("reveal_bid", "tender", reveal_bid.decide),
    call_bid.CallBid: DossierVerb("call_bid", "tender", call_bid.decide, call_bid.others),
    decide_tender.DecideTender: DossierVerb("decide_tender", "tender", decide_tender.decide, decide_tender.others),
    confirm_sale.ConfirmSale: DossierVerb("confirm_sale", "tender", confirm_sale.decide),
    pay_price.PayPrice: DossierVerb("pay_price", "tender", pay_price.decide),
    fail_sale.FailSale: DossierVerb("fail_sale", "tender", fail_sale.decide),
    cancel_tender.CancelTender: DossierVerb("cancel_tender", "tender", cancel_tender.decide),
    # Funders
    register_funder.RegisterFunder: DossierVerb("register_funder", "funder", register_funder.decide),
    amend_funder.AmendFunder: DossierVerb("amend_funder", "funder", amend_funder.decide),
    assess_investor.AssessInvestor: DossierVerb("assess_investor", "funder", assess_investor.decide),
    close_funder.CloseFunder: DossierVerb("close_funder", "funder", close_funder.decide),
    file_settlement.FileSettlement: DossierVerb("file_settlement", "funder", file_settlement.decide),
    tell_shock.TellShock: DossierVerb("tell_shock", "shock", tell_shock.decide),
    set_throttle.SetThrottle: DossierVerb("set_throttle", "throttle", set_throttle.decide),
    state_cash.StateCash: DossierVerb("state_cash", "cash", state_cash.decide),
}
"""The same for commands on dossiers: what each is called, which kind of dossier it is about, and what decides on it."""

DOSSIER_COMMANDS: Final[Mapping[str, type]] = {verb.name: command for command, verb in DOSSIER_WIRING.items()}
"""The type of each command on a dossier by its name, in the order of the table."""

ALL_COMMANDS: Final[Mapping[str, type]] = {**COMMANDS, **DOSSIER_COMMANDS}
"""Every command that can be written down; no name stands in both tables."""

WHOLE_MAX: Final = 2**63 - 1
TEXT_LENGTH_MAX: Final = 500
LIST_LENGTH_MAX: Final = 600
_MINOR: Final = "_minor"


class Part(NamedTuple):
    """One field of a command: its name, how it is written, how it is read, whether it must be there."""

    name: str
    key: str
    read: Callable[[object], object]
    is_amount: bool
    is_needed: bool


def read_command(said: Mapping[str, object], name: str = "") -> Any:
    """Give the command that a JSON object or a row says; `name` is that of the command where the file says it once for all rows.

    Raises Malformed with the key: command_unknown, field_missing, field_unknown, field_malformed, and what the values raise.
    """
    called = name or said.get("command")
    if not isinstance(called, str) or called not in ALL_COMMANDS:
        raise Malformed("command_unknown", repr(called), key="command", remedy=f"One of: {', '.join(ALL_COMMANDS)}.")
    parts = parts_of(called)
    _refuse_unknown(said, parts)
    given = {key: value for key, value in said.items() if value is not None and value != ""}
    currency = given.get("currency", "")
    values: dict[str, object] = {}
    for part in parts.values():
        if part.key not in given:
            if part.is_needed:
                raise Malformed("field_missing", part.key, key=part.key)
            continue
        try:
            # What is not text is refused by the parsers.
            values[part.name] = parse_minor(given[part.key], currency) if part.is_amount else part.read(given[part.key])  # type: ignore[arg-type]
        except Malformed as wrong:
            raise wrong.at(key="currency" if wrong.code == "currency_unknown" else part.key) from None
    return ALL_COMMANDS[called](**values)


@cache
def parts_of(name: str) -> Mapping[str, Part]:
    """Give the fields of a command by the key under which they are written, in order."""
    found = {}
    for field in fields(ALL_COMMANDS[name]):
        is_amount = field.name.endswith(_MINOR)
        key = field.name.removesuffix(_MINOR)
        is_needed = field.default is MISSING and field.default_factory is MISSING
        found[key] = Part(field.name, key, _READERS[field.type], is_amount, is_needed)
    return found


def _refuse_unknown(said: Mapping[str, object], parts: Mapping[str, Part]) -> None:
    for key in said:
        if key not in parts and key != "command":
            raise Malformed("field_unknown", repr(key), key=str(key), remedy=f"Known: {', '.join(parts)}.")


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LENGTH_MAX or not value.isprintable():
        raise Malformed("field_malformed", repr(value)[:60], remedy=f"Text of at most {TEXT_LENGTH_MAX} visible characters.")
    return value


def _whole(value: object) -> int:
    """Read a whole number of JSON, or the digits of one in a file."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(WHOLE_MAX)):
        value = int(value)
    if type(value) is not int or not 0 <= value <= WHOLE_MAX:
        raise Malformed("field_malformed", repr(value)[:60], remedy="A whole number from 0 up.")
    return value


def _day(value: object) -> date:
    return parse_date(value)  # type: ignore[arg-type]  # what is not text is refused there


def _list(value: object) -> list[object]:
    """Read a list, or what stands with spaces between it in a file."""
    values = value.split() if isinstance(value, str) else value
    if not isinstance(values, list) or len(values) > LIST_LENGTH_MAX:
        raise Malformed("field_malformed", repr(value)[:60], remedy=f"A list of at most {LIST_LENGTH_MAX}.")
    return values


def _flag(value: object) -> bool:
    """Read true or false of JSON, or the words in a file."""
    if value is True or value is False:
        return value
    if value not in ("true", "false"):
        raise Malformed("field_malformed", repr(value)[:60], remedy="true or false.")
    return value == "true"


def _body(value: object) -> Body:
    """Read a JSON object, or the text of one, and give it as the one text that says it."""
    try:
        said = json.loads(value) if isinstance(value, str) and len(value) <= BODY_LENGTH_MAX else value
        body = body_of(said) if isinstance(said, dict) else Body("")
        if 0 < len(body.encode()) <= BODY_LENGTH_MAX:
            return body
    except (ValueError, RecursionError):
        pass
    raise Malformed("field_malformed", repr(value)[:60], remedy=f"A JSON object of at most {BODY_LENGTH_MAX} bytes.")


def _rate(value: object) -> Rate:
    return Rate.parse(value)  # type: ignore[arg-type]  # what is not text is refused there


_READERS: Final[Mapping[object, Callable[[object], object]]] = {
    str: _text,
    int: _whole,
    date: _day,
    date | None: _day,
    tuple[date, ...]: lambda value: tuple(map(_day, _list(value))),
    tuple[str, ...]: lambda value: tuple(map(_text, _list(value))),
    bool: _flag,
    Body: _body,
    Rate: _rate,
    Rate | None: _rate,
}

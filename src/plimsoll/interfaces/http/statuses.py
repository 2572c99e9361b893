"""Which HTTP status each refusal answers with: one table. What is not named here is 422, a thing that cannot be done as it was asked."""

from typing import Final

STATUS_DEFAULT: Final = 422
_BY_STATUS: Final[dict[int, str]] = {
    # Cannot be read
    400: """
        json_malformed json_too_deep json_too_many key_duplicate number_must_be_text number_not_finite number_too_large
        text_unseen text_not_composed body_not_text body_marked body_missing body_not_taken field_malformed field_missing
        field_unknown query_malformed cursor_malformed cursor_of_other_list version_unknown idempotency_key_missing
        expand_unknown expand_too_much fields_unknown
        idempotency_key_malformed key_missing key_malformed header_not_taken header_twice instant_malformed instant_without_zone
    """,
    401: "sign_in_needed not_recognised key_of_another_mode session_ended sign_in_refused code_refused invitation_refused passkey_refused",
    403: """
        permission_missing duties_conflict second_factor_needed maker_cannot_check duties_not_separated address_not_allowed
        approval_circle approval_beyond_authority approval_not_own import_not_own authority_exceeded review_by_person mode_read_only
        rank_not_yours field_not_yours user_is_yourself two_people_needed clock_in_live clock_book_in_live key_for_a_person
        form_not_ours person_needed
    """,
    404: """
        absent path_unknown customer_unknown loan_unknown line_missing application_unknown complaint_unknown promise_unknown
        hardship_unknown plan_unknown agency_unknown package_unknown tender_unknown bidder_unknown funder_unknown dispute_unknown
        placement_unknown decision_unknown disclosure_unknown artefact_unknown question_unknown adverse_notice_unknown
        receipt_unknown reminder_unknown debit_unknown fact_unknown purchase_unknown bill_unknown close_unknown clock_unknown hook_unknown
        hook_delivery_unknown audit_record_unknown
    """,
    405: "method_not_taken",
    409: """
        idempotency_in_progress command_in_flight customer_exists line_exists loan_exists purchase_exists application_exists
        application_open complaint_exists contact_exists hardship_exists hardship_open_already plan_exists package_exists
        package_part_exists bidder_exists tender_exists document_exists question_exists agency_exists placement_exists
        funder_exists dispute_exists bid_exists objection_exists warning_exists recall_exists case_open_already
        promise_open_already case_claimed review_claimed line_frozen line_not_frozen line_closed line_in_use loan_closed
        loan_charged_off not_charged_off loan_parked already_reversed already_converted purchase_already_billed bill_not_open
        date_closed offer_expired offer_changed disclosure_changed disclosure_missing disclosure_not_confirmed review_changed
        application_not_ready plan_not_ready package_not_ready tender_not_ready complaint_not_ready hardship_not_ready
        hardship_not_open case_not_open promise_over placement_over placement_stopped agency_suspended agency_not_suspended
        funder_closed loan_funded consent_already_given consent_withdrawn question_answered deposit_paid_already
        bid_opened_already settlement_filed settlement_duplicate claim_sold claim_not_sold write_off_open_already
        write_off_not_proposed adverse_notice_given dispute_answered sanction_standing tender_joined_already day_not_open
        artefact_exists step_not_allowed
        approval_stale approval_ended import_state import_offset import_changed import_applied_already
        approval_expired approval_differs approval_checked clock_advancing user_exists user_closed
        role_held role_ended key_ended glass_open glass_not_asked glass_not_over glass_over glass_reviewed
        administrator_exists last_administrator
    """,
    412: "version_passed hook_changed",
    413: "body_too_large",
    415: "content_type_wrong",
    428: "if_match_missing",
    429: "asked_too_fast",
    431: "header_too_large",
    500: "internal",
    503: """
        store_busy store_unreachable outcome_unknown source_unreachable engine_failed closing clock_too_many_open hook_keys_missing
        backtest_busy
    """,
}
STATUS: Final[dict[str, int]] = {code: status for status, codes in _BY_STATUS.items() for code in codes.split()}
RETRYABLE: Final = frozenset(
    {"idempotency_in_progress", "command_in_flight", "store_busy", "store_unreachable", "outcome_unknown", "asked_too_fast", "closing"}
)
"""Refusals after which the same request, with the same key, may be sent again."""
RETRY_AFTER_S: Final = 1


def status_of(code: str) -> int:
    """Give the status that a refusal answers with."""
    return STATUS.get(code, STATUS_DEFAULT)

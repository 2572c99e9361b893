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
        form_not_ours person_needed agency_same_person complaint_needs_another_person sandbox_only
    """,
    404: """
        absent path_unknown customer_unknown loan_unknown line_missing application_unknown complaint_unknown promise_unknown
        hardship_unknown plan_unknown agency_unknown package_unknown tender_unknown bidder_unknown funder_unknown dispute_unknown
        placement_unknown decision_unknown disclosure_unknown artefact_unknown question_unknown adverse_notice_unknown
        receipt_unknown reminder_unknown debit_unknown fact_unknown purchase_unknown bill_unknown close_unknown clock_unknown hook_unknown
        hook_delivery_unknown audit_record_unknown tender_document_unknown vault_value_unknown
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
        package_in_tender tender_bids_stand
        application_not_ready plan_not_ready package_not_ready tender_not_ready complaint_not_ready hardship_not_ready
        hardship_not_open case_not_open promise_over placement_over placement_stopped agency_suspended agency_not_suspended
        investor_not_asked investor_not_assessed investor_unsuited part_not_agreed guaranteed_over_law guarantee_not_given
        funder_closed loan_funded consent_already_given consent_withdrawn question_answered deposit_paid_already
        bid_opened_already settlement_filed settlement_duplicate claim_sold claim_not_sold write_off_open_already
        write_off_not_proposed adverse_notice_given dispute_answered sanction_standing tender_joined_already day_not_open
        artefact_exists step_not_allowed paper_brought_already papers_too_many page_out_of_date
        approval_stale approval_ended import_state import_offset import_changed import_applied_already
        approval_expired approval_differs approval_checked clock_advancing user_exists user_closed
        role_held role_ended key_ended glass_open glass_not_asked glass_not_over glass_over glass_reviewed
        administrator_exists last_administrator export_waiting export_over close_running day_not_over
        adverse_notice_missing adverse_notice_waiting assessment_not_due assessment_waits bid_binds bid_early bid_late
        bid_leads_already bid_opened_early bid_opened_late bid_unknown case_not_claimed case_not_over case_without_cause
        complaint_open consent_missing consent_not_given consent_outdated contact_outcome_told contract_altered cycles_not_clean
        data_room_closed deposit_late deposit_missing disclosure_read_too_short document_late document_not_asked document_provided
        erasure_kept_by_law erasure_while_owing freeze_not_ours hardship_not_due hardship_open hook_needs_approval hook_too_many
        clock_too_many import_whole_refused kit_changed lesson_needed lesson_needed_again lesson_outdated limit_not_run_out
        limit_notice_missing limit_raise_too_soon load_line_missing loan_not_past_due month_not_over month_reported
        npl_sale_not_open nothing_past_due objection_too_late origination_slowed origination_stopped package_differs placement_promised
        placement_too_early plan_in_performance plan_not_broken plan_not_kept plan_not_signed price_not_late promise_due
        promise_not_due promise_waits put_back_too_late question_late recall_held recall_missing recall_objected recall_waits
        record_disputed record_not_reported review_not_claimed sanction_missing sanction_too_early settlement_altered
        settlement_missing still_past_due tender_join_late tender_not_over treatment_assigned vault_erased warning_missing
        write_off_too_early agency_licence_expired agency_not_evaluated agency_review_failed agency_review_overdue
        agency_share_reached collector_at_capacity bidder_not_qualified bidder_not_in_tender table_not_clean table_not_in_force
        table_backtest_missing table_backtest_differs proof_missing comparison_failed comparison_outdated validation_failed
        outcomes_too_few tape_missing tape_day_missing states_later
    """,
    412: "version_passed hook_changed",
    413: "body_too_large import_too_large import_expanded_too_large import_too_many_rows",
    415: "content_type_wrong",
    428: "if_match_missing",
    429: "asked_too_fast",
    431: "header_too_large",
    500: "internal",
    503: """
        store_busy store_unreachable store_full store_damaged outcome_unknown source_unreachable engine_failed closing clock_too_many_open
        hook_keys_missing backtest_busy vault_keys_missing vault_keys_needed vault_key_unknown sources_missing source_timed_out
        channel_unreachable code_not_sent code_channel_missing kit_missing passkeys_missing extra_missing audit_clock_back
        audit_record_missing audit_key_missing audit_key_malformed audit_key_exposed figures_being_made
    """,
}
STATUS: Final[dict[str, int]] = {code: status for status, codes in _BY_STATUS.items() for code in codes.split()}
RETRYABLE: Final = frozenset(
    {
        "idempotency_in_progress",
        "command_in_flight",
        "store_busy",
        "store_unreachable",
        "store_full",
        "outcome_unknown",
        "asked_too_fast",
        "closing",
        "figures_being_made",
    }
)
"""Refusals after which the same request, with the same key, may be sent again."""
RETRY_AFTER_S: Final = 1


def status_of(code: str) -> int:
    """Give the status that a refusal answers with."""
    return STATUS.get(code, STATUS_DEFAULT)

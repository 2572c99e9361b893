"""Refusals that any operation may answer with: what is wrong with a request before it is looked at what it asks for."""

from typing import Final

COMMON: Final = frozenset({
    "absent", "permission_missing", "duties_conflict", "second_factor_needed", "sign_in_needed", "not_recognised", "path_unknown",
    "method_not_taken", "mode_read_only", "key_missing", "key_malformed", "key_reused", "command_in_flight", "idempotency_key_missing",
    "idempotency_key_reused", "idempotency_in_progress", "query_malformed", "cursor_malformed", "cursor_of_other_list",
    "field_malformed", "field_missing", "field_unknown", "store_busy", "store_unreachable", "store_full", "store_damaged",
    "outcome_unknown", "asked_too_fast", "actor_missing", "internal", "command_unknown",
})  # fmt: skip
"""Told once, in the description of the file."""

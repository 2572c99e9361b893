"""What the answers of single operations say in the small story, where their shape alone does not: what has just begun, moved or ended."""

from collections.abc import Mapping
from typing import Any, Final

from plimsoll.interfaces.http.story import BY_NAME

NOON, EVENING = "2026-03-20T04:00:00.000Z", "2026-03-20T12:00:00.000Z"
_NEXT_DAY: Final = "2026-03-21T04:00:00.000Z"
_SHOWN_ONCE: Final = "whsec_c2hvd24gb25jZSwgdG8gYmUga2VwdCBieSB5b3U="
"""Not one that signs anything: it says `shown once, to be kept by you`."""
_BEGAN: Final[Mapping[str, Any]] = {"at": "2026-11-30T16:00:00.000Z", "business_date": "2026-12-01", "stop_on": []}
_ASKED: Final[Mapping[str, Any]] = {"reason": "the only collector is ill", "user": "li", "until": None}

BY_OPERATION: Final[Mapping[str, Mapping[str, Any]]] = {
    # Sessions and users
    "sign_in": {"waits_for": ["one_time"], "ends_at": EVENING},
    "show_one_time": {"waits_for": [], "ends_at": EVENING},
    "sign_in_by_passkey": {"waits_for": [], "ends_at": EVENING},
    "sign_in_by_code": {"waits_for": [], "ends_at": EVENING},
    "register_user": {"has_password": False, "has_one_time": False},
    "change_user": {"unit": "south", "version": 2},
    "lock_user": {"state": "locked", "version": 2},
    "unlock_user": {"version": 3},
    "close_user": {"state": "closed", "version": 4},
    "end_role": {"ended_at": NOON, "ended_by": "li"},
    "ask_break_glass": {**_ASKED},
    "agree_break_glass": {**_ASKED, "state": "broken", "approved_by": "wang.fang", "approved_at": NOON, "until": EVENING},
    "end_break_glass": {
        **_ASKED, "state": "over", "approved_by": "wang.fang", "approved_at": NOON, "until": EVENING, "ended_at": EVENING,
    },
    "review_break_glass": {
        **_ASKED, "state": "reviewed", "approved_by": "wang.fang", "approved_at": NOON, "until": EVENING, "ended_at": EVENING,
        "reviewed_by": "sun", "review": "three cases were handed on, nothing else was touched",
    },
    # Webhooks
    "register_webhook_endpoint": {"secret": _SHOWN_ONCE},
    "change_webhook_endpoint": {"version": 2},
    "rotate_webhook_secret": {"secret": _SHOWN_ONCE, "old_secret_until": _NEXT_DAY, "version": 2},
    "disable_webhook_endpoint": {"status": "disabled", "version": 2},
    "enable_webhook_endpoint": {"version": 3},
    "delete_webhook_endpoint": {"status": "disabled"},
    # Test clocks
    "make_test_clock": {**_BEGAN},
    "get_test_clock": {"at": "2027-01-02T16:00:00.000Z", "business_date": "2027-01-03", "stopped_by": "delinquency.bucket_changed",
                       "stop_on": ["delinquency.bucket_changed"], "version": 3},
    "advance_test_clock": {**_BEGAN, "status": "advancing", "target": "2027-12-05T16:00:00.000Z",
                           "stop_on": ["delinquency.bucket_changed"], "version": 2},
    "branch_test_clock": {**_BEGAN, "id": "clk_3efa502cb2491b66b9a7", "name": "pays", "parent": BY_NAME["clock"]},
    "delete_test_clock": {**_BEGAN, "status": "deleted", "version": 4},
}  # fmt: skip
"""Fields of the answer, by the name of the operation."""

"""Exit codes of every command, and the way a command stops with one.

docs/reference/exit-codes.md says the same to people; the two are compared by a test.
"""

OK = 0
FAILURE = 1
USAGE = 2
NOT_FOUND = 3
REFUSED = 4
VERIFICATION_FAILED = 5
TRY_AGAIN = 75

STORE_TROUBLE = {
    "outcome_unknown": TRY_AGAIN,
    "store_busy": TRY_AGAIN,
    "store_missing": NOT_FOUND,
    "store_url_malformed": USAGE,
}
"""What a command ends with when the store is in trouble; any other trouble is a failure."""


class Stop(Exception):
    """Raised by a command to end with `code` after `message` (what, why, and what to do next) on standard error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

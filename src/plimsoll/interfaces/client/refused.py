"""What the client raises: a refusal with its code, and an answer that never came."""

from typing import Any

import httpx


class Refusal(Exception):
    """The house said no. `code` is stable; `title` and `detail` are words for people; `errors` say what is wrong where."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        self.status = status
        self.code = str(said.get("code", ""))
        self.title = str(said.get("title", ""))
        self.detail = str(said.get("detail", ""))
        self.errors: list[dict[str, str]] = list(said.get("errors", ()))
        self.request_id = str(said.get("request_id", ""))
        self.is_retryable = bool(said.get("retryable", False))
        super().__init__(f"{status} {self.code}: {self.title} {self.detail} ({self.request_id})")


class Unanswered(Exception):
    """No answer came. What was asked may be done or not: ask again with the same `key`, and it is done once."""

    def __init__(self, key: str, said: str) -> None:
        self.key = key
        super().__init__(f"no answer; ask again with key={key!r}: {said}" if key else f"no answer: {said}")


def refusal_of(answer: httpx.Response) -> Refusal:
    """Read the problem of an answer; what is none, such as of a proxy between, has no code."""
    try:
        said = answer.json()
    except ValueError:
        said = {}
    return Refusal(answer.status_code, said if isinstance(said, dict) else {})

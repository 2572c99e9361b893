"""Answers that are not what was asked for: the approval that waits for others, what was answered once already, what comes later."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from plimsoll.interfaces.http.operation import Shape
from plimsoll.interfaces.http.shape import Instant, Name, Text


class Approval(Shape):
    """A change that waits for other people to agree; nothing is done yet."""

    object: Literal["approval"] = "approval"
    id: Name
    status: Literal["pending"] = "pending"
    payload_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]
    """What a checker has to repeat, so that what is agreed to is what was shown."""
    required_checkers: Annotated[int, Field(ge=1, le=9)]
    expires_at: Instant
    rule: Text


def is_waiting(outcome: Any) -> bool:
    """Tell whether an outcome is an approval that waits (`plimsoll.app.access.door.Waiting`)."""
    return hasattr(outcome, "approval_id") and hasattr(outcome, "checkers")


def approval_of(outcome: Any) -> Approval:
    """Show an approval that waits."""
    return Approval(
        id=outcome.approval_id,
        payload_sha256=outcome.sha256,
        required_checkers=outcome.checkers,
        expires_at=outcome.expires_at,
        rule=outcome.rule,
    )


@dataclass(frozen=True, slots=True)
class Later:
    """An outcome that is waited for in the loop, which serves others meanwhile."""

    wait: Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Written:
    """An answer that is JSON already, in the shape of its operation, so that it is not read to be written once more."""

    text: str
    is_replayed: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """An answer that was given before and is given again."""

    answer: Any

"""When a loan may be written off: by which grounds, and from how many days past due."""

from datetime import date
from typing import NamedTuple

from plimsoll.rulebook.rules import Rules


class WriteOffPolicy(NamedTuple):
    """Grounds on which a loan may be written off, and days past due from which age alone is one."""

    grounds: tuple[str, ...]
    days: int


def write_off_policy(rules: Rules, on: date) -> WriteOffPolicy:
    """Give what holds on a day."""
    grounds = rules.value("POLICY.WRITE_OFF.GROUNDS", on)
    days = rules.whole("POLICY.WRITE_OFF.DAYS", on)
    assert isinstance(grounds, tuple), "write-offs have grounds on every day"
    assert days is not None, "age has its days on every day"
    return WriteOffPolicy(tuple(str(ground) for ground in grounds), days)

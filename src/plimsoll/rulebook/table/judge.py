"""What the answer of a table comes to: the worst verdict of its hits and of what is missing, and the reasons, the gravest first."""

from typing import Final, NamedTuple

from plimsoll.rulebook.table.ask import Outcome

PASS: Final = "pass"  # noqa: S105 - a verdict, not a password
APPROVE: Final = "approve"
COUNTER: Final = "counter-offer"
REFER: Final = "refer"
DECLINE: Final = "decline"
VERDICTS: Final = (PASS, APPROVE, COUNTER, REFER, DECLINE)
"""From the best to the worst; what a column `verdict` of a table may give."""


class Judged(NamedTuple):
    """A verdict, and why."""

    verdict: str
    reasons: tuple[str, ...]


def judge(outcome: Outcome) -> Judged:
    """Give what the answer of a table comes to; a table that says nothing passes."""
    told = [(str(hit.outputs.get("verdict", PASS)), hit.reason) for hit in outcome.hits]
    told += [(lacking.rule, lacking.reason) for lacking in outcome.missing]
    if not told:
        return Judged(PASS, ())
    told.sort(key=lambda one: -VERDICTS.index(one[0]))
    return Judged(told[0][0], tuple(dict.fromkeys(reason for _, reason in told if reason)))

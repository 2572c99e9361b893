"""Something asked for many at once: what it would do to each that is ticked, and what became of each, told row by row.

Every row goes through the door by itself: who may not do it to one may not do it to many, what needs a second pair of eyes waits for it,
and a row that is refused changes no other. What is sent twice is done once, row by row.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from hashlib import sha256
from typing import Any, Final

from plimsoll.app.access.door import Waiting
from plimsoll.app.access.verbs import access_of, target_of
from plimsoll.app.approve.need import needed
from plimsoll.app.approve.preview import preview
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer
from plimsoll.interfaces.pages.parts import Cell, Panel, Said, Stat, Stats, Table, chip, count, heads, text
from plimsoll.interfaces.pages.visit import Page, Visit
from plimsoll.units.refusal import Malformed, Refused

PICKS_MAX: Final = 200
DIGITS_MAX: Final = 18
CAN, DONE, AGAIN, WAITS, REFUSED, UNKNOWN = "can", "done", "again", "waits", "refused", "unknown"
TONES: Final = {CAN: "good", DONE: "good", AGAIN: "good", WAITS: "wait", REFUSED: "bad", UNKNOWN: "warn"}
ASKED: Final = "preview_"


def picked(visit: Visit) -> list[str]:
    """Give what was ticked, each once, in the order of the list."""
    return list(dict.fromkeys(visit.form.get("pick[]", "").split()))[:PICKS_MAX]


def customers_picked(visit: Visit) -> list[int]:
    """Give the customers that were ticked. Raises Malformed nothing_ticked."""
    found = [int(one) for one in picked(visit) if one.isascii() and one.isdigit() and len(one) <= DIGITS_MAX]
    if not found:
        raise Malformed("nothing_ticked")
    return found


def key_of(visit: Visit, what: str | int) -> str:
    """Give the key of one row: that of the form, and what the row is about."""
    return f"{visit.form.get('key', '')[:60]}:{what}"


def told(visit: Visit, commands: Sequence[Any], title: str) -> list[Panel]:
    """Give the panel that stands over the list: what would become of each row, or, where it was asked for, what became of it."""
    if visit.form.get("act", "").startswith(ASKED):
        return [_panel(visit, visit.t("ticked.would", {"what": title}), [(one, *_foreseen(visit, one)) for one in commands])]
    return [_panel(visit, visit.t("ticked.did", {"what": title}), list(zip(commands, *_done(visit, commands), strict=True)))]


def shown(visit: Visit, page: Any, commands: Sequence[Any], title: str) -> Page | Refused:
    """Give a list again under what became of the rows that were ticked; `page` makes it, once they are done."""
    over = told(visit, commands, title)
    below = page(visit)
    if not isinstance(below, dict):
        return below if isinstance(below, Refused) else Refused("absent")
    return Page("page.html", {**below, "panels": [*over, *below["panels"]]})


def _foreseen(visit: Visit, command: Any) -> tuple[str, str]:
    """Say what would become of a command now: refused and why, waiting for others, or done. Writes nothing."""
    allowed = visit.door.may(visit.who, access_of(command).permission, target_of(command))
    found = allowed if isinstance(allowed, Refused) else preview(visit.house, command, visit.who.actor)
    if isinstance(found, Refused):
        return REFUSED, found.text(visit.speech)
    need = needed(visit.house, visit.who, command)
    return (CAN, "") if need is None else (WAITS, visit.t("ticked.checkers", {"n": need.checkers}))


def _done(visit: Visit, commands: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Ask for every command, all at once, and give the state of each and what is said of it."""
    asked = []
    for one in commands:
        try:
            asked.append(visit.door.submit(visit.who, one, digest=sha256(repr(one).encode()).digest()))
        except StoreTrouble as trouble:
            asked.append(trouble)
    ended = [_ended(visit, one) for one in asked]
    return [state for state, _ in ended], [said for _, said in ended]


def _ended(visit: Visit, outcome: Any) -> tuple[str, str]:
    """Give the state of a row and what is said of it; one whose end is not known is not to be asked for anew under another key."""
    if isinstance(outcome, Future):
        try:
            outcome = outcome.result()
        except StoreTrouble as trouble:
            outcome = trouble
    if isinstance(outcome, Waiting):
        return WAITS, visit.t("ticked.waits", {"approval": outcome.approval_id})
    if isinstance(outcome, Answer):
        return (AGAIN, "") if outcome.is_replayed else (DONE, "")
    if isinstance(outcome, Refused):
        return REFUSED, outcome.text(visit.speech)
    return UNKNOWN, outcome.text(visit.speech) if isinstance(outcome, StoreTrouble) else visit.t("ticked.failed")


def _panel(visit: Visit, title: str, rows: Sequence[tuple[Any, str, str]]) -> Panel:
    counts = {state: sum(1 for row in rows if row[1] == state) for state in TONES}
    stats = [Stat(visit.t(f"ticked.state.{state}"), count(n), tone=TONES[state] if n else "") for state, n in counts.items() if n]
    table = Table(
        title,
        heads(visit, "customer.name", "user.state", "ticked.said"),
        [(_name(visit, one), chip(visit.t(f"ticked.state.{state}"), TONES[state]), text(said)) for one, state, said in rows],
        is_dense=True,
    )
    parts: list[Any] = [Stats(stats), table]
    if counts[UNKNOWN]:
        parts.insert(0, Said("warn", visit.t("ticked.unknown")))
    return Panel(title, parts, "outcome")


def _name(visit: Visit, command: Any) -> Cell:
    customer_id = getattr(command, "customer_id", 0)
    if customer_id:
        return Cell(visit.t("customer.number", {"n": customer_id}), f"/customers/{customer_id}")
    return text(getattr(command, "subject", ""))

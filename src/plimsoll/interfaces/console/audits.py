"""The record of audit as a page: the chain in its order, newest first, what was done to one customer, and the signed checkpoints."""

import json
from typing import Final

from sqlalchemy import select

from plimsoll.app.access.principal import Target
from plimsoll.app.chain.checkpoint import latest_notes
from plimsoll.app.chain.prove import prove
from plimsoll.app.chain.show import Entry, entries_after, timeline
from plimsoll.app.database.schema_chain import audit_block
from plimsoll.interfaces.console.words_of import name_of, word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import Cell, Field, Heading, Panel, Table, board, count, heads, instant, text
from plimsoll.interfaces.pages.visit import File, Screen, Shown, Visit
from plimsoll.units.refusal import Refused

PERMISSION: Final = "audit.read"
PAGE: Final = 50
NOTES: Final = 5
DIGITS_MAX: Final = 15


def _number(said: str) -> int:
    """Read a number of the address; what is none is 0."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= DIGITS_MAX else 0


def show(visit: Visit) -> Shown:
    """Show who did what, newest first: of the whole house, or of one customer; a look at a customer's goes on record itself."""
    customer_id = _number(visit.query.get("customer", ""))
    if customer_id:
        allowed = visit.door.may(visit.who, PERMISSION, Target(customer_id))
        if isinstance(allowed, Refused):
            return allowed
        visit.door.saw(visit.who, "audit events", (customer_id,))
        entries, older, last = timeline(visit.house.store, customer_id, PAGE), "", 0
    else:
        last = _last(visit)
        up_to = min(_number(visit.query.get("before", "")) or last + 1, last + 1) - 1
        first = max(up_to - PAGE, 0)
        entries = list(reversed(entries_after(visit.house.store, first, up_to - first)))
        older = f"/audit?before={first + 1}" if first else ""
    asked = visit.t("customer.number", {"n": customer_id}) if customer_id else ""
    columns = ("audit.seq#", "work.since", "audit.actor", "audit.what", "audit.about", "form.reason")
    table = Table(
        visit.t("nav.audit"), heads(visit, *columns), [_row(visit, one) for one in entries], is_dense=True, is_list=True,
        empty="empty.found" if customer_id else "audit.none", filters=asked, clear="/audit", more=older,
    )  # fmt: skip
    filters = (Field("customer", visit.t("customer.name"), "number", visit.query.get("customer", "")[:DIGITS_MAX], is_needed=False),)
    lead = visit.t("audit.lead", {"n": written.count(last)}) if not customer_id else visit.t("audit.of", {"who": asked})
    return board(Heading(visit.t("nav.audit"), lead, filters=filters), [Panel("", [table]), _checkpoints(visit)])


def _last(visit: Visit) -> int:
    """Give the number of the last record that a block holds."""
    columns = audit_block.c
    with visit.house.store.engine.connect() as connection:
        return int(connection.scalar(select(columns.first_seq + columns.records_count - 1).order_by(columns.block_n.desc()).limit(1)) or 0)


def _row(visit: Visit, one: Entry) -> tuple[Cell, ...]:
    number = Cell(str(one.seq), f"/audit/{one.seq}/proof.json") if one.seq else text("")
    customer = visit.t("customer.number", {"n": one.customer_id}) if one.customer_id else ""
    about = Cell(customer, f"/audit?customer={one.customer_id}", one.about) if customer else text(one.about)
    return (
        number,
        instant(one.at),
        text(one.actor),
        text(name_of(visit, one.what), under=word(visit, "audit.source", one.source)),
        about,
        text(one.reason),
    )


def _checkpoints(visit: Visit) -> Panel:
    found = latest_notes(visit.house.store, NOTES)
    rows = [(count(one.block_n), count(one.records), instant(one.at), text(one.head[:16])) for one in found]
    columns = ("audit.block#", "audit.records#", "audit.signed", "audit.head")
    table = Table(visit.t("audit.checkpoints"), heads(visit, *columns), rows, empty="audit.unsigned", is_dense=True)
    return Panel(visit.t("audit.checkpoints"), [table], "checkpoints", "audit.checkpoints")


def give_proof(visit: Visit) -> Shown:
    """Give the proof of one record: it is checked without the book, by the checkpoint that somebody kept."""
    number = _number(visit.path["seq"])
    proof = prove(visit.house.store, number)
    if isinstance(proof, Refused):
        return Refused("absent")
    return File(f"record-{number}.json", "application/json", json.dumps(proof, ensure_ascii=False, indent=1).encode())


SCREENS: Final = (
    Screen("audit", "/audit", PERMISSION, "page.html", show),
    Screen("audit-proof", "/audit/{seq}/proof.json", PERMISSION, "page.html", give_proof),
)

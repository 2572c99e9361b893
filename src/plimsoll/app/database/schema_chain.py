"""The tables of the audit chain, of webhooks, of imports, and of test clocks. See `plimsoll.app.database.schema` for the book itself."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from plimsoll.app.database.schema_parts import blob, day, instant, metadata, number, small, text

audit_block = Table(
    "audit_block",
    metadata,
    number("block_n", key=True),  # counted from 1
    instant("sealed_at"),
    Column("first_seq", BigInteger, nullable=False),  # number of its first record, counted from 1 over the whole chain
    number("records_count"),
    text("streams"),  # JSON object, in order: by source (app.chain.source) the ranges of records, [customer, first, last] and the like
    blob("root"),  # Merkle root of the records (RFC 6962)
    blob("before"),  # head of the block before
    blob("head"),
)
Index("ix_audit_block_seq", audit_block.c.first_seq)

audit_sealed = Table(
    "audit_sealed",
    metadata,
    text("source", key=True),
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),  # whose stream, 0 for nobody's
    text("stream", key=True),  # "" for a customer's
    Column("sealed_n", BigInteger, nullable=False),  # the last record of the stream that stands in a block
    sqlite_with_rowid=False,
)

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    number("block_n", key=True),  # it covers this block and all before
    instant("made_at"),
    text("note"),  # the signed text, as it is anchored outside
)

hook_endpoint = Table(
    "hook_endpoint",
    metadata,
    text("endpoint_id", key=True),
    text("owner"),  # user_id that it belongs to
    text("url"),
    text("kinds"),  # JSON list of event types, "[]" for all
    blob("secret"),  # sealed
    blob("old_secret", nullable=True),  # still signing until `old_until`
    instant("old_until", nullable=True),
    text("state"),  # active, disabled
    text("made_by"),
    instant("made_at"),
    Column("seen_seq", BigInteger, nullable=False),  # the last event looked at for this endpoint
    instant("failing_since", nullable=True),
    text("pinned"),
    number("version"),
)

hook_delivery = Table(
    "hook_delivery",
    metadata,
    Column("endpoint_id", Text, ForeignKey("hook_endpoint.endpoint_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the event
    text("event_id"),
    text("type"),
    text("state"),  # waiting, delivered, given_up
    small("attempts_count"),
    instant("next_at", nullable=True),
    instant("done_at", nullable=True),
    small("last_status"),
    text("last_error"),
)
Index(
    "ix_hook_delivery_waiting",
    hook_delivery.c.endpoint_id,
    hook_delivery.c.seq,
    sqlite_where=hook_delivery.c.state == "waiting",
    postgresql_where=hook_delivery.c.state == "waiting",
)
Index("ix_hook_delivery_event", hook_delivery.c.endpoint_id, hook_delivery.c.event_id)

hook_attempt = Table(
    "hook_attempt",
    metadata,
    Column("endpoint_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    number("n", key=True),  # counted from 1 within the delivery, replays included
    instant("at"),
    small("status"),  # of HTTP, 0 where no answer came
    text("error"),  # a code of the house, "" where it was taken
    number("took_ms"),
)

import_batch = Table(
    "import_batch",
    metadata,
    text("import_id", key=True),
    text("kind"),  # the command of its rows
    text("name"),  # of the file
    text("sha256"),
    blob("content"),
    text("state"),  # uploaded, valid, invalid, waiting, applied, withdrawn
    text("made_by"),
    instant("made_at"),
    number("rows_count"),
    number("errors_count"),
    text("errors"),  # JSON lines: row, code, detail
    text("effect"),  # JSON: totals, repeats, what would change
    small("is_whole"),  # 1 where all rows are applied or none
    text("control"),  # JSON: rows and totals that the sender says the file has, "{}" for none
    text("approval_id"),
    instant("applied_at", nullable=True),
    number("version"),
)
Index("ix_import_batch_file", import_batch.c.kind, import_batch.c.sha256)

export_file = Table(
    "export_file",
    metadata,
    text("export_id", key=True),
    text("kind"),  # app.export_rows.KINDS
    text("asked"),  # JSON: what it is narrowed to, and what a repeat is recognised by
    text("made_by"),
    instant("made_at"),
    text("reason"),
    number("rows_count"),
    text("sha256"),  # of the file, also when it is gone
    text("state"),  # waiting, ready, over
    text("approval_id"),  # "" where nobody else was asked
    instant("until"),  # then the file is emptied; what is on record of it stays
    blob("content"),
)
Index(
    "ix_export_file_until", export_file.c.until, sqlite_where=export_file.c.state != "over", postgresql_where=export_file.c.state != "over"
)

test_clock = Table(
    "test_clock",
    metadata,
    text("clock_id", key=True),
    text("name"),
    text("owner"),
    instant("made_at"),
    text("book"),  # file name of the sandbox book, in the folder of clocks
    text("parent"),  # the clock it was branched from, ""
    text("state"),  # frozen, advancing, failed, deleted
    instant("at"),  # where it stands
    day("business_date"),
    instant("target", nullable=True),
    text("stop_on"),  # JSON list of event types at which the advance under way stops
    text("stopped_by"),  # the event type that stopped the last advance, ""
    text("failure"),  # why the last advance failed, ""
    instant("beats_at", nullable=True),  # when the advance under way was seen alive last
    number("version"),
)

APPEND_ONLY_CHAIN: Final = (audit_block, audit_checkpoint, hook_attempt)
NEW_IN_0008: Final = (
    "access_user",
    "access_grant",
    "access_session",
    "access_key",
    "access_passkey",
    "access_challenge",
    "access_unit",
    "access_glass",
    "access_event",
    "access_event_waiting",
    "approval",
    "approval_check",
    "audit_block",
    "audit_sealed",
    "audit_checkpoint",
    "hook_endpoint",
    "hook_delivery",
    "hook_attempt",
    "import_batch",
    "test_clock",
)

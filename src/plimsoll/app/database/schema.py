"""The tables of a book, the same on SQLite and PostgreSQL.

What is asked of many loans at once is a column; what only the kernel reads (terms, state, balances posted so far) is a small blob
(`units.pack`), so that a change of one loan writes one row. Every table of a customer begins with `customer_id`,
which is how it is read, clustered, and one day partitioned. Days are DATE; instants are UTC. Foreign keys stand where a row is
written once; facts and journal rows, written by the thousand, are held together by the customer's lock and proved by `verify`.
"""

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, Text, UniqueConstraint

from plimsoll.app.database.schema_access import APPEND_ONLY_ACCESS, ERASABLE_ACCESS
from plimsoll.app.database.schema_chain import APPEND_ONLY_CHAIN
from plimsoll.app.database.schema_parts import added as _added
from plimsoll.app.database.schema_parts import blob as _blob
from plimsoll.app.database.schema_parts import customer as _customer
from plimsoll.app.database.schema_parts import day as _day
from plimsoll.app.database.schema_parts import instant as _instant
from plimsoll.app.database.schema_parts import loan as _loan
from plimsoll.app.database.schema_parts import metadata as metadata  # noqa: PLC0414 -- the tables and what holds them are one thing to others
from plimsoll.app.database.schema_parts import minor as _minor
from plimsoll.app.database.schema_parts import number as _number
from plimsoll.app.database.schema_parts import small as _small
from plimsoll.app.database.schema_parts import text as _text

REVISION: Final = "0009"
"""The migration that makes the tables as they stand here."""

STATUS_NONE: Final = "none"
"""Status of a line row whose customer has no line yet; every customer has the row, because it is the one that is locked."""

book = Table(
    "book",
    metadata,
    _small("book_id", key=True),  # always 1: a database holds one book
    _day("open_on"),  # the first day that still takes entries; the close moves it before it reads
    _instant("created_at"),
)

rulebook = Table(
    "rulebook",
    metadata,
    Column("rules_id", BigInteger, primary_key=True, autoincrement=False),  # the first 63 bits of the digest
    _text("digest"),
    _instant("first_used_at"),
)

account = Table(
    "account",
    metadata,
    _small("account", key=True),  # index into ledger.chart; never used again for something else
    _text("code"),
)

customer = Table("customer", metadata, _customer(), _day("opened_on"), _instant("recorded_at"))

line = Table(
    "line",
    metadata,
    Column("customer_id", BigInteger, ForeignKey("customer.customer_id"), primary_key=True, autoincrement=False),
    _minor("limit_minor"),
    _minor("used_minor"),
    _minor("cash_limit_minor"),
    _minor("cash_used_minor"),
    _minor("later_limit_minor"),
    _minor("later_used_minor"),
    _minor("credit_minor"),
    _text("currency"),
    _text("status"),
    _number("commands_count"),  # numbers the customer's commands without a gap
    _added(Integer, "filings_count", "0"),  # numbers the customer's filings without a gap
    _added(Text, "load_currency", "''"),
    _added(BigInteger, "load_capacity_minor", "-1"),  # the load line: principal the borrower can carry; -1 where none is drawn
    _added(BigInteger, "load_room_minor", "0"),
    _added(BigInteger, "load_stress_ppb", "0"),
    _day("load_on", nullable=True),
    postgresql_with={"fillfactor": "80"},
)

loan = Table(
    "loan",
    metadata,
    Column("customer_id", BigInteger, ForeignKey("customer.customer_id"), primary_key=True, autoincrement=False),
    _loan(),
    _number("command_n"),
    _day("opened_on"),
    _instant("recorded_at"),
    _text("currency"),
    _text("product"),
    _text("version"),
    _blob("terms"),
    sqlite_with_rowid=False,
)

loan_state = Table(
    "loan_state",
    metadata,
    _customer(),
    _loan(),
    _minor("principal_minor"),
    _minor("interest_minor"),
    _minor("penalty_minor"),
    _minor("fee_minor"),
    _minor("credit_minor"),
    _minor("in_use_minor"),
    _number("facts_count"),
    _number("entries_count"),
    _day("last_on"),  # latest effective day among the facts
    _day("as_of"),
    _day("oldest_due", nullable=True),
    _day("next_on", nullable=True),  # the agenda: the next day on which something happens
    _small("status"),
    _blob("posted"),
    _blob("state"),
    ForeignKeyConstraint(["customer_id", "loan_id"], ["loan.customer_id", "loan.loan_id"]),
    postgresql_with={"fillfactor": "70"},
)
Index(
    "ix_loan_state_agenda",
    loan_state.c.next_on,
    loan_state.c.customer_id,
    loan_state.c.loan_id,
    sqlite_where=loan_state.c.next_on.is_not(None),
    postgresql_where=loan_state.c.next_on.is_not(None),
)

fact = Table(
    "fact",
    metadata,
    _customer(),
    _loan(),
    _number("n", key=True),  # counted from 1 within the loan
    _number("command_n"),  # the command of the customer that recorded it, or the close of a day: posting.NIGHTS + its number
    _minor("amount_minor"),
    _minor("a"),
    _minor("b"),
    Column("rules_id", BigInteger, nullable=False),
    _instant("recorded_at"),
    _day("effective_on"),
    _small("kind"),
    _blob("more", nullable=True),
    _text("detail", nullable=True),  # JSON for people: reference, reason
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    metadata,
    _customer(),
    _loan(),
    _number("entry_n", key=True),  # counted from 1 within the loan; its legs sum to zero
    _small("account", key=True),
    _number("command_n"),
    _minor("minor"),  # debit positive
    _instant("recorded_at"),
    _day("posted_on"),
    _text("currency"),
    sqlite_with_rowid=False,
)
# Of each entry its debits alone, one as a rule: every entry has one, and a leg less in the index is a leg less to write.
Index(
    "ix_journal_day",
    journal.c.posted_on,
    journal.c.customer_id,
    journal.c.loan_id,
    journal.c.entry_n,
    sqlite_where=journal.c.minor > 0,
    postgresql_where=journal.c.minor > 0,
)

command = Table(
    "command",
    metadata,
    # The key alone, so that a key used for two customers is caught; sharded by customer it is unique within the shard.
    _text("key", key=True),
    Column("customer_id", BigInteger, nullable=False),
    _number("command_n"),
    _instant("recorded_at"),
    _blob("digest"),  # SHA-256 of the command's name and content
    _text("answer"),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    _customer(),
    _number("command_n", key=True),
    _small("n", key=True),
    _instant("created_at"),
    _instant("delivered_at", nullable=True),
    _text("kind"),
    _text("payload"),
    sqlite_with_rowid=False,
)
Index(
    "ix_outbox_waiting",
    outbox.c.created_at,
    outbox.c.customer_id,
    outbox.c.command_n,
    outbox.c.n,
    sqlite_where=outbox.c.delivered_at.is_(None),
    postgresql_where=outbox.c.delivered_at.is_(None),
)

outbox_held = Table(
    "outbox_held",
    metadata,
    _customer(),
    _number("command_n", key=True),
    _small("n", key=True),
    _instant("held_at"),  # when the book was restored: whether this message left after the backup nobody here can know
    _instant("settled_at", nullable=True),
    _text("settled_by"),
    _text("verdict"),  # "" while held; sent: it had left, and does not leave again; released: it had not, and does now
    _text("reason"),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    _customer(),
    _number("command_n", key=True),
    _instant("at"),
    _text("actor"),
    _text("name"),
    _text("key"),
    _blob("digest"),
    sqlite_with_rowid=False,
)

parked = Table(
    "parked",
    metadata,
    _customer(),
    _loan(),
    _instant("since"),
    _text("reason"),
    sqlite_with_rowid=False,
)

close_run = Table(
    "close_run",
    metadata,
    _day("closed_on", key=True),
    _instant("started_at"),
    _instant("finished_at", nullable=True),
    _number("shards"),
    _text("state"),  # running, done
    _text("sums"),  # JSON: control totals of the day
)

close_shard = Table(
    "close_shard",
    metadata,
    _day("closed_on", key=True),
    _number("shard", key=True),
    _instant("done_at"),
    _number("loans_count"),
    _number("facts_count"),
    _number("entries_count"),
    _number("parked_count"),
    _text("sums"),  # JSON: what the shard posted, by account
)

filing = Table(
    "filing",
    metadata,
    _customer(),
    _number("n", key=True),  # counted from 1 within the customer
    _number("command_n"),
    _text("kind"),  # loan.filing.KINDS
    _text("subject"),
    _day("effective_on"),
    _instant("recorded_at"),
    _text("actor"),
    Column("rules_id", BigInteger, nullable=False),
    _text("body"),  # JSON object; the last column, since it may be long
    sqlite_with_rowid=False,
)
Index("ix_filing_kind", filing.c.kind, filing.c.effective_on, filing.c.customer_id, filing.c.n)

work_item = Table(
    "work_item",
    metadata,
    _customer(),
    _text("kind", key=True),
    _text("subject", key=True),
    _number("command_n"),
    _text("state"),  # loan.filing.WORK_STATES
    _number("priority"),
    _text("due_at"),  # instant as loan.filing.instant_text writes it, "" for none
    _text("assigned_to"),
    _text("note"),
    _instant("opened_at"),
    _instant("changed_at"),
    sqlite_with_rowid=False,
)
Index("ix_work_item_queue", work_item.c.kind, work_item.c.state, work_item.c.priority.desc(), work_item.c.due_at)

dossier = Table(
    "dossier",
    metadata,
    _text("kind", key=True),  # loan.dossier.DOSSIERS
    _text("subject", key=True),
    _number("commands_count"),  # the optimistic lock: who writes names the count that was seen
    _number("filings_count"),
    _instant("opened_at"),
    sqlite_with_rowid=False,
)

dossier_command = Table(
    "dossier_command",
    metadata,
    _text("key", key=True),
    _text("kind"),
    _text("subject"),
    _number("command_n"),  # counted from 1 within the dossier
    _instant("at"),
    _text("actor"),
    _text("name"),
    _blob("digest"),  # SHA-256 of the command's name and content
    _text("answer"),
    ForeignKeyConstraint(["kind", "subject"], ["dossier.kind", "dossier.subject"], name="fk_dossier_command_dossier"),
    UniqueConstraint("kind", "subject", "command_n", name="uq_dossier_command_n"),
    sqlite_with_rowid=False,
)

dossier_filing = Table(
    "dossier_filing",
    metadata,
    _text("kind", key=True),
    _text("subject", key=True),
    _number("n", key=True),  # counted from 1 within the dossier
    _number("command_n"),
    _text("entry"),  # loan.dossier.ENTRIES
    _text("part"),  # of the dossier, "" for the whole
    _day("effective_on"),
    _instant("recorded_at"),
    _text("actor"),
    Column("rules_id", BigInteger, nullable=False),
    _text("body"),  # JSON object; the last column, since it may be long
    ForeignKeyConstraint(["kind", "subject"], ["dossier.kind", "dossier.subject"], name="fk_dossier_filing_dossier"),
    sqlite_with_rowid=False,
)

standing_accrual = Table(
    "standing_accrual",
    metadata,
    _day("accrued_on", key=True),
    _text("product", key=True),
    _text("currency", key=True),
    _small("account", key=True),
    _minor("minor"),  # the standing amount of that day, not the day's change
    _instant("recorded_at"),
)

artefact = Table(
    "artefact",
    metadata,
    _text("digest", key=True),
    _text("kind"),  # "model", "table": what governs decisions and belongs to no customer
    _text("name"),
    _text("state"),  # moved by the database with each step
    _text("made_by"),
    _instant("made_at"),
    _text("body"),
)
Index(
    "ix_artefact_champion",
    artefact.c.kind,
    artefact.c.name,
    unique=True,
    sqlite_where=artefact.c.state == "champion",
    postgresql_where=artefact.c.state == "champion",
)

artefact_step = Table(
    "artefact_step",
    metadata,
    Column("digest", Text, ForeignKey("artefact.digest"), primary_key=True),
    _number("n", key=True),  # counted from 1 within the thing
    _text("verb"),
    _text("before_state"),
    _text("after_state"),
    _text("duty"),  # rulebook.duties
    _text("actor"),
    _instant("at"),
    _text("reason"),
    _text("evidence"),  # JSON: what the step rests on, "" for nothing
    CheckConstraint("duty IN ('', 'build', 'check', 'approve')", name="ck_artefact_step_duty"),
    CheckConstraint("actor <> '' AND reason <> ''", name="ck_artefact_step_said"),
    CheckConstraint(
        "before_state = 'champion' OR after_state <> 'champion' OR (duty = 'approve' AND evidence <> '')",
        name="ck_artefact_step_champion",
    ),
)

link = Table(
    "link",
    metadata,
    _customer(),
    _text("kind", key=True),  # "device", "phone", "card": what several people may use; "employer", "region": where one belongs
    _text("blind", key=True),  # what it is, blinded: equal things are equal here, and nothing can be read back
    _instant("since"),
    sqlite_with_rowid=False,
)
Index("ix_link_thing", link.c.kind, link.c.blind, link.c.customer_id)

dial = Table(
    "dial",
    metadata,
    _customer(),
    _text("contact_id", key=True),  # of a call that nobody answered, or of which nobody told yet
    _text("blind"),  # the number, blinded: several customers may have the same
    _instant("dialled_at"),
    _number("day"),  # day number by the calendar of the customer's zone
)
Index("ix_dial_number", dial.c.blind, dial.c.dialled_at)

source_day = Table(
    "source_day",
    metadata,
    _day("measured_on", key=True),
    _text("source", key=True),
    _number("asked"),
    _instant("measured_at"),
    _text("figures"),  # JSON: what a source of evidence answered that day, counted
)

source_alert = Table(
    "source_alert",
    metadata,
    _text("source", key=True),
    _day("raised_on", key=True),
    _instant("raised_at"),
    _text("reasons"),  # JSON: what was off, by how much, and the threshold
    _day("lifted_on", nullable=True),  # until then nothing that depends on the source is approved automatically
    _instant("lifted_at", nullable=True),
    _text("lifted_by", nullable=True),  # who took the source as it is now, "" where it came right by itself
    _text("lift_reason", nullable=True),
)

vault_key = Table(
    "vault_key",
    metadata,
    Column("customer_id", BigInteger, ForeignKey("customer.customer_id"), primary_key=True, autoincrement=False),
    _text("master"),  # which master key wraps it; "" once it is destroyed
    _instant("made_at"),
    _instant("destroyed_at", nullable=True),
    _blob("wrapped"),
)

vault_field = Table(
    "vault_field",
    metadata,
    _customer(),
    _text("field", key=True),
    _text("ref", key=True),  # tells several of a kind apart, "" for the only one
    _instant("written_at"),
    _text("written_by"),
    _blob("sealed"),
)

vault_index = Table(
    "vault_index",
    metadata,
    _customer(),
    _text("field", key=True),
    _text("blind", key=True),
    sqlite_with_rowid=False,
)
Index("ix_vault_index_value", vault_index.c.field, vault_index.c.blind, vault_index.c.customer_id)

vault_access = Table(
    "vault_access",
    metadata,
    _customer(),
    _number("n", key=True),  # counted from 1 within the customer
    _instant("at"),
    _text("actor"),
    _text("action"),
    _text("field"),
    _text("ref"),
    _text("reason"),
    sqlite_with_rowid=False,
)

APPEND_ONLY: Final = (
    *(fact, journal, audit, standing_accrual, filing, artefact_step, vault_access, dossier_command, dossier_filing),
    *APPEND_ONLY_ACCESS,
    *APPEND_ONLY_CHAIN,
)
"""What was written there stays as it was written; triggers and grants refuse anything else."""

ERASABLE: Final = (vault_field, vault_index, link, dial, *ERASABLE_ACCESS)
"""What is deleted when a person is erased, and dials that no longer count: the only tables on which the application role may delete."""

"""The tables of who may do what: people, their roles, sessions, keys, approvals, and what is on record about using them.

See `plimsoll.app.database.schema` for the tables of the book itself.
"""

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Table, Text, UniqueConstraint

from plimsoll.app.database.schema_parts import blob, day, instant, metadata, minor, number, small, text

access_user = Table(
    "access_user",
    metadata,
    text("user_id", key=True),  # the name one signs in with; "borrower-17" for a customer
    text("name"),
    text("unit"),  # branch or team, "" for the whole house
    text("party"),  # the agency, funder, bidder or merchant that is acted for, "" for the house
    Column("customer_id", BigInteger, nullable=False),  # the borrower this is, 0 for nobody
    text("state"),  # active, locked, closed
    text("language"),
    text("password"),  # argon2id, "" where none is set
    blob("one_time", nullable=True),  # seed of one-time codes, sealed
    number("one_time_step"),  # the step of the last code that was used, -1 while none was
    number("failed_count"),
    instant("locked_until", nullable=True),
    instant("made_at"),
    text("made_by"),
    number("version"),
)

access_grant = Table(
    "access_grant",
    metadata,
    text("grant_id", key=True),
    Column("user_id", Text, ForeignKey("access_user.user_id"), nullable=False),
    text("role"),  # app.access.role.ROLES
    text("given_by"),
    instant("given_at"),
    text("reason"),
    instant("until", nullable=True),
    instant("ended_at", nullable=True),
    text("ended_by"),
    CheckConstraint("given_by <> user_id", name="ck_access_grant_given"),
)
Index("ix_access_grant_user", access_grant.c.user_id)

access_session = Table(
    "access_session",
    metadata,
    blob("token"),  # SHA-256 of what the browser holds
    Column("user_id", Text, ForeignKey("access_user.user_id"), nullable=False),
    instant("started_at"),
    instant("seen_at"),
    instant("strong_at", nullable=True),  # when a second factor was shown last
    text("csrf"),
    text("device"),
    text("replaces"),  # the session it was rotated from, "" where it began with signing in
    text("waits_for"),  # JSON list of second factors of which one has to be shown before anything else, "[]" for none
    instant("ended_at", nullable=True),
    UniqueConstraint("token", name="uq_access_session_token"),
)
Index("ix_access_session_user", access_session.c.user_id)

access_key = Table(
    "access_key",
    metadata,
    text("key_id", key=True),
    blob("secret"),  # SHA-256 of what was shown once
    Column("user_id", Text, ForeignKey("access_user.user_id"), nullable=False),  # who it acts as
    text("permissions"),  # JSON list it is narrowed to, "[]" for all that its user may
    text("addresses"),  # JSON list of networks it may come from, "[]" for any
    text("made_by"),
    instant("made_at"),
    instant("until", nullable=True),
    instant("ended_at", nullable=True),
    text("replaces"),  # the key it was rotated from, ""
    text("pinned"),  # the dated version of its first call, ""
    day("used_on", nullable=True),
)
Index("ix_access_key_user", access_key.c.user_id)

access_passkey = Table(
    "access_passkey",
    metadata,
    text("credential", key=True),
    Column("user_id", Text, ForeignKey("access_user.user_id"), nullable=False),
    blob("public_key"),
    number("sign_count"),
    text("label"),
    instant("made_at"),
)

access_challenge = Table(
    "access_challenge",
    metadata,
    text("challenge_id", key=True),
    text("kind"),  # invitation, code, one_time_new, passkey_new, passkey
    text("user_id"),  # whom it is for, "" where nobody is
    Column("customer_id", BigInteger, nullable=False),  # the borrower whom a code was sent, 0 for nobody
    blob("secret"),  # a hash of what was told; of a passkey the challenge itself, of one-time codes the seed, sealed
    text("made_by"),
    instant("made_at"),
    instant("until"),
    number("tries"),
    instant("used_at", nullable=True),
)
Index("ix_access_challenge_user", access_challenge.c.user_id)

access_unit = Table(
    "access_unit",
    metadata,
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),
    text("unit"),  # the branch or team a customer belongs to
)

access_glass = Table(
    "access_glass",
    metadata,
    text("glass_id", key=True),
    text("user_id"),
    text("reason"),
    instant("asked_at"),
    text("approved_by"),  # "" until a second person agreed
    instant("approved_at", nullable=True),
    instant("until", nullable=True),
    instant("ended_at", nullable=True),
    text("reviewed_by"),
    text("review"),
    CheckConstraint("approved_by <> user_id", name="ck_access_glass_approved"),
    CheckConstraint("reviewed_by <> user_id", name="ck_access_glass_reviewed"),
    CheckConstraint("reviewed_by = '' OR reviewed_by <> approved_by", name="ck_access_glass_third"),
)

access_event = Table(
    "access_event",
    metadata,
    text("event_id", key=True),
    instant("at"),
    text("actor"),
    text("action"),  # signed_in, sign_in_failed, role_granted, viewed, ...
    text("subject"),
    Column("customer_id", BigInteger, nullable=False),  # whose personal data were seen, 0 for nobody's
    text("reason"),
    text("body"),  # JSON object, no personal data
    sqlite_with_rowid=False,
)
Index("ix_access_event_customer", access_event.c.customer_id, access_event.c.at)

access_event_waiting = Table("access_event_waiting", metadata, text("event_id", key=True), sqlite_with_rowid=False)
"""Events that no block of the audit chain holds yet; written with the event, deleted when it is sealed."""

approval = Table(
    "approval",
    metadata,
    text("approval_id", key=True),
    text("verb"),
    Column("customer_id", BigInteger, nullable=False),  # 0 where it is about no customer
    text("kind"),  # of the dossier, "" where it is about a customer
    text("subject"),
    text("payload"),  # JSON: the command as it will be executed
    text("shown"),  # JSON: what the checker is shown: the change in words, the effect
    text("sha256"),  # of payload and shown together
    number("version"),  # of the object when it was asked for; another one by then is stale
    minor("amount_minor"),
    text("currency"),
    small("checkers"),  # how many have to agree
    text("rule"),  # the policy that asks for it
    text("maker"),
    instant("made_at"),
    text("reason"),
    instant("expires_at"),
    text("state"),  # pending, executed, rejected, expired, stale, withdrawn, refused
    instant("ended_at", nullable=True),
    text("outcome"),  # JSON answer or refusal of the execution, "" before
    UniqueConstraint("approval_id", "maker", name="uq_approval_maker"),
)
Index("ix_approval_state", approval.c.state, approval.c.made_at)

approval_check = Table(
    "approval_check",
    metadata,
    text("approval_id", key=True),
    text("checker", key=True),
    text("maker"),
    instant("at"),
    text("verdict"),  # agree, reject
    text("sha256"),  # of what was shown to this checker
    text("comment"),
    ForeignKeyConstraint(["approval_id", "maker"], ["approval.approval_id", "approval.maker"], name="fk_approval_check_approval"),
    CheckConstraint("checker <> maker", name="ck_approval_check_two_people"),
    sqlite_with_rowid=False,
)

first_answer = Table(
    "first_answer",
    metadata,
    text("actor", key=True),  # who asked: nobody meets the answers of others
    text("key", key=True),  # the Idempotency-Key
    text("operation"),  # its operationId
    blob("fingerprint"),  # SHA-256 of what was asked for, as it was sent
    small("status"),  # of HTTP
    instant("at"),
    text("answer"),  # JSON, without what is shown once; the last column, since it may be long
    sqlite_with_rowid=False,
)
"""What operations that are no command on a customer or a dossier answered first: users, keys, webhooks, imports, clocks, ..."""

APPEND_ONLY_ACCESS: Final = (access_event, approval_check, first_answer)
ERASABLE_ACCESS: Final = (access_event_waiting,)
NEW_IN_0009: Final = ("export_file", "first_answer")

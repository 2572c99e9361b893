"""What the chain is made of: tables whose rows are written in the transaction of what they record, and numbered without a gap.

A source has streams, each numbered from 1 (a customer's commands, a dossier's entries, the days that were closed), and gives, for ranges
of them, rows in order; each row has one canonical text (JSON with sorted keys and no spaces, as RFC 8785 writes it) that is hashed.
"""

# ruff: noqa: S608 -- every name stands here, every value is a parameter.

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import Any, Final, NamedTuple

AUDIT, FILING, DOSSIER, DOSSIER_FILING = "audit", "filing", "dossier_command", "dossier_filing"
LOAN, ENTRY = "loan", "journal"
OF_LOANS: Final = (LOAN, ENTRY)
"""What money did: of each loan its terms (number 1) and its facts (fact n has number n + 1), and its entries, each with all of its legs."""
NO_EVENTS: Final = frozenset((FILING, DOSSIER_FILING, LOAN, ENTRY))
"""What a command put on file or posted: the command is the event."""
STEP, VAULT, ACCESS, CLOSE = "artefact_step", "vault_access", "access_event", "close_run"

Row = tuple[Any, ...]


class Range(NamedTuple):
    """Records of one stream that follow each other: which source, whose or which stream, the first and the last number."""

    source: str
    customer_id: int
    """0 where the stream is nobody's."""
    stream: str
    """The loan, the dossier as kind/subject, the digest of an artefact, the id of an access event; "" for streams of a customer."""
    first: int
    last: int

    @property
    def records(self) -> int:
        """Give how many records it has."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Source:
    """One table: how ranges of it are read and written down, and how a row reads as text."""

    name: str
    is_of_customers: bool
    sql: str
    """With {ranges}, {at:column} and so on filled in for a database; gives rows in the order of the ranges, then of the numbers."""
    canonical: Callable[[Row], str]
    place: Callable[[Row], tuple[int, str, int]]
    """Customer, stream and number of a row."""
    at: int
    """Where in a row the instant stands."""
    gathered: Callable[[Sequence[Row]], list[Row]] = list
    """Makes the rows of records out of those of the statement: legs become entries."""


def text_sha(text: str | None) -> str:
    """Give what stands in a record for a text that is not written into it: its SHA-256, "" where there is none."""
    return sha256(text.encode()).hexdigest() if text is not None else ""


def _audit(row: Row) -> str:
    customer_id, n, at, actor, name, key, digest, answer, credit = row
    # What a command posted to the customer and to no loan is part of its record; most post nothing there.
    own = f'"credit":"{credit}",' if credit is not None else ""
    return (
        f'{{"actor":{quoted(actor)},"answer":"{text_sha(answer)}","at":{quoted(at)},{own}"customer_id":{customer_id},"digest":"{digest}",'
        f'"key":{quoted(key)},"n":{n},"name":{quoted(name)},"source":"audit"}}'
    )


def _loan(row: Row) -> str:
    customer_id, loan_id, n, at, command_n, kind, on, under, amount, a, b, more, detail = row
    return (
        f'{{"a":{a},"amount":{amount},"at":{quoted(at)},"b":{b},"command_n":{command_n},"customer_id":{customer_id},'
        f'"detail":"{text_sha(detail)}","kind":{kind},"loan_id":{loan_id},"more":"{more}","n":{n},"on":"{on}","source":"loan",'
        f'"under":{quoted(under)}}}'
    )


def _entry(row: Row) -> str:
    customer_id, loan_id, n, at, legs = row
    return f'{{"at":{quoted(at)},"customer_id":{customer_id},"legs":[{legs}],"loan_id":{loan_id},"n":{n},"source":"journal"}}'


def _entries(legs: Sequence[Row]) -> list[Row]:
    """Put the legs of each entry together, in the order of their accounts."""
    found = []
    for (_, n), own in groupby(legs, key=itemgetter(0, 3)):
        held = list(own)
        written = ",".join(
            f'[{account},{minor},{command_n},"{at}","{on}",{quoted(currency)}]'
            for account, minor, command_n, at, on, currency in map(_LEG, held)
        )
        found.append((held[0][1], held[0][2], n, held[0][7], written))
    return found


_LEG: Final = itemgetter(4, 5, 6, 7, 8, 9)


def _filing(row: Row) -> str:
    customer_id, n, at, actor, kind, subject, command_n, effective_on, rules_id, body = row
    return (
        f'{{"actor":{quoted(actor)},"at":{quoted(at)},"body":"{text_sha(body)}","command_n":{command_n},"customer_id":{customer_id},'
        f'"kind":{quoted(kind)},"n":{n},"on":"{effective_on}","rules_id":"{rules_id}","source":"filing","subject":{quoted(subject)}}}'
    )


def _said(source: str, names: Sequence[str]) -> Callable[[Row], str]:
    """Give the canonical text of a row by the names of its columns; "sha:body" writes the SHA-256 of a text."""

    def canonical(row: Row) -> str:
        said: dict[str, Any] = {"source": source}
        for name, value in zip(names, row, strict=True):
            if name.startswith("sha:"):
                said[name[4:]] = text_sha(value)
            elif name:
                said[name] = value
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    return canonical


_OF_CUSTOMER: Final = "CAST(r.value ->> 0 AS bigint)"
_FROM, _TO = "CAST(r.value ->> 1 AS bigint)", "CAST(r.value ->> 2 AS bigint)"
_OF_LOAN: Final = f"t.customer_id = {_OF_CUSTOMER} AND t.loan_id = {_FROM}"
_LOAN_FROM, _LOAN_TO = _TO, "CAST(r.value ->> 3 AS bigint)"
_OWN: Final = " || ' ' || ".join(
    (
        *("count(*)", "sum(j.account * j.minor)"),
        *(f"{least}(j.{column})" for column in ("account", "minor", "command_n", "currency") for least in ("min", "max")),
        *(f"CAST({least}(j.posted_on) AS text)" for least in ("min", "max")),
        *(f"{{at:{least}(j.recorded_at)}}" for least in ("min", "max")),
    )
)
"""What two legs are, as one text: those of a customer's own entry, which no loan numbers."""
_DOSSIER: Final = "t.kind = (r.value ->> 0) AND t.subject = (r.value ->> 1)"
_DOSSIER_N: Final = "BETWEEN CAST(r.value ->> 2 AS bigint) AND CAST(r.value ->> 3 AS bigint)"

SOURCES: Final = (
    Source(
        AUDIT,
        True,
        f"""SELECT t.customer_id, t.command_n, {{at:t.at}}, t.actor, t.name, t.key, {{hex:t.digest}}, c.answer,
            (SELECT {_OWN} FROM journal j WHERE j.customer_id = t.customer_id AND j.loan_id = 0 AND j.entry_n = t.command_n)
        FROM {{ranges}} CROSS JOIN audit t LEFT JOIN command c ON c.key = t.key
        WHERE t.customer_id = {_OF_CUSTOMER} AND t.command_n BETWEEN {_FROM} AND {_TO} ORDER BY r.{{place}}, t.command_n""",
        _audit,
        lambda row: (row[0], "", row[1]),
        2,
    ),
    Source(
        FILING,
        True,
        f"""SELECT t.customer_id, t.n, {{at:t.recorded_at}}, t.actor, t.kind, t.subject, t.command_n, CAST(t.effective_on AS text),
            t.rules_id, t.body
        FROM {{ranges}} CROSS JOIN filing t
        WHERE t.customer_id = {_OF_CUSTOMER} AND t.n BETWEEN {_FROM} AND {_TO} ORDER BY r.{{place}}, t.n""",
        _filing,
        lambda row: (row[0], "", row[1]),
        2,
    ),
    Source(
        LOAN,
        True,
        f"""SELECT * FROM (SELECT r.{{place}} AS place, t.customer_id, t.loan_id, 1 AS n, {{at:t.recorded_at}} AS at, t.command_n,
            0 AS kind, CAST(t.opened_on AS text) AS day, t.product || ' ' || t.version || ' ' || t.currency AS under, 0 AS amount, 0 AS a,
            0 AS b, {{hex:t.terms}} AS more, CAST(NULL AS text) AS detail
        FROM {{ranges}} CROSS JOIN loan t WHERE {_OF_LOAN} AND {_LOAN_FROM} = 1
        UNION ALL SELECT r.{{place}}, t.customer_id, t.loan_id, t.n + 1, {{at:t.recorded_at}}, t.command_n, t.kind,
            CAST(t.effective_on AS text), CAST(t.rules_id AS text), t.amount_minor, t.a, t.b, coalesce({{hex:t.more}}, ''), t.detail
        FROM {{ranges}} CROSS JOIN fact t WHERE {_OF_LOAN} AND t.n BETWEEN {_LOAN_FROM} - 1 AND {_LOAN_TO} - 1) AS told
        ORDER BY place, n""",
        _loan,
        lambda row: (row[0], str(row[1]), row[2]),
        3,
        lambda rows: [row[1:] for row in rows],
    ),
    Source(
        ENTRY,
        True,
        f"""SELECT r.{{place}}, t.customer_id, t.loan_id, t.entry_n, t.account, t.minor, t.command_n, {{at:t.recorded_at}},
            CAST(t.posted_on AS text), t.currency
        FROM {{ranges}} CROSS JOIN journal t
        WHERE {_OF_LOAN} AND t.entry_n BETWEEN {_LOAN_FROM} AND {_LOAN_TO} ORDER BY r.{{place}}, t.entry_n, t.account""",
        _entry,
        lambda row: (row[0], str(row[1]), row[2]),
        3,
        _entries,
    ),
    Source(
        DOSSIER,
        False,
        f"""SELECT t.kind, t.subject, t.command_n, {{at:t.at}}, t.actor, t.name, t.key, {{hex:t.digest}}, t.answer
        FROM {{ranges}} CROSS JOIN dossier_command t
        WHERE {_DOSSIER} AND t.command_n {_DOSSIER_N} ORDER BY r.{{place}}, t.command_n""",
        _said(DOSSIER, ("kind", "subject", "n", "at", "actor", "name", "key", "digest", "sha:answer")),
        lambda row: (0, f"{row[0]}/{row[1]}", row[2]),
        3,
    ),
    Source(
        DOSSIER_FILING,
        False,
        f"""SELECT t.kind, t.subject, t.n, {{at:t.recorded_at}}, t.actor, t.entry, t.part, t.command_n, CAST(t.effective_on AS text),
            CAST(t.rules_id AS text), t.body
        FROM {{ranges}} CROSS JOIN dossier_filing t
        WHERE {_DOSSIER} AND t.n {_DOSSIER_N} ORDER BY r.{{place}}, t.n""",
        _said(
            DOSSIER_FILING,
            ("kind", "subject", "n", "at", "actor", "entry", "part", "command_n", "on", "rules_id", "sha:body"),
        ),
        lambda row: (0, f"{row[0]}/{row[1]}", row[2]),
        3,
    ),
    Source(
        STEP,
        False,
        f"""SELECT t.digest, t.n, {{at:t.at}}, t.actor, t.verb, t.before_state, t.after_state, t.duty, t.reason, t.evidence
        FROM {{ranges}} CROSS JOIN artefact_step t
        WHERE t.digest = (r.value ->> 0) AND t.n BETWEEN {_FROM} AND {_TO} ORDER BY r.{{place}}, t.n""",
        _said(STEP, ("artefact", "n", "at", "actor", "verb", "before", "after", "duty", "sha:reason", "sha:evidence")),
        lambda row: (0, row[0], row[1]),
        2,
    ),
    Source(
        VAULT,
        True,
        f"""SELECT t.customer_id, t.n, {{at:t.at}}, t.actor, t.action, t.field, t.ref, t.reason
        FROM {{ranges}} CROSS JOIN vault_access t
        WHERE t.customer_id = {_OF_CUSTOMER} AND t.n BETWEEN {_FROM} AND {_TO} ORDER BY r.{{place}}, t.n""",
        _said(VAULT, ("customer_id", "n", "at", "actor", "action", "field", "ref", "sha:reason")),
        lambda row: (row[0], "", row[1]),
        2,
    ),
    Source(
        ACCESS,
        False,
        """SELECT t.event_id, {at:t.at}, t.actor, t.action, t.subject, t.customer_id, t.reason, t.body
        FROM {ranges} CROSS JOIN access_event t WHERE t.event_id = (r.value ->> 0) ORDER BY r.{place}""",
        _said(ACCESS, ("event_id", "at", "actor", "action", "subject", "customer_id", "sha:reason", "sha:body")),
        lambda row: (0, row[0], 1),
        1,
    ),
    Source(
        CLOSE,
        False,
        """SELECT {day:t.closed_on}, CAST(t.closed_on AS text), {at:t.started_at}, {at:t.finished_at}, t.shards, t.state, t.sums
        FROM {ranges} CROSS JOIN close_run t
        WHERE t.closed_on BETWEEN {date:r.value ->> 0} AND {date:r.value ->> 1} ORDER BY r.{place}, t.closed_on""",
        _said(CLOSE, ("n", "day", "started_at", "at", "shards", "state", "sums")),
        lambda row: (0, "", row[0]),
        4,
    ),
)
"""In the order in which a block holds them."""

BY_NAME: Final = {source.name: source for source in SOURCES}

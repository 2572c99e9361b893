"""Replay a decision from what is stored: the same evidence and versions come to the same hash, or it is said what differs.

A decision names the edition of the rulebook that it was taken under, by a digest of all of it. An edit of any rule, of how long a session
lasts for instance, makes another edition of which this decision is the same.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import filing
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.governed import listed
from plimsoll.app.kit import standing_model
from plimsoll.app.modelling.register import KIND as MODEL
from plimsoll.app.policy_tables import table_of
from plimsoll.loan.book import Book
from plimsoll.loan.filing import Filing, NewFiling, body_of, read_body
from plimsoll.origination.application import DECIDE, find_application
from plimsoll.origination.decide_application import DecideApplication, dossier_of
from plimsoll.origination.kit import Kit, Models, Parts, Scorer, kit_on
from plimsoll.origination.said import digest_of, said_of
from plimsoll.origination.underwrite import Own, Underwritten, underwrite
from plimsoll.risk.score.read import model_of
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.lifecycle import KIND as TABLE
from plimsoll.rulebook.table.table import Table
from plimsoll.rulebook.underwriting import standing_tables
from plimsoll.units.refusal import Refused

TABLES, CHAMPION, CHALLENGER = "table.", "champion", "challenger"
VERSIONS = "versions"
EDITIONS = ("rules", "features", "reasons")
"""Parts that only the package holds, as they are today. Their digests cover all that they say, and so move with an edit of something
that no decision rests on."""


class Decided(NamedTuple):
    """A decision on record: whose, the filing, and what it says."""

    customer_id: int
    filing: Filing
    said: Mapping[str, Any]


class Replayed(NamedTuple):
    """What a replay came to: the hash on record, the hash now, and what differs, each with both values.

    `edited` are the EDITIONS that were edited since in nothing that this decision rests on: every input, stage and figure is the same.
    """

    decided: Decided
    again: Underwritten
    digest: str
    digest_now: str
    differs: tuple[tuple[str, str, str], ...]
    edited: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Tell whether the decision came out the same."""
        return self.digest == self.digest_now


def decisions_of(store: Store, application_id: str) -> list[Decided]:
    """Give every decision of the engine about an application, oldest first; of several customers where they use one id."""
    chosen = select(filing.c.customer_id).distinct().where(filing.c.kind == DECIDE, filing.c.subject == application_id)
    with store.engine.connect() as connection:
        customers = sorted(connection.scalars(chosen))
    filings = [(customer_id, one) for customer_id in customers for one in filings_of(store, customer_id)]
    return [
        Decided(customer_id, one, read_body(one)) for customer_id, one in filings if (one.kind, one.subject) == (DECIDE, application_id)
    ]


def replay(store: Store, decided: Decided, rules: Rules) -> Replayed | Refused:
    """Decide again on the evidence of that instant, by the very models and tables, where they are still there.

    The rulebook is that of today. Where it was edited since, and yet nothing but its name is another one, the decision came out the same,
    and is hashed under the names on record; where anything else differs, so does the edition, since that may be why.
    Refuses decision_parts_missing: a model or a table that the decision was taken by is neither in the package nor on the register.
    """
    kit = kit_again(store, decided, rules)
    if isinstance(kit, Refused):
        return kit
    again = underwrite_again(store, decided, kit)
    stored = {name: value for name, value in decided.said.items() if name != "digest"}
    said, edited = _named_as_stored(stored, _plain(said_of(again)))
    digest, digest_now = digest_of(stored), digest_of(said)
    claimed = str(decided.said["digest"])
    differs = list(differences("", stored, said))
    if claimed != digest:
        differs.insert(0, ("digest", claimed, digest))
    return Replayed(decided, again, claimed, digest_now, tuple(differs), edited)


def _named_as_stored(stored: Mapping[str, Any], now: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give a decision under the editions that are on record, and which were edited; as it is where more than their names differs."""
    places = {f"{VERSIONS}.{name}": name for name in EDITIONS}
    moved = [place for place, _, _ in differences("", stored, now)]
    if not all(place in places for place in moved):
        return now, ()
    edited = tuple(places[place] for place in moved)
    return {**now, VERSIONS: {**now[VERSIONS], **{name: stored[VERSIONS][name] for name in edited}}}, edited


def underwrite_again(store: Store, decided: Decided, kit: Kit) -> Underwritten:
    """Underwrite what was known before the filing of a decision; what the house lent then is as the decision says."""
    said, one = decided.said, decided.filing
    before = tuple(older for older in filings_of(store, decided.customer_id) if older.n < one.n)
    book = Book(decided.customer_id, 1, None, (), filings=before, actor=one.actor, now=one.at)
    on = date.fromordinal(one.on)
    command = DecideApplication("replay", decided.customer_id, on, one.subject, " ".join(said["suspended"]))
    found = find_application(before, one.subject, one.on)
    assert not isinstance(found, Refused), "what was decided was applied for"
    dossier = dossier_of(book, command, found, kit)
    return underwrite(dossier._replace(own=Own(**said["own"])), kit)


def kit_again(store: Store, decided: Decided, rules: Rules) -> Kit | Refused:
    """Give the kit of the versions that a decision names; the rules are those of today, and differ where they have changed."""
    versions: Mapping[str, str] = decided.said[VERSIONS]
    champion = _model(store, versions[CHAMPION])
    challenger = _model(store, versions[CHALLENGER]) if CHALLENGER in versions else None
    tables, missing = _tables(store, {name: digest for name, digest in versions.items() if name.startswith(TABLES)})
    missing += [CHAMPION] if champion is None else []
    missing += [CHALLENGER] if CHALLENGER in versions and challenger is None else []
    if champion is None or missing:
        return Refused("decision_parts_missing", "", ", ".join(missing))
    parts = Parts(Models(champion, challenger), tables)
    return kit_on(parts, rules, date.fromordinal(decided.filing.on), versions["licence"])


def _model(store: Store, digest: str) -> Scorer | None:
    """Give the model of a digest: that of the package, or one on the register, whatever became of it since."""
    if standing_model().digest == digest:
        return standing_model()
    held = next((one for one in listed(store, MODEL) if one.digest == digest), None)
    return None if held is None else model_of(held.body)


def _tables(store: Store, wanted: Mapping[str, str]) -> tuple[tuple[Table, ...], list[str]]:
    """Give the tables of some digests, each in force on any day that is asked, and the names of those that are not there."""
    known = {table.digest: table for table in standing_tables()}
    known |= {held.digest: table_of(held) for held in listed(store, TABLE) if held.digest in wanted.values()}
    found = tuple(known[digest] for digest in wanted.values() if digest in known)
    return found, [name for name, digest in wanted.items() if digest not in known]


def differences(place: str, stored: Any, now: Any) -> Iterator[tuple[str, str, str]]:
    """Give where two JSON values differ: the path, what is on record, what comes out now."""
    if isinstance(stored, dict) and isinstance(now, dict):
        for name in sorted(stored.keys() | now.keys()):
            yield from differences(f"{place}.{name}" if place else name, stored.get(name), now.get(name))
    elif stored != now:
        yield place, f"{stored}", f"{now}"


def _plain(said: Mapping[str, object]) -> Any:
    """Give what JSON makes of a decision: tuples are lists there."""
    return read_body(NewFiling(DECIDE, "", body_of(said)))

"""Settle a day with every funder: its part of what flowed between two days of the tape, as a file, and put on record."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from plimsoll.app.cell import Table
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.exchanged_file import place_private
from plimsoll.app.treasury.fund_draws import Act
from plimsoll.app.treasury.shares import Holdings, funders_of, holdings_of, refuse_future
from plimsoll.app.treasury.tape_day import TapeDay, read_day
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.loan.filing import body_of, of_kind, read_body
from plimsoll.treasury.file_settlement import FileSettlement
from plimsoll.treasury.funded import Holding, shares_before, turns_of
from plimsoll.treasury.funder import DOSSIER, SETTLED
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import KINDS, Line, Loan, Sums, settle, total
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed, Refused

COLUMNS: Final = ("customer_id", "loan_id", "currency", *KINDS, "net")
TOTAL: Final = "total"


class Days(NamedTuple):
    """What is settled: the day, the day of the tape before it, where the tape is."""

    day: date
    since: date
    tape: Path


class Settled(NamedTuple):
    """A settled day: lines by funder (the lender's too), what flowed by the tape by currency, and the file of each funder."""

    days: Days
    lines: Mapping[str, Sequence[Line]]
    flows: Mapping[str, Sums]
    files: Mapping[str, bytes]

    def adds_up(self) -> bool:
        """Tell whether the parts of everybody add up to what flowed by the tape."""
        lines = [line for some in self.lines.values() for line in some]
        return all(total(line for line in lines if line.currency == currency) == sums for currency, sums in self.flows.items())


def work_out(store: Store, days: Days) -> Settled:
    """Work out a day from two days of the tape and the shares on file; nothing is written.

    Raises Malformed tape_day_missing, settlement_loan_gone, settlement_spans_move, funder_unknown (shares of one that is not registered),
    currency_must_match.
    """
    before, after = read_day(days.tape, days.since), read_day(days.tape, days.day)
    held = holdings_of(store, days.day.toordinal())
    funders = funders_of(store)
    lines = settle(_loans(before, after, held))
    for name in lines.keys() - {LENDER}:
        if name not in funders:
            raise Malformed("funder_unknown", name)
        if any(line.currency != funders[name].currency for line in lines[name]):
            raise Malformed("currency_must_match", f"{name} lends {funders[name].currency}")
    # A funder on whose loans nothing flowed gets a file that says so.
    lines |= {name: [] for name in funders if name not in lines}
    files = {name: file_of(lines[name], funders[name].currency) for name in sorted(funders)}
    return Settled(days, lines, _flowed(before, after), files)


def settle_day(store: Store, days: Days, out: Path, act: Act) -> Settled | Refused:
    """Write each funder's file and the totals of all, and put every settlement on record; given again it writes the same.

    Refuses date_in_future, settlement_filed (a funder was settled for the day with another file): then nothing is written at all.
    """
    refused = refuse_future(days.day, act.now.date())
    if refused is not None:
        return refused
    done = work_out(store, days)
    if not done.adds_up():
        raise Malformed("settlement_totals_wrong", "the parts of the funders do not add up to the tape")
    for name, content in done.files.items():
        filed = filed_of(store, name, days.day)
        if filed is not None and filed["sha256"] != sha256(content).hexdigest():
            return Refused("settlement_filed", "", f"{name}, {days.day}: with another file")
    out.mkdir(parents=True, exist_ok=True)
    for name, content in done.files.items():
        digest = sha256(content).hexdigest()
        said = {"day": days.day.isoformat(), "since": days.since.isoformat(), "sha256": digest, "lines": len(done.lines[name])}
        body = body_of(said | {"totals": total(done.lines[name])._asdict()})
        command = FileSettlement(f"settle:{name}:{days.day}:{digest[:16]}", name, days.day, days.day, body)
        answer = execute_dossier(store, DOSSIER_WIRING, command, actor=act.actor, now=act.now, rules=act.rules)
        if isinstance(answer, Refused) and answer.code != "settlement_filed":
            return answer
        place_private(out / file_name(name, days.day), content)
    place_private(out / f"settlement_{days.day}.json", (json.dumps(told(done), indent=1) + "\n").encode())
    return done


def told(done: Settled) -> dict[str, Any]:
    """Give a settled day as plain values, amounts as decimal text: of everybody by currency, and beside it what flowed by the tape."""
    by: dict[str, dict[str, Any]] = {}
    for currency in sorted(done.flows):
        of_it = {name: [line for line in lines if line.currency == currency] for name, lines in sorted(done.lines.items())}
        by[currency] = {
            "funders": {
                name: {"lines": len(lines), **_amounts(total(lines), currency), "net": _net(lines, currency)}
                for name, lines in of_it.items()
                if lines or name == LENDER
            },
            "tape": _amounts(done.flows[currency], currency),
        }
    digests = {name: {"file": file_name(name, done.days.day), "sha256": sha256(file).hexdigest()} for name, file in done.files.items()}
    day, since = done.days.day.isoformat(), done.days.since.isoformat()
    return {"day": day, "since": since, "adds_up": done.adds_up(), "currencies": by, "files": digests}


def filed_of(store: Store, name: str, day: date) -> dict[str, Any] | None:
    """Give what is on record about the settlement of a day with a funder; None where there is none."""
    found = of_kind(dossier_of(store, DOSSIER, name), SETTLED, day.isoformat())
    return read_body(found[-1]) if found else None


def file_of(lines: Sequence[Line], currency: str) -> bytes:
    """Give the file of a funder: a line a loan, and the totals in the last."""
    text = io.StringIO()
    table = Table(text, ends="\n")
    table.row(COLUMNS)
    for line in lines:
        amounts = [text_of(minor, line.currency) for minor in (*line.sums, line.net_minor())]
        table.row([line.customer_id, line.loan_id, line.currency, *amounts])
    sums = total(lines)
    table.row([TOTAL, "", currency, *(text_of(minor, currency) for minor in sums), _net(lines, currency)])
    return text.getvalue().encode()


def file_name(name: str, day: date) -> str:
    """Give the name of a funder's file."""
    return f"settlement_{day}_{quote(name, safe='')}.csv"


def _loans(before: TapeDay, after: TapeDay, held: Holdings) -> list[Loan]:
    """Give the loans on which something flowed, or that are funded only now."""
    places, now = {one: place for place, one in enumerate(before.ids)}, set(after.ids)
    gone = [one for one in before.ids if one not in now]
    if gone:
        raise Malformed("settlement_loan_gone", f"{len(gone):,} loans, such as loan {gone[0][1]} of customer {gone[0][0]}")
    since, day = before.day.toordinal(), after.day.toordinal()
    found = []
    for place, one in enumerate(after.ids):
        was, late = places.get(one), after.sums(place)
        early = Sums() if was is None else before.sums(was)
        own = held.get(one, [])
        _refuse_span(own, since, day)
        turns = turns_of(own, since, day)
        if early != late or turns:
            found.append(Loan(*one, after.words["currency"][place], shares_before(own, since + 1), early, late, turns))
    return found


def _refuse_span(own: Sequence[Holding], since: int, day: int) -> None:
    """Refuse to settle together what was one funder's and then another's."""
    for one in own:
        if one.begins is None and since < one.on < day:
            raise Malformed("settlement_spans_move", f"a part moved on {date.fromordinal(one.on)}")


def _flowed(before: TapeDay, after: TapeDay) -> dict[str, Sums]:
    """Give what flowed by the tape alone, by currency."""
    found = {}
    for currency in sorted(set(after.words["currency"])):
        late, early = (one.flows[one.of(currency)].sum(axis=0) for one in (after, before))
        found[currency] = Sums(*(late - early).tolist())
    return found


def _amounts(sums: Sums, currency: str) -> dict[str, str]:
    return {kind: text_of(minor, currency) for kind, minor in sums._asdict().items()}


def _net(lines: Sequence[Line], currency: str) -> str:
    return text_of(sum(line.net_minor() for line in lines), currency)

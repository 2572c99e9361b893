"""Turn what a department decided into rows: fold the facts, hold the limit, post the difference. In memory; nothing is stored here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from plimsoll.app.database import schema
from plimsoll.app.database.rows import AuditRow, CommandRow, CustomerRow, FactRow, LegRow, LoanRow, OutboxRow, ParkedRow, Stored
from plimsoll.app.database.sheet import PARKED, Pending, Sheet, Want
from plimsoll.app.database.trouble import Clash
from plimsoll.app.put_on_file import filing_rows, numbered, work_rows
from plimsoll.ledger.balances import Balances, balances
from plimsoll.ledger.chart import NOTHING_POSTED
from plimsoll.ledger.entry import Legs, difference
from plimsoll.loan.book import LINE_FROZEN, LINE_OPEN, Decision, Held, Line, LoadLine, NewLoan, Summary, apply, needs_history, open_loan
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import KINDS, Filing
from plimsoll.loan.layout import OPEN, PURCHASED
from plimsoll.loan.terms import LOAN, begun_on
from plimsoll.servicing.load import refuse_load
from plimsoll.units.money import text_of
from plimsoll.units.pack import pack
from plimsoll.units.position import Position
from plimsoll.units.refusal import Refused

NIGHTS: Final = 1_000_000_000
"""Added to the number of a day it gives the number of the close of that day, which stands where rows of a command have the command's.

Above any number of a customer's commands, and growing: messages of a customer keep their order."""
CUSTOMERS_OWN = 0
"""Loan id of journal entries that belong to a customer and to none of the loans: credit that no loan has used yet."""

READS_LINE, READS_LOAN, READS_FACTS, READS_OPEN_LOANS, READS_FILE = "line", "loan", "facts", "open loans", "file"
READS_EVERY_LOAN: Final = "every loan"
READS_LOAN_FACTS: Final = f"{READS_LOAN}+{READS_FACTS}"
"""What a verb reads, joined by "+": the line alone, or the loan that the command names, all of its facts, all open loans, the file.

"every loan" reads those that are paid or charged off too, and with "facts" the facts of all of them.
"open loans" alone reads only the loan that the command names, where it names one. "file" may say of which kinds: "file:consent,lesson"
reads consent.granted, consent.withdrawn and so on.
"""
AT_NEXT_DAY: Final = Summary._fields.index("next_day")
_NOWHERE = Position(*(0,) * len(Position._fields))


class Stamp(NamedTuple):
    """What every row of one transaction carries: the instant, days as stored, the rules, the first day still open for entries.

    `now` is the instant as it is, which only filings need.
    """

    at: Stored
    days: Mapping[int, Stored]
    rules_id: int
    open_on: int
    now: datetime | None = None


class Request(NamedTuple):
    """A command as it is recorded: its name, key, digest, who gave it, and the day it is for.

    `night` is 0, or the number of the close of a day: such a request is no command of the customer, is not counted among them, and
    leaves no audit row, since `close_run` and `close_shard` are its record.
    """

    name: str
    key: str
    digest: bytes
    actor: str
    on: int
    night: int = 0


class Change(NamedTuple):
    """What facts did to one loan: how it stood, how it stands, by how much its use of the limit rose, the facts, the legs."""

    before: Held
    after: Held
    rise: int
    facts: list[tuple[Fact, str]]
    legs: Legs


FactsOf = Callable[[int, int], tuple[Fact, ...]]
Ready = Mapping[int, Held | Refused]
NOTHING_READY: Ready = {}


def want_of(command: Any, reads: str) -> Want:
    """Give what to read for a command: its own `reads` and `loan_id` narrow what the verb reads."""
    reading = reading_of(getattr(command, "reads", reads))
    if reading.is_line_only:
        return Want(command.customer_id, kinds=reading.kinds)
    if reading.is_every:
        return Want(command.customer_id, with_facts=reading.with_facts, kinds=reading.kinds, is_every=True)
    loan_id = getattr(command, "loan_id", None)
    if loan_id:
        is_all_open = reading.is_loan and reading.is_all_open
        return Want(command.customer_id, (loan_id,), is_all_open, reading.with_facts, reading.kinds)
    assert reading.is_all_open, f"{type(command).__name__} reads {reads!r} and names no loan"
    return Want(command.customer_id, is_all_open=True, kinds=reading.kinds)


class Reading(NamedTuple):
    """What `reads` of a verb says; `kinds` as in `Want`."""

    is_line_only: bool
    is_loan: bool
    with_facts: bool
    is_all_open: bool
    kinds: tuple[str, ...] | None
    is_every: bool = False


@cache
def reading_of(reads: str) -> Reading:
    """Give what the text of a verb's `reads` says."""
    said = dict.fromkeys(reads.split("+"))
    kinds = None
    for word in [word for word in said if word.partition(":")[0] == READS_FILE]:
        del said[word]
        named = [kind for kind in word.partition(":")[2].split(",") if kind]
        kinds = tuple(sorted(kind for kind in KINDS if any(f"{kind}.".startswith(f"{name}.") for name in named)))
        assert all(any(f"{kind}.".startswith(f"{name}.") for kind in kinds) for name in named), f"{reads!r} names no kind of filing"
    assert said.keys() in ({READS_LINE}, *_READINGS), f"{reads!r} says what nobody can read"
    return Reading(READS_LINE in said, READS_LOAN in said, READS_FACTS in said, READS_OPEN_LOANS in said, kinds, READS_EVERY_LOAN in said)


_READINGS: Final = (
    {READS_LOAN},
    {READS_LOAN, READS_FACTS},
    {READS_OPEN_LOANS},
    {READS_LOAN, READS_OPEN_LOANS},
    {READS_LOAN, READS_FACTS, READS_OPEN_LOANS},
    {READS_EVERY_LOAN},
    {READS_EVERY_LOAN, READS_FACTS},
)


def load_facts(sheet: Sheet, want: Want, facts_of: FactsOf) -> None:
    """Read the history of the loans that a decision wants to see whole."""
    for loan_id in tuple(sheet.loans) if want.is_every else want.loan_ids:
        if loan_id in sheet.loans:
            sheet.loans[loan_id] = with_history(sheet, sheet.loans[loan_id], facts_of)


def with_history(sheet: Sheet, held: Held, facts_of: FactsOf) -> Held:
    """Give a loan with all its facts: those stored, then those recorded earlier in this transaction."""
    if held.facts is not None:
        return held
    return held._replace(facts=(*facts_of(sheet.customer_id, held.loan_id), *sheet.recorded.get(held.loan_id, ())))


def post(
    sheet: Sheet,
    decision: Decision,
    request: Request,
    stamp: Stamp,
    pending: Pending,
    facts_of: FactsOf,
    ready: Ready = NOTHING_READY,
) -> Refused | None:
    """Apply a decision to a customer's sheet and add its rows to `pending`; or give why not, with nothing changed.

    `ready` holds loans that were folded before, with these very facts. Refuses customer_unknown, loan_parked, line_missing,
    line_frozen, line_closed, limit_exceeded, sub_limit_exceeded, load_line_passed, currency_must_match, and what the kernel refuses.
    """
    changes = _changes(sheet, decision, request.on, facts_of, ready)
    if isinstance(changes, Refused):
        return changes
    cash, later = _rises(changes)
    is_taking = bool(decision.loans) or PURCHASED in [fact.kind for _, fact, _ in decision.facts]
    load_line = decision.load_line or sheet.load_line
    refused = _refuse_use(decision.line or sheet.line, load_line, sheet.line, cash, later, is_taking=is_taking)
    if refused is None and load_line is not None:
        refused = _refuse_load(sheet, decision, load_line, changes, request.on)
    if refused is None and not sheet.opened_on and not decision.customer_opened_on:
        refused = Refused("customer_unknown", detail=f"customer {sheet.customer_id}")
    if refused is not None:
        return refused
    for new in decision.loans:
        if new.loan_id in sheet.loans:
            return Refused("loan_exists", detail=f"loan {new.loan_id}")
    filed = _filed(sheet, decision, request, stamp) if decision.filings else []
    rows = _rows(sheet, decision, changes, filed, request, stamp)
    # From here on nothing refuses and nothing fails: the sheet and the rows change together or not at all.
    _count(sheet, pending, len(decision.messages) if request.night else None)
    if decision.customer_opened_on:
        sheet.is_new = True
        sheet.opened_on = decision.customer_opened_on
    _change_line(sheet, decision.line, cash, later, is_taking=is_taking)
    for change in changes:
        _hold_change(sheet, change)
    if filed:
        sheet.filed += filed
    if decision.load_line is not None and decision.load_line != sheet.load_line:
        sheet.load_line, sheet.is_line_changed = decision.load_line, True
    pending.extend(rows)
    return None


def park(sheet: Sheet, loan_id: int, reason: str, stamp: Stamp, pending: Pending) -> None:
    """Take a loan that failed an assertion off the agenda and out of reach of commands, as it stood before; say why."""
    held = sheet.loans[loan_id]
    _count(sheet, pending, 0)
    sheet.loans[loan_id] = held._replace(summary=held.summary._replace(status=PARKED, next_day=0))
    sheet.touched.add(loan_id)
    pending.parked.append(ParkedRow(sheet.customer_id, loan_id, stamp.at, reason))


def _filed(sheet: Sheet, decision: Decision, request: Request, stamp: Stamp) -> list[Filing]:
    """Give what a decision puts on record, as it will stand in the file."""
    assert stamp.now is not None, "who puts something on record says when"
    return numbered(sheet, decision.filings, request.on, stamp.now, request.actor)


def _rows(sheet: Sheet, decision: Decision, changes: Sequence[Change], filed: Sequence[Filing], request: Request, stamp: Stamp) -> Pending:
    """Give the rows that a decision adds, its states and its use of the limit aside."""
    number = request.night or sheet.commands_count + sheet.commands_new + 1
    rows = Pending()
    if decision.customer_opened_on:
        rows.customers.append(CustomerRow(sheet.customer_id, stamp.days[decision.customer_opened_on], stamp.at))
    if decision.line is not None:
        _post_credit(sheet, decision.line, number, request.on, stamp, rows)
    for new in decision.loans:
        rows.loans.append(_loan_row(sheet.customer_id, new, number, stamp))
    for change in changes:
        _post_change(sheet, change, number, stamp, rows)
    if decision.messages:
        for n, (kind, payload) in enumerate(decision.messages, sheet.messages_count + 1 if request.night else 1):
            rows.outbox.append(OutboxRow(sheet.customer_id, number, n, stamp.at, None, kind, payload))
    if not request.night:
        rows.audit.append(_audit(sheet, number, request, stamp))
    if filed:
        assert not request.night, "the close of a day puts nothing on record"
        rows.filings = filing_rows(sheet.customer_id, filed, number, stamp.at, stamp.days, stamp.rules_id)
    if decision.work:
        rows.work = work_rows(sheet.customer_id, decision.work, number, stamp.at)
    return rows


def _count(sheet: Sheet, pending: Pending, night_messages: int | None) -> None:
    """Give the customer's next number to a command; whoever read the customer before is told by it that the customer moved.

    A close counts its messages only: that it moved a loan is seen in the loan's agenda.
    """
    if not sheet.is_pending:
        pending.sheets.append(sheet)
        sheet.is_pending = True
    if night_messages is None:
        sheet.commands_new += 1
    else:
        sheet.messages_count += night_messages


def _audit(sheet: Sheet, number: int, request: Request, stamp: Stamp) -> AuditRow:
    return AuditRow(sheet.customer_id, number, stamp.at, request.actor, request.name, request.key, request.digest)


def refuse_clash(clash: Clash) -> Refused | None:
    """Give the refusal of a command that brought, under lock, an id which was there already; None where trying again may succeed."""
    keyed_by_loan = {table.name for table in (schema.loan, schema.loan_state, schema.fact, schema.journal)}
    return Refused("loan_exists", detail=str(clash)) if clash.table in keyed_by_loan else None


def answered(sheet: Sheet, request: Request, answer: str, stamp: Stamp) -> CommandRow:
    """Give the row by which a repeat of the command that was posted last is recognised."""
    number = sheet.commands_count + sheet.commands_new
    return CommandRow(request.key, sheet.customer_id, number, stamp.at, request.digest, answer)


def _changes(sheet: Sheet, decision: Decision, on: int, facts_of: FactsOf, ready: Ready) -> list[Change] | Refused:
    """Fold the facts of a decision into their loans, each loan once."""
    opened: dict[int, Held] = {}
    by_loan: dict[int, list[tuple[Fact, str]]] = {}
    for new in decision.loans:
        opened[new.loan_id] = _opened(new)
        by_loan[new.loan_id] = []
    for loan_id, fact, detail in decision.facts:
        by_loan.setdefault(loan_id, []).append((fact, detail))
    for loan_id in decision.moves:
        by_loan.setdefault(loan_id, [])
    changes = []
    for loan_id, detailed in by_loan.items():
        before = opened[loan_id] if loan_id in opened else sheet.loans[loan_id]
        if before.summary.status == PARKED:
            return Refused("loan_parked", detail=f"loan {loan_id}")
        if loan_id in ready:
            after = ready[loan_id]
        else:
            after = _fold(sheet, before, [fact for fact, _ in detailed], on, facts_of, is_close=loan_id in decision.moves)
        if isinstance(after, Refused):
            return after
        rise = after.summary.in_use_minor - (0 if loan_id in opened else before.summary.in_use_minor)
        changes.append(Change(before, after, rise, detailed, difference(after.posted, before.posted)))
    return changes


def _rises(changes: Sequence[Change]) -> tuple[int, int]:
    """Give by how much the use of the limit rises, by cash loans and by pay later."""
    cash = later = 0
    for change in changes:
        if change.after.terms.kind == LOAN:
            cash += change.rise
        else:
            later += change.rise
    return cash, later


def _opened(new: NewLoan) -> Held:
    """Give a new loan on its first day, with nothing posted."""
    held = open_loan(new, begun_on(new.terms))
    return with_posted(held, NOTHING_POSTED, held.summary)


def with_agenda(was: Summary, is_now: Summary, on: int, *, is_close: bool) -> Summary:
    """Give the numbers of a loan with its agenda: a day that a command moved the loan to, or past, is left for the close of that day.

    The close of a day that commands of later days went past looks again on the day the loan has reached.
    """
    due = is_now.next_day
    if is_now.status == OPEN:
        if is_close:
            due = was.as_of if was.as_of > on else due
        elif 0 < was.next_day <= is_now.as_of:
            due = was.next_day
    return is_now if due == is_now.next_day else Summary._make((*is_now[:AT_NEXT_DAY], due, *is_now[AT_NEXT_DAY + 1 :]))


def _fold(sheet: Sheet, before: Held, facts: list[Fact], on: int, facts_of: FactsOf, *, is_close: bool) -> Held | Refused:
    """Fold facts into one loan, with its history where they need it; its balances now come as `posted`."""
    if before.facts is None and needs_history(before, facts):
        before = with_history(sheet, before, facts_of)
    applied = apply(before, facts, on)
    if isinstance(applied, Refused):
        return applied
    after, position = applied
    return with_posted(after, balances(position), with_agenda(before.summary, after.summary, on, is_close=is_close))


def with_posted(held: Held, posted: Balances, summary: Summary) -> Held:
    """Give a loan with other balances posted, and its numbers."""
    return Held(
        held.loan_id,
        held.product,
        held.terms,
        held.facts_count,
        held.last_on,
        held.state,
        posted,
        summary,
        held.facts,
    )


def _refuse_use(
    line: Line | None, load_line: LoadLine | None, used: Line | None, cash: int, later: int, *, is_taking: bool
) -> Refused | None:
    """Give why principal cannot rise by `cash` and `later` on a line; use that no one takes (a reversal) always fits.

    `used` is the line that holds the use so far. The guarded update of the store states the same rule once more, in the database.
    """
    if line is None:
        return Refused("line_missing") if cash or later else None
    if not is_taking:
        return None
    cash_used, later_used, all_used = (used.cash_used_minor, used.later_used_minor, used.used_minor) if used else (0, 0, 0)
    if cash + later > 0:
        if line.status != LINE_OPEN:
            return Refused("line_frozen" if line.status == LINE_FROZEN else "line_closed")
        if all_used + cash + later > line.limit_minor:
            return Refused("limit_exceeded", detail=_use(line, all_used, line.limit_minor, cash + later))
        if load_line is not None and all_used + cash + later > load_line.capacity_minor:
            return Refused("load_line_passed", detail=_use(line, all_used, load_line.capacity_minor, cash + later))
    for asked, taken, limit in ((cash, cash_used, line.cash_limit_minor), (later, later_used, line.later_limit_minor)):
        if asked > 0 and taken + asked > limit:
            return Refused("sub_limit_exceeded", detail=_use(line, taken, limit, asked))
    return None


def _refuse_load(sheet: Sheet, decision: Decision, load_line: LoadLine, changes: Sequence[Change], on: int) -> Refused | None:
    """Give why a load line and what stands beside it do not go together: its currency, or what a decision asks of the borrower."""
    line = decision.line or sheet.line
    if line is not None and load_line.currency != line.currency:
        return Refused("currency_must_match", detail=f"load line {load_line.currency}, line {line.currency}")
    changed = {change.after.loan_id: change.after for change in changes}
    return refuse_load(decision, load_line, sheet.line, tuple(sheet.loans.values()), changed, on)


def _use(line: Line, used_minor: int, limit_minor: int, asked_minor: int) -> str:
    used, limit, asked = (text_of(minor, line.currency) for minor in (used_minor, limit_minor, asked_minor))
    return f"{used} used of {limit} {line.currency}, {asked} asked for"


def _change_line(sheet: Sheet, decided: Line | None, cash: int, later: int, *, is_taking: bool) -> None:
    """Move the use of a customer's line, and its terms where a new line was decided."""
    old, line = sheet.line, decided or sheet.line
    if line is None or (decided is None and not cash and not later):
        return
    used = (old.used_minor, old.cash_used_minor, old.later_used_minor, old.credit_minor) if old else (0, 0, 0, 0)
    use = sheet.use
    use.used += cash + later
    use.cash += cash
    use.later += later
    use.credit += line.credit_minor - used[3]
    if is_taking:
        use.need = max(use.need, use.used if cash + later > 0 else 0)
        use.need_cash = max(use.need_cash, use.cash if cash > 0 else 0)
        use.need_later = max(use.need_later, use.later if later > 0 else 0)
    sheet.line = Line(
        line.currency,
        line.limit_minor,
        used[0] + cash + later,
        line.cash_limit_minor,
        used[1] + cash,
        line.later_limit_minor,
        used[2] + later,
        line.status,
        line.credit_minor,
    )
    if decided is not None and (old is None or _terms(old) != _terms(decided)):
        sheet.is_line_changed = True


def _terms(line: Line) -> tuple[str, int, int, int, str]:
    return line.currency, line.limit_minor, line.cash_limit_minor, line.later_limit_minor, line.status


def _post_credit(sheet: Sheet, line: Line, number: int, on: int, stamp: Stamp, pending: Pending) -> None:
    """Post what changes of the credit that belongs to the customer and to no loan yet."""
    held_minor = sheet.line.credit_minor if sheet.line else 0
    if line.credit_minor == held_minor:
        return
    posted_on = stamp.days[max(on, stamp.open_on)]
    for account, minor in difference(_balances_of_credit(line.credit_minor), _balances_of_credit(held_minor)):
        pending.legs.append(LegRow(sheet.customer_id, CUSTOMERS_OWN, number, account, number, minor, stamp.at, posted_on, line.currency))


def _balances_of_credit(minor: int) -> Balances:
    return balances(_NOWHERE._replace(received=minor, credit=minor))


def _loan_row(customer_id: int, new: NewLoan, number: int, stamp: Stamp) -> LoanRow:
    terms = new.terms
    opened_on = stamp.days[begun_on(terms)]
    return LoanRow(customer_id, new.loan_id, number, opened_on, stamp.at, terms.currency, new.product, new.version, pack(terms.pack()))


def _post_change(sheet: Sheet, change: Change, number: int, stamp: Stamp, rows: Pending) -> None:
    """Add the facts and the entry of one loan."""
    customer_id, after = sheet.customer_id, change.after
    loan_id, days, at, rules_id = after.loan_id, stamp.days, stamp.at, stamp.rules_id
    n = change.before.facts_count
    for fact, detail in change.facts:
        n += 1
        kind, on, amount_minor, a, b, more = fact
        packed = pack(more) if more else None
        rows.facts.append(
            FactRow(customer_id, loan_id, n, number, amount_minor, a, b, rules_id, at, days[on], kind, packed, detail or None)
        )
    entry_n = sheet.entries.get(loan_id, 0) + 1
    posted_on, currency = days[max(after.summary.as_of, stamp.open_on)], after.terms.currency
    for account, minor in change.legs:
        rows.legs.append(LegRow(customer_id, loan_id, entry_n, account, number, minor, at, posted_on, currency))


def _hold_change(sheet: Sheet, change: Change) -> None:
    """Put the new state of one loan on the sheet."""
    loan_id = change.after.loan_id
    if loan_id not in sheet.loans:
        sheet.fresh.add(loan_id)
    sheet.entries[loan_id] = sheet.entries.get(loan_id, 0) + (1 if change.legs else 0)
    sheet.loans[loan_id] = change.after
    sheet.recorded.setdefault(loan_id, []).extend(fact for fact, _ in change.facts)
    sheet.touched.add(loan_id)

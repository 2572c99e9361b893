"""Prove a book: state = fold of the facts, entries = states, limits = use, control totals = ledger, nothing missing that was told.

Every loan is folded again from its facts by the compiled kernel, to the day of its cached state. Cost: some microseconds a fact.
Needs the extra `fast`.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np

from plimsoll.app.chain.verify import verify as verify_chain
from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.closing.shard import balances_of
from plimsoll.app.database import schema
from plimsoll.app.database.sheet import PARKED
from plimsoll.app.database.store import Store
from plimsoll.app.held_money import house_balances
from plimsoll.app.paid_out import WRONG as PAID_OTHERWISE
from plimsoll.app.paid_out import payments_off
from plimsoll.app.posting import NIGHTS
from plimsoll.app.trail import Nights, Trail, book_off, commands_off, facts_off, loans_off, nights_off, read_trail
from plimsoll.app.verify_filed import (
    ACCRUED_OTHERWISE,
    DRAWN_OTHERWISE,
    LINE_COLUMNS,
    day_text,
    days_accrued_off,
    lines_off,
    load_lines_off,
)
from plimsoll.app.verify_packed import numbers_of, read_records
from plimsoll.app.verify_tape import Tapes, closes_off
from plimsoll.ledger.chart import CHART, CODES
from plimsoll.loan.book import pack_standing
from plimsoll.loan.columns import Folded, Histories, Ints, fits_states, fold_many, terms_of, unpack_many
from plimsoll.loan.fold import DAYS_BETWEEN_BILLS_MIN, fold
from plimsoll.loan.layout import (
    F_ON,
    F_SIZE,
    M_INSTALMENTS,
    O_CREDIT,
    O_FEE,
    O_INTEREST,
    O_NEXT_DAY,
    O_OLDEST,
    O_PENALTY,
    O_PRINCIPAL,
    O_STATUS,
    RESCHEDULED,
    T_DISBURSED_ON,
    T_INSTALMENTS,
)
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

CUSTOMERS_A_PART: Final = 10_000
NOBODY: Final = (0, 0)
"""Stands for the ids of a breach that is no customer's."""
UNREADABLE: Final = "the record of the loan cannot be read"
FACT_COLUMNS: Final = ("customer_id", "loan_id", "n", "kind", "effective_on", "amount_minor", "a", "b", "more", "command_n")
STATE_COLUMNS: Final = ("customer_id", "loan_id", "as_of", "facts_count", "entries_count", "in_use_minor", "posted", "state", "last_on")
MEASURED: Final = {
    "principal_minor": O_PRINCIPAL,
    "interest_minor": O_INTEREST,
    "penalty_minor": O_PENALTY,
    "fee_minor": O_FEE,
    "credit_minor": O_CREDIT,
    "oldest_due": O_OLDEST,
    "status": O_STATUS,
}
"""Columns of a state that repeat what its loan measures, by where the kernel measures it: what lists go by."""
MEASURED_AT: Final = list(MEASURED.values())
Progress = Callable[[int], None]


@dataclass(slots=True)
class Verdict:
    """What was proved, and every breach: what was found wrong -> ids (customer, loan)."""

    customers: int = 0
    loans: int = 0
    facts: int = 0
    entries: int = 0
    sealed: int = 0
    """Records of the audit chain."""
    breaches: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    totals: dict[str, dict[str, int]] = field(default_factory=dict)
    tapes: Tapes = field(default_factory=Tapes)
    nights: Nights = field(default_factory=Nights)

    @property
    def is_proved(self) -> bool:
        """Tell whether nothing was found wrong."""
        return not self.breaches


def verify(
    store: Store, *, threads: int = 1, progress: Progress | None = None, publics: Sequence[bytes] = (), tape: Path | None = None
) -> Verdict:
    """Prove a whole book, as it stands at one moment, and give the verdict. Changes nothing.

    `publics` are the keys whose signatures count on the audit chain, () where they are not looked at; see `plimsoll audit verify`.
    `tape` is the folder where closes wrote the tape, None where the files are not looked at.
    """
    verdict = Verdict()
    with snapshot(store) as seen:
        for first, until in seen.bounds(CUSTOMERS_A_PART):
            _verify_part(seen, first, until, verdict, threads)
            if progress is not None:
                progress(verdict.customers)
        _verify_files(seen, verdict)
        for said, customer_id in book_off(seen):
            verdict.breaches[said].append((customer_id, 0))
        for day in nights_off(seen, verdict.nights):
            verdict.breaches[f"facts or entries of a night are not as many as it counted: {day_text(day)}"].append(NOBODY)
        for day in days_accrued_off(seen):
            verdict.breaches[f"{ACCRUED_OTHERWISE}: {day_text(day)}"].append(NOBODY)
        for said in closes_off(store, seen, tape, verdict.tapes):
            verdict.breaches[said].append(NOBODY)
        for currency, account, minor in seen.sum_legs():
            verdict.totals.setdefault(currency, dict.fromkeys(CODES, 0))[CODES[account]] = minor
    for currency, house in house_balances(store).items():
        of_it = verdict.totals.setdefault(currency, dict.fromkeys(CODES, 0))
        of_it |= {code: of_it.get(code, 0) + minor for code, minor in house.items()}
    for currency, totals in verdict.totals.items():
        if sum(totals.values()):
            verdict.breaches[f"trial balance of {currency} sums to {sum(totals.values())}"].append(NOBODY)
    chain = verify_chain(store, publics)
    verdict.sealed = chain.records
    for breach in chain.breaches:
        verdict.breaches[f"audit chain: {breach}"].append(NOBODY)
    return verdict


def _verify_files(seen: Snapshot, verdict: Verdict) -> None:
    """Prove that no filing or entry of a dossier is missing."""
    for customer_id in seen.misnumbered():
        verdict.breaches["filings are not numbered without a gap"].append((customer_id, 0))
    for dossier in seen.misnumbered_dossiers():
        verdict.breaches[f"dossier {dossier}: entries or commands are not numbered without a gap"].append(NOBODY)


def _verify_part(seen: Snapshot, first: int, until: int, verdict: Verdict, threads: int) -> None:
    """Prove the loans and lines of some customers."""
    loans = seen.rows(schema.loan, ("customer_id", "loan_id", "terms", "command_n", "opened_on", "currency"), first, until)
    states = seen.rows(schema.loan_state, (*STATE_COLUMNS, "next_on", *MEASURED), first, until)
    facts = seen.rows(schema.fact, FACT_COLUMNS, first, until)
    lines = seen.rows(schema.line, ("customer_id", "commands_count", "credit_minor", *LINE_COLUMNS), first, until)
    ids = [(row[0], row[1]) for row in loans]
    verdict.customers += len(lines)
    verdict.loans += len(loans)
    trail = read_trail(seen, first, until)
    _compare_trail(trail, loans, facts, lines, verdict)
    for said, customer_id in lines_off(seen, trail, [(row[0], *row[3:]) for row in lines], facts, first, until):
        verdict.breaches[said].append((customer_id, 0))
    if ids != [(row[0], row[1]) for row in states]:
        for one in set(ids) ^ {(row[0], row[1]) for row in states}:
            verdict.breaches["a loan without its state, or a state without its loan"].append(one)
        return
    aside = set(seen.rows(schema.parked, ("customer_id", "loan_id"), first, until))
    for one in [row[:2] for row in states if row[-1] == PARKED and row[:2] not in aside]:
        verdict.breaches["a loan is set aside, and no night said why"].append(one)
    records = read_records([row[2] for row in loans], [row[7] for row in states], [row[6] for row in states])
    used: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row, is_account in zip(states, records.is_account, strict=True):
        used[row[0]][0] += row[5]
        used[row[0]][2 if is_account else 1] += row[5]
    for customer_id in load_lines_off(seen, first, until):
        verdict.breaches[DRAWN_OTHERWISE].append((customer_id, 0))
    for customer_id, _, _, *line in lines:
        if line[1:6:2] != used[customer_id]:
            verdict.breaches["use of the limit is not the principal in use"].append((customer_id, 0))
    for place in reversed(records.broken):
        verdict.breaches[UNREADABLE].append(ids[place])
        del ids[place], loans[place], states[place]
    for customer_id in payments_off(seen, trail, loans, facts, first, until):
        verdict.breaches[PAID_OTHERWISE].append((customer_id, 0))
    if ids:
        folded = _fold_part(seen, loans, states, facts, verdict, threads)
        _compare_entries(seen, first, until, ids, states, folded, lines, verdict)


def _compare_trail(
    trail: Trail, loans: list[tuple[Any, ...]], facts: list[tuple[Any, ...]], lines: list[tuple[Any, ...]], verdict: Verdict
) -> None:
    """Prove that what commands told is there, and nothing else."""
    for said, customer_id in commands_off(trail, [row[:2] for row in lines]):
        verdict.breaches[said].append((customer_id, 0))
    found = (*loans_off(trail, loans, 3), *facts_off(trail, facts, FACT_COLUMNS.index("command_n"), verdict.nights))
    for said, one in found:
        verdict.breaches[said].append(one)


def _fold_part(
    seen: Snapshot,
    loans: list[tuple[Any, ...]],
    states: list[tuple[Any, ...]],
    rows: list[tuple[Any, ...]],
    verdict: Verdict,
    threads: int,
) -> Folded:
    """Fold the loans of some customers anew and compare each with its cached state."""
    terms, is_account, dues, dues_at = terms_of([row[2] for row in loans])
    verdict.facts += len(rows)
    facts, facts_at, more, added = _pack_facts([(row[0], row[1]) for row in loans], rows, verdict)
    as_of = np.array([row[2] for row in states], np.int64)
    months = np.maximum(as_of - terms[:, T_DISBURSED_ON], 0) // DAYS_BETWEEN_BILLS_MIN + 2
    rows_needed = np.where(is_account == 1, months, terms[:, T_INSTALMENTS] + added)
    flat, flat_at = unpack_many([row[7] for row in states])
    sizes = np.diff(flat_at)
    room = int(sizes.max()) + 4 * 64
    histories = Histories(terms, is_account, dues, dues_at, facts, facts_at, more)
    folded = fold_many(histories, as_of, rows_needed, flat_size_max=room, threads=threads)
    for i in np.flatnonzero(~fits_states(terms, is_account, flat, flat_at)).tolist():
        _fold_exactly(seen, loans[i], states[i], folded, i)
    for place in _days_off(loans, states, terms, facts, facts_at):
        verdict.breaches["days of a loan are not those of its terms and facts"].append(loans[place][:2])
    for i, (row, state) in enumerate(zip(loans, states, strict=True)):
        one = (row[0], row[1])
        if folded.codes[i]:
            verdict.breaches["the facts no longer fold"].append(one)
        elif int(folded.flat_sizes[i]) != int(sizes[i]) or not np.array_equal(
            folded.flat[i, : sizes[i]], flat[flat_at[i] : flat_at[i + 1]]
        ):
            verdict.breaches["the cached state is not the fold of the facts"].append(one)
        if int(facts_at[i + 1] - facts_at[i]) != state[3]:
            verdict.breaches["the count of facts is wrong"].append(one)
        next_on, *kept = (value or 0 for value in state[len(STATE_COLUMNS) :])
        # A loan may come earlier than something happens on it, and then nothing does; never later, and never not at all.
        is_late = next_on != (wanted := int(folded.out[i, O_NEXT_DAY])) and not 0 < next_on < wanted
        if kept[-1] != PARKED and (is_late or kept != folded.out[i, MEASURED_AT].tolist()):
            verdict.breaches["columns of the state are not what its loan measures"].append(one)
        if state[5] != int(folded.out[i, O_PRINCIPAL]):
            verdict.breaches["principal in use is not the principal of the state"].append(one)
    return folded


def _days_off(loans: list[tuple[Any, ...]], states: list[tuple[Any, ...]], terms: Ints, facts: Ints, facts_at: Ints) -> list[int]:
    """Give the places of loans that do not begin on the day of their terms, or whose last day is not that of their latest fact."""
    last = terms[:, T_DISBURSED_ON].copy()
    has_facts = np.flatnonzero(np.diff(facts_at))
    if len(has_facts):
        on = facts.reshape(-1, F_SIZE)[:, F_ON]
        last[has_facts] = np.maximum(last[has_facts], np.maximum.reduceat(on, facts_at[:-1][has_facts]))
    found = np.array([(row[4], state[8]) for row, state in zip(loans, states, strict=True)], np.int64)
    places: list[int] = np.flatnonzero((found[:, 0] != terms[:, T_DISBURSED_ON]) | (found[:, 1] != last)).tolist()
    return places


def _fold_exactly(seen: Snapshot, loan: tuple[Any, ...], state: tuple[Any, ...], folded: Folded, i: int) -> None:
    """Fold one loan by the interpreted kernel: its numbers are too long for the compiled one."""
    terms = Terms.unpack("", tuple(unpack(loan[2])))
    standing = fold(terms, seen.facts(loan[0], loan[1]), state[2])
    if isinstance(standing, Refused):
        folded.codes[i] = 1
        return
    flat = unpack(pack_standing(standing))
    folded.codes[i] = 0
    folded.out[i] = measured(terms, standing)
    folded.flat_sizes[i] = len(flat)
    folded.flat[i, : len(flat)] = flat[: folded.flat.shape[1]]


def _pack_facts(ids: list[tuple[int, int]], rows: list[tuple[Any, ...]], verdict: Verdict) -> tuple[Ints, Ints, Ints, Ints]:
    """Give facts as the kernel takes them, where each loan's begin, their `more` end to end, and due days added by reschedules."""
    place = {one: i for i, one in enumerate(ids)}
    strangers = {(row[0], row[1]) for row in rows} - place.keys()
    if strangers:
        rows = [row for row in rows if (row[0], row[1]) in place]
        for one in sorted(strangers - set(verdict.breaches.get(UNREADABLE, ()))):
            verdict.breaches["facts of a loan that is not there"].append(one)
    packed = np.array([(row[3], row[4], row[5], row[6], row[7], 0, 0) for row in rows], np.int64).reshape(-1, F_SIZE)
    more: list[int] = []
    counts = np.zeros(len(ids), np.int64)
    added = np.zeros(len(ids), np.int64)
    for one, group in groupby(enumerate(rows), key=lambda numbered: (numbered[1][0], numbered[1][1])):
        i = place[one]
        for at, row in group:
            counts[i] += 1
            if row[2] != counts[i]:
                verdict.breaches["facts are not numbered without a gap"].append(one)
            if row[8]:
                numbers = numbers_of(row[8])
                if not numbers:
                    verdict.breaches["a fact cannot be read"].append(one)
                    continue
                packed[at, 5:] = len(more), len(numbers)
                added[i] += numbers[M_INSTALMENTS] if row[3] == RESCHEDULED else 0
                more += numbers
    facts_at = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    return packed.reshape(-1), facts_at, np.array([*more, 0], np.int64), added


def _compare_entries(
    seen: Snapshot,
    first: int,
    until: int,
    ids: list[tuple[int, int]],
    states: list[tuple[Any, ...]],
    folded: Folded,
    lines: list[tuple[Any, ...]],
    verdict: Verdict,
) -> None:
    """Prove that entries sum to zero, and that those of a loan add up to the balances of its state."""
    legs = seen.rows(schema.journal, ("customer_id", "loan_id", "entry_n", "account", "minor", "command_n"), first, until)
    posted: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * len(CHART))
    entries: dict[tuple[int, int], int] = defaultdict(int)
    for (customer_id, loan_id, _), group in groupby(legs, key=itemgetter(0, 1, 2)):
        total = 0
        sums = posted[customer_id, loan_id]
        for leg in group:
            sums[leg[3]] += leg[4]
            total += leg[4]
        entries[customer_id, loan_id] += 1
        if leg[5] >= NIGHTS:
            verdict.nights.entries[leg[5] - NIGHTS] += 1
        if total:
            verdict.breaches["an entry does not sum to zero"].append((customer_id, loan_id))
    verdict.entries += sum(entries.values())
    balances = balances_of(folded)
    for i, (one, state) in enumerate(zip(ids, states, strict=True)):
        if posted[one] != balances[i].tolist() or posted[one] != unpack(state[6]):
            verdict.breaches["entries do not add up to the balances of the state"].append(one)
        if entries[one] != state[4]:
            verdict.breaches["the count of entries is wrong"].append(one)
    for customer_id, _, credit, *_ in lines:
        own = posted.get((customer_id, 0))
        if (own[CODES.index("liability.borrower.credit")] if own else 0) != -credit:
            verdict.breaches["a customer's own credit is not what was posted"].append((customer_id, 0))

"""Nights between two month's ends on both databases: what events light is noted that night, and warned of under the budget of the night."""

from datetime import date

from plimsoll.app.file import work
from plimsoll.app.keyring import new_keyring
from plimsoll.app.vault import Act, Vault
from plimsoll.app.watching import events
from plimsoll.app.watching.run import Orders, watch_day
from plimsoll.app.watching.signals import event_values, signals_of
from plimsoll.monitoring.note_signals import event_signals
from plimsoll.monitoring.warn import watch_policy
from plimsoll.risk.score.split import is_chosen
from tests.walks.test_watch_run import RULES, Book, at

HELD_OUT = watch_policy(RULES, date(2026, 2, 1)).held_out
HELD = next(one for one in range(1, 500) if is_chosen(one, HELD_OUT))
ACTED, SECOND, QUIET = [one for one in range(1, 500) if not is_chosen(one, HELD_OUT)][:3]


def paid_by(book: Book, one: int, on: str, gap: int) -> None:
    """Bring evidence of how long money runs out before payday, as the customer agreed to."""
    if not book.said(one, "consent.granted"):
        version = RULES.purposes["spending"].notice(date.fromisoformat(on)).version
        book.do(one, "grant_consent", on, purpose="spending", version=version)
    items = [{"name": "payday_gap_days", "value": gap, "event_at": on}]
    book.do(one, "record_evidence", on, source="spending", body={"items": items})


def complain(book: Book, one: int, on: str) -> None:
    """Complain in words of distress."""
    book.do(one, "file_complaint", on, complaint_id=f"c{one}", about="service", reference="vault-1", distress=2)


def test_a_failed_debit_and_a_late_payday_are_noted_and_warned_of_by_the_next_morning(store, monkeypatch):
    book, looked = Book(store, sorted((ACTED, SECOND, QUIET, HELD))), []

    def spied(held, customers, *more):
        looked.append(list(customers))
        return event_values(held, customers, *more)

    monkeypatch.setattr(events, "event_values", spied)
    paid_by(book, ACTED, "2026-02-03", 5)
    assert not book.watch("2026-02-03").done
    for one in (ACTED, SECOND, QUIET, HELD):
        book.do(one, "repay", "2026-02-15", loan_id=1, amount="1100.00", currency="CNY")
    paid_by(book, ACTED, "2026-02-15", 14)
    book.do(ACTED, "record_failed_debit", "2026-02-15", loan_id=1, due_on="2026-02-15", failure="account_closed")
    ran = book.watch("2026-02-15")
    assert (dict(ran.done), ran.touched, looked) == ({"note_signals": 1, "raise_warning": 1}, 1, [[ACTED], [ACTED]]), "nobody else is read"
    (noted,), (warning,) = book.said(ACTED, "signals.lit"), book.said(ACTED, "warning.raised")
    day = date(2026, 2, 15).toordinal()
    lit = [("debit_impossible", day, "facts"), ("payday_late", day, "evidence")]
    assert [(one["name"], one["since"], one["source"]) for one in noted["signals"]] == lit
    assert (warning["rank"], warning["signals"], warning["action"]) == (0, ["debit_impossible", "payday_late"], "remind")
    assert [(one.customer_id, one.item.note) for one in work(store, "warning", "open")] == [(ACTED, "remind, out of turn")]
    again = watch_day(store, date(2026, 2, 15), Orders(RULES, at(date(2026, 2, 15))))
    assert not +again.done, "nothing twice"
    paid_by(book, ACTED, "2026-02-18", 24)
    assert not book.watch("2026-02-18").done, "it was noted, and its window lasts"
    on = date(2026, 2, 18)
    asked, told = signals_of(store, ACTED, on, at(on)), event_values(store, [ACTED, 999], {ACTED}, on, at(on))
    assert told == {ACTED: {name: value for name, value in asked.items() if name in told[ACTED]}}, "as signals are told on asking"
    assert event_signals().keys() <= told[ACTED].keys()


def test_who_is_held_out_is_left_alone_and_a_night_warns_of_no_more_than_its_budget(store):
    """Four customers have a budget of one a night; a warning that stands is not raised again, one that was closed is by something new."""
    book = Book(store, sorted((ACTED, SECOND, QUIET, HELD)))
    complain(book, HELD, "2026-02-02")
    ran = book.watch("2026-02-02")
    assert dict(ran.done) == {"note_signals": 1, "raise_warning": 1}
    assert book.said(HELD, "warning.raised")[0]["is_held_out"], "on file, so that what acting is worth can be told"
    assert (work(store, "warning"), book.said(HELD, "limit.notice")) == ([], []), "nobody is asked to act"
    for one in (ACTED, SECOND):
        complain(book, one, "2026-02-03")
    ran = book.watch("2026-02-03")
    assert dict(ran.done) == {"note_signals": 2, "raise_warning": 1}
    assert (len(book.said(ACTED, "warning.raised")), book.said(SECOND, "warning.raised")) == (1, [])
    assert not +watch_day(store, date(2026, 2, 3), Orders(RULES, at(date(2026, 2, 3)))).done, "nor does a second run warn of the next"
    book.do(ACTED, "close_warning", "2026-02-04", outcome="mistaken")
    paid_by(book, ACTED, "2026-02-04", 5)
    assert not book.watch("2026-02-04").done, "nothing of it is new"
    paid_by(book, ACTED, "2026-02-05", 14)
    assert dict(book.watch("2026-02-05").done) == {"note_signals": 1, "raise_warning": 1}
    complain(book, QUIET, "2026-02-17")
    assert book.watch("2026-02-17").done["note_signals"] == 1
    assert not book.said(QUIET, "warning.raised"), "late since the 16th: there is nothing left to warn of"


def test_an_address_that_is_written_again_and_again_is_seen_the_same_night(store):
    book, vault = Book(store, (QUIET,)), Vault(store, new_keyring(at(date(2026, 1, 1))))
    for n, on in enumerate((date(2026, 1, 20), date(2026, 2, 1), date(2026, 2, 2))):
        assert vault.put_all(QUIET, {"address": f"浙江省杭州市西湖区文三路{n}号"}, Act("li", at(on), "as told")) is None
    assert not book.watch("2026-02-01").done
    assert dict(book.watch("2026-02-02").done) == {"note_signals": 1}, "noted; one event alone asks for no warning"
    assert book.said(QUIET, "signals.lit")[0]["signals"][0]["name"] == "address_changes"
    assert not book.watch("2026-02-03").done, "the day after it is looked at once more, and is not noted twice"

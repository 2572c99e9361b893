"""Nights of monitoring on both databases: what is done by itself, exactly once, and what a month's end finds."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from plimsoll.app.closing.close import Orders as CloseOrders
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.execute import Answer, Verb
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of, work
from plimsoll.app.show.watching import watched
from plimsoll.app.verify import verify
from plimsoll.app.watching import run as running
from plimsoll.app.watching.book import read_panel
from plimsoll.app.watching.run import Orders, Ran, watch_day
from plimsoll.app.watching.signal_columns import signal_columns
from plimsoll.app.watching.signals import signals_of
from plimsoll.app.watching.told import difference, month_before, on_record
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli import exits
from plimsoll.interfaces.cli.main import main
from plimsoll.monitoring.freeze_late import FreezeLate
from plimsoll.rulebook.rules import load
from plimsoll.servicing.close import decide
from plimsoll.units.divide import half_up
from tests.walks.test_hardship import give

RULES = load()
LATE, PAYS, RAISED_FOR_A_WHILE, OVER = 1, 2, 3, 4


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 20, tzinfo=UTC)


class Book:
    """A book of some customers who each drew 3,000 on 15 January 2026, due on the 15th of each month."""

    def __init__(self, store, customers=(LATE, PAYS, RAISED_FOR_A_WHILE, OVER)):
        self.store = store
        self.keys = 0
        self.closed = date(2026, 1, 9)
        for one in customers:
            self.do(one, "open_customer", "2026-01-10")
            self.do(one, "open_line", "2026-01-10", currency="CNY", limit="50000.00", cash_limit="30000.00", later_limit="20000.00")
            self.do(one, "draw", "2026-01-15", loan_id=1, amount="3000.00", currency="CNY", rate="0.0004", instalments=3)

    def do(self, customer_id, name, on, **said):
        self.keys += 1
        command = read_command({"key": f"k{self.keys}", "customer_id": customer_id, "on": on, **said}, name)
        (outcome,) = execute_many(self.store, WIRING, [command], actor="test", now=at(command.on) - timedelta(hours=11), rules=RULES)
        assert isinstance(outcome, Answer), outcome

    def watch(self, through, *, every=False) -> Ran:
        """Close every day through one, watching each, or only the last."""
        last = date.fromisoformat(through)
        ran = None
        for closed in close_through(
            self.store, last.toordinal(), CloseOrders(decide, RULES, at(last)), tape=None, scans=NEVER, now=at(last)
        ):
            if every or closed.night.day == last.toordinal():
                ran = watch_day(self.store, date.fromordinal(closed.night.day), Orders(RULES, at(last)))
        assert ran is not None
        return ran

    def kinds(self, customer_id):
        return [one.kind for one in filings_of(self.store, customer_id)]

    def said(self, customer_id, kind):
        return [json.loads(one.body) for one in filings_of(self.store, customer_id) if one.kind == kind]


@pytest.fixture
def book(store):
    return Book(store)


def test_a_night_touches_only_those_of_whom_something_changed(book):
    for one in (PAYS, RAISED_FOR_A_WHILE, OVER):
        book.do(one, "repay", "2026-02-15", loan_id=1, amount="1100.00", currency="CNY")
    ran = book.watch("2026-02-16")
    assert (ran.customers, ran.touched, dict(ran.done)) == (4, 1, {"freeze_late": 1, "note_class": 1})
    assert book.kinds(LATE)[-2:] == ["limit.notice", "class.changed"] or book.kinds(LATE)[-2:] == ["class.changed", "limit.notice"]
    quiet = book.watch("2026-02-20")
    assert (quiet.moved, quiet.looked_at, quiet.touched) == (0, 0, 0), "nothing happened to anybody"
    assert verify(book.store).breaches == {}


def test_the_same_night_again_changes_nothing(book):
    book.watch("2026-02-28", every=True)
    before = {one: book.kinds(one) for one in (LATE, PAYS, OVER)}
    again = watch_day(book.store, date(2026, 2, 28), Orders(RULES, at(date(2026, 2, 28))))
    assert not again.failed
    assert not +again.done, "what was done before is not counted as done now"
    assert before == {one: book.kinds(one) for one in (LATE, PAYS, OVER)}


def test_a_freeze_ends_after_cure_and_two_clean_cycles(book):
    book.watch("2026-02-16")
    book.do(LATE, "settle", "2026-02-20", loan_id=1)
    assert book.watch("2026-02-20").done["note_class"] == 1, "the class rose with the payment"
    assert [one["changes"][-1]["five_class"] for one in book.said(LATE, "class.changed")] == ["special-mention", "normal"]
    assert not book.watch("2026-04-15").done["unfreeze_cured"]
    assert book.watch("2026-04-16").done["unfreeze_cured"] == 1
    assert [one["action"] for one in book.said(LATE, "limit.notice")] == ["freeze", "unfreeze"]


def test_a_temporary_limit_is_written_back_once_it_has_run_out(book):
    limits = {"limit": "55000.00", "cash_limit": "35000.00", "later_limit": "20000.00"}
    book.do(RAISED_FOR_A_WHILE, "set_limit", "2026-01-20", currency="CNY", until="2026-02-10", **limits)
    assert not book.watch("2026-02-09").done["expire_limit"]
    assert book.watch("2026-02-10").done["expire_limit"] == 1
    assert not book.watch("2026-02-11").done["expire_limit"]


def test_a_back_dated_payment_tells_the_classes_anew(book):
    book.watch("2026-02-16")
    book.do(LATE, "repay", "2026-02-15", loan_id=1, amount="1050.00", currency="CNY")
    assert book.watch("2026-02-17").done["note_class"] == 1
    last = book.said(LATE, "class.changed")[-1]
    assert (last["is_reaged"], last["changes"]) == (True, [])


def test_a_load_line_that_came_down_is_seen_the_same_day(book):
    """A debt of 3,000 above a line of 2,000; the bureau then tells of two new lenders, which makes it masked."""
    book.do(OVER, "mark_load_line", "2026-02-03", currency="CNY", capacity="2000.00", room="400.00", stress_ppb=95_000_000)
    ran = book.watch("2026-02-03")
    assert (ran.touched, ran.done["note_over_extension"], ran.done["review_limit"]) == (1, 1, 1)
    (place,) = book.said(OVER, "over_extension.changed")
    assert (place["over_extension"], place["before"]) == ("active", "fit")
    assert book.said(OVER, "limit.notice")[-1]["limit_minor"] == 200_000
    assert not book.watch("2026-02-04").done
    version = RULES.purposes["bureau"].notice(date(2026, 2, 5)).version
    book.do(OVER, "grant_consent", "2026-02-05", purpose="bureau", version=version)
    items = [{"name": "bureau_new_lenders_30d", "value": 2, "event_at": "2026-02-05"}]
    book.do(OVER, "record_evidence", "2026-02-05", source="bureau", body={"items": items})
    book.watch("2026-02-05")
    assert [one["over_extension"] for one in book.said(OVER, "over_extension.changed")] == ["active", "masked"]
    whole = watch_day(book.store, date(2026, 2, 5), Orders(RULES, at(date(2026, 2, 5))), is_whole=True)
    assert not whole.done["note_over_extension"], "the whole book in columns finds what the day found"


def test_a_months_end_warns_by_the_plain_rule_keeps_and_ends_warnings(store):
    book = Book(store, range(1, 41))
    ran = book.watch("2026-01-31")
    assert ran.month["ranked_by"] == "plain rule"
    assert (ran.looked_at, ran.month["clean"], ran.month["warnings_new"]) == (40, 40, 2)
    assert ran.done["raise_warning"] == 2
    held = sum(json.loads(one.body)["is_held_out"] for n in range(1, 41) for one in filings_of(store, n) if one.kind == "warning.raised")
    assert len(work(store, "warning", "open")) == 2 - held
    book.watch("2026-02-16")
    endings = [book.said(one, "warning.closed") for one in range(1, 41)]
    assert [one[0]["outcome"] for one in endings if one] == ["late", "late"], "nobody paid, so both came true"


def test_a_warning_says_what_single_events_tell_too(store):
    """All are alike, so the first two are warned of; of them one complained of how money was asked for."""
    book = Book(store, range(1, 41))
    book.do(1, "file_complaint", "2026-01-20", complaint_id="c1", about="collection_conduct", reference="vault-1")
    book.watch("2026-01-31")
    ((one,), (two,)) = (book.said(who, "warning.raised") for who in (1, 2))
    assert ("complaints_hard" in one["signals"], one["action"]) == (True, "review")
    assert ("complaints_hard" in two["signals"], two["action"]) == (False, "remind")


def test_a_customers_page_tells_why_there_is_a_warning(book):
    book.do(PAYS, "raise_warning", "2026-01-20", rank=1, chance_ppm=300_000, signals=["utilisation", "inquiries"], action="no-increase")
    assert watched(book.store, PAYS, date(2026, 1, 20), at(date(2026, 1, 20))).warning.reasons == ("utilisation", "inquiries")


def test_plans_are_broken_and_kept_by_the_night(store):
    limits = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 10}
    give(store, 1, "2026-01-10", command="open_customer")
    give(store, 2, "2026-01-10", command="open_line", **limits)
    give(store, 3, "2026-01-15", command="draw", loan_id=11, currency="CNY", amount="24000.00", rate="0.0005", instalments=12)
    told = {"hardship_id": "h1", "currency": "CNY", "income": "6500.00", "others": "300.00", "city_tier": "tier2", "flags": ["illness"]}
    give(store, 4, "2026-04-20", command="open_hardship", **told)
    decided = give(store, 5, "2026-04-22", command="decide_hardship", hardship_id="h1", currency="CNY", outcome="accept", known="verified")
    terms = {name: decided["offers"][0][name] for name in ("rate", "instalments", "penalty_waived", "interest_waived")}
    plan = {"plan_id": "p1", "loan_id": 11}
    give(store, 6, "2026-04-22", "li", command="propose_plan", currency="CNY", **plan, **terms)
    assert give(store, 8, "2026-04-22", "chen", command="agree_plan", **plan, signed="vault-2")["loan_id"] == 11
    close = CloseOrders(decide, RULES, at(date(2026, 6, 21)))
    done: dict[str, int] = {}
    for closed in close_through(store, date(2026, 6, 21).toordinal(), close, tape=None, scans=NEVER, now=close.now):
        on = date.fromordinal(closed.night.day)
        if on >= date(2026, 6, 19):
            done[on.isoformat()] = watch_day(store, on, Orders(RULES, at(on))).done["break_plan"]
    assert done == {"2026-06-19": 0, "2026-06-20": 0, "2026-06-21": 1}, "thirty days after the first due day, 22 May"


def test_who_fails_is_counted_and_the_rest_goes_on(book, monkeypatch):
    def broken(held, command, rules):
        if command.customer_id == LATE:
            raise RuntimeError("a bug")
        return WIRING[FreezeLate].decide(held, command, rules)

    monkeypatch.setattr(running, "WIRING", {**WIRING, FreezeLate: Verb("freeze_late", broken, WIRING[FreezeLate].reads)})
    ran = book.watch("2026-02-16")
    assert (ran.failures, ran.done["freeze_late"]) == (1, 3)
    assert "a bug" in ran.failed[0]


def test_the_command_watches_days_and_tells(book, database, capsys):
    book.watch("2026-02-15")
    book.store.close()
    assert main(["watch", "run", "--db", database, "--since", "2026-02-14", "--on", "2026-02-15", "--json"]) == exits.OK
    told = json.loads(capsys.readouterr().out)
    assert [one["on"] for one in told] == ["2026-02-14", "2026-02-15"]
    assert main(["watch", "run", "--db", database, "--on", "2026-02-15", "--whole"]) == exits.OK
    assert "customers" in capsys.readouterr().out
    assert main(["watch", "run", "--db", database, "--on", "2026-02-16"]) == exits.USAGE
    assert "close" in capsys.readouterr().err


def test_the_close_watches_where_it_is_told(book, database, capsys):
    book.watch("2026-02-15")
    book.store.close()
    assert main(["close", "--db", database, "--through", "2026-02-16", "--tape", "never", "--watch", "--json"]) == exits.OK
    told = json.loads(capsys.readouterr().out)
    assert [(one["on"], one["done"]) for one in told["watched"]] == [("2026-02-16", {"freeze_late": 4, "note_class": 4})]
    assert main(["close", "--db", database, "--through", "2026-02-17", "--tape", "never", "--json"]) == exits.OK
    assert "watched" not in json.loads(capsys.readouterr().out)


def test_the_report_tells_what_is_on_record(store, database, capsys):
    book = Book(store, range(1, 41))
    book.watch("2026-01-31")
    book.watch("2026-02-16")
    book.watch("2026-02-28")
    store.close()
    assert main(["watch", "report", "--db", database, "--on", "2026-02-28", "--json"]) == exits.OK
    told = json.loads(capsys.readouterr().out)["on_record"]
    classes = {one["name"]: one["customers"] for one in told["five_class"]["classes"]}
    assert (classes["normal"], classes["special-mention"]) == (0, 40)
    assert told["five_class"]["flow"]["counts"][0][1] == 40
    assert told["five_class"]["late_and_not_on_record"] == 0
    warnings = told["warnings"]
    assert (warnings["standing"], warnings["new"], warnings["ended"]) == (0, 0, 2), "they began in January"
    assert warnings["acted_on"]["ended"] + warnings["held_out"]["ended"] == 2
    assert warnings["acted_on"]["precision"] in (1, None)
    assert main(["watch", "report", "--db", database, "--on", "2026-02-28"]) == exits.OK
    said = capsys.readouterr().out
    assert "came true" in said
    head, _, rest = said.partition("Over-extension, from the class on record a month ago")
    assert rest.splitlines()[2].split() == ["from", "fit", "latent", "active", "masked", "distressed"]
    shares = [
        float(line.split()[-2]) for line in head.partition("By days past due")[2].partition("The same by")[0].splitlines() if "%" in line
    ]
    assert sum(shares) == pytest.approx(100, abs=0.1), "one table is one whole"


@pytest.mark.parametrize(
    ("on", "before"),
    [("2026-11-30", "2026-10-31"), ("2026-10-31", "2026-09-30"), ("2028-02-29", "2028-01-31"), ("2026-03-15", "2026-02-15")],
)
def test_a_months_end_is_in_the_report_of_one_month(on, before):
    assert month_before(date.fromisoformat(on)) == date.fromisoformat(before)


def test_the_worth_of_acting_is_the_difference_to_the_holdout():
    found = difference(Counter(late=30, calm=70), Counter(late=20, calm=30))
    assert found == {"fewer_late": 0.1, "standard_error": 0.0831}
    assert difference(Counter(late=3), Counter()) is None


def test_a_customers_page_tells_what_the_books_columns_do(book, database, capsys):
    for month in (2, 3):
        book.do(PAYS, "repay", f"2026-{month:02}-15", loan_id=1, amount="1020.00", currency="CNY")
        book.do(RAISED_FOR_A_WHILE, "repay", f"2026-{month:02}-{15 + 4 * (month - 2)}", loan_id=1, amount="1020.00", currency="CNY")
    on = date(2026, 3, 31)
    panel = read_panel(book.store, on)
    columns = signal_columns(panel.limit_minor, panel.owed, panel.paid, panel.states)
    for at_row, one in enumerate(panel.customer_id.tolist()):
        found = signals_of(book.store, one, on, at(on))
        assert found is not None
        for name, column in columns.items():
            value = None if column[at_row] != column[at_row] else float(column[at_row])
            assert found[name] == pytest.approx(value), (one, name)
    assert signals_of(book.store, 99, on, at(on)) is None
    book.store.close()
    assert main(["watch", "customer", str(LATE), "--db", database, "--on", on.isoformat(), "--json"]) == exits.OK
    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)["signals"]}
    assert told["region_shock"]["value"] is None
    assert told["nothing_paid"]["is_raised"]
    assert main(["watch", "customer", "99", "--db", database]) == exits.NOT_FOUND


def test_a_book_without_lines_has_nothing_to_watch(store):
    book = Book(store, ())
    book.do(LATE, "open_customer", "2026-01-10")
    ran = book.watch("2026-01-31")
    assert (ran.customers, ran.touched, ran.month["clean"]) == (1, 0, 0)


def test_what_is_left_of_a_claim_is_a_debt_and_late(book):
    """A loan of 3,000 is written off the day before a line of 1,000 is drawn; half comes back, the rest still is above it."""
    book.do(OVER, "charge_off", "2026-02-02", loan_id=1)
    book.do(OVER, "mark_load_line", "2026-02-03", currency="CNY", capacity="1000.00", room="200.00", stress_ppb=95_000_000)
    book.watch("2026-02-03")
    (place,) = book.said(OVER, "over_extension.changed")
    assert (place["over_extension"], place["before"]) == ("distressed", "fit")
    book.do(OVER, "recover", "2026-02-10", loan_id=1, amount="1500.00", currency="CNY")
    book.watch("2026-02-10")
    assert [one["over_extension"] for one in book.said(OVER, "over_extension.changed")][-1] == "distressed"
    whole = watch_day(book.store, date(2026, 2, 10), Orders(RULES, at(date(2026, 2, 10))), is_whole=True)
    assert not whole.done["note_over_extension"], "the whole book in columns finds what the day found"
    panel = read_panel(book.store, date(2026, 2, 10))
    assert panel.owed[panel.customer_id == OVER, -1].tolist() == [0], "the book's balance knows no claims"
    book.do(OVER, "recover", "2026-02-11", loan_id=1, amount="700.00", currency="CNY")
    book.watch("2026-02-11")
    assert book.said(OVER, "over_extension.changed")[-1]["over_extension"] != "distressed", "800 or so is left, below the line"


def test_a_claim_is_a_debt_also_where_no_load_line_was_drawn(book):
    """What was written off was not carried: distressed until it has come back, by the day and by the month's end alike."""
    book.do(OVER, "charge_off", "2026-02-02", loan_id=1)
    assert book.watch("2026-02-02").done["note_over_extension"] == 1
    (place,) = book.said(OVER, "over_extension.changed")
    assert (place["over_extension"], place["before"], place["chance_band"]) == ("distressed", "fit", "flag")
    whole = watch_day(book.store, date(2026, 2, 2), Orders(RULES, at(date(2026, 2, 2))), is_whole=True)
    assert not whole.done["note_over_extension"], "the whole book in columns finds what the day found"
    left = int(read_panel(book.store, date(2026, 2, 2)).claims[OVER - 1, -1])
    book.do(OVER, "recover", "2026-02-11", loan_id=1, amount=f"{left / 100:.2f}", currency="CNY")
    book.watch("2026-02-11")
    assert book.said(OVER, "over_extension.changed")[-1]["over_extension"] == "fit"


def test_a_write_off_is_no_cure(book):
    """A line that was frozen stays so while less came back than was claimed, and one that was open is frozen; all of it back, it thaws."""
    book.watch("2026-02-16")
    book.do(LATE, "charge_off", "2026-02-20", loan_id=1)
    book.do(PAYS, "settle", "2026-02-20", loan_id=1)
    book.watch("2026-04-30")
    assert [[one["action"] for one in book.said(who, "limit.notice")] for who in (LATE, PAYS)] == [["freeze"], ["freeze", "unfreeze"]]
    left = int(read_panel(book.store, date(2026, 4, 30)).claims[LATE - 1, -1])
    book.do(LATE, "recover", "2026-05-02", loan_id=1, amount=f"{(left - 1) / 100:.2f}", currency="CNY")
    assert not book.watch("2026-05-02").done["unfreeze_cured"]
    book.do(LATE, "recover", "2026-05-03", loan_id=1, amount="0.01", currency="CNY")
    assert book.watch("2026-05-03").done["unfreeze_cured"] == 1


def test_who_never_was_late_is_frozen_with_the_write_off(book):
    book.do(PAYS, "charge_off", "2026-02-03", loan_id=1)
    assert book.watch("2026-02-03").done["freeze_late"] == 1
    assert book.said(PAYS, "limit.notice")[-1]["action"] == "freeze"


def test_a_request_for_help_is_an_easing_from_the_night_of_its_acceptance(book):
    told = {"hardship_id": "h1", "currency": "CNY", "income": "6500.00", "city_tier": "tier2"}
    book.do(PAYS, "open_hardship", "2026-02-02", **told)
    book.do(LATE, "open_hardship", "2026-02-02", **told)
    book.watch("2026-02-02")
    assert not [book.said(one, "class.changed") for one in (PAYS, LATE) if book.said(one, "class.changed")]
    book.do(PAYS, "decide_hardship", "2026-02-05", hardship_id="h1", currency="CNY", outcome="accept", known="verified")
    book.do(LATE, "decide_hardship", "2026-02-05", hardship_id="h1", currency="CNY", outcome="decline", reason="nothing shown")
    book.watch("2026-02-05")
    assert not book.said(LATE, "class.changed")
    (said,) = book.said(PAYS, "class.changed")
    assert [(one["on"], one["five_class"], one["is_observed"]) for one in said["changes"]] == [
        (date(2026, 2, 5).toordinal(), "special-mention", True)
    ]
    panel = read_panel(book.store, date(2026, 2, 5))
    told = on_record(book.store, panel, date(2026, 2, 5), RULES)["five_class"]["provision"]
    owed = panel.owed[:, -1].tolist()
    assert told["days_alone"]["total_minor"] == half_up(sum(owed), 100), "nobody is late"
    assert told["all_triggers"]["total_minor"] == half_up(sum(owed), 100) + half_up(owed[PAYS - 1] * 2, 100), "special mention asks for 2 %"


def test_a_night_lets_an_accepted_request_lapse_that_came_to_no_plan(book):
    told = {"hardship_id": "h1", "currency": "CNY", "income": "6500.00", "city_tier": "tier2"}
    book.do(PAYS, "open_hardship", "2026-02-02", **told)
    book.do(PAYS, "decide_hardship", "2026-02-05", hardship_id="h1", currency="CNY", outcome="accept", known="verified")
    assert not book.watch("2026-03-07").done["decide_hardship"]
    assert book.watch("2026-03-08").done["decide_hardship"] == 1
    assert "hardship.lapsed" in book.kinds(PAYS)
    assert not book.watch("2026-03-09").done["decide_hardship"]

"""Signals of single events, by hand: failed debits with their codes, days to pay, contacts missed, what changed, and what nobody tells."""

from datetime import UTC, date, datetime

import pytest

from plimsoll.loan.filing import Filing, body_of
from plimsoll.monitoring.conduct import churn, complaint_words, contacts_missed, days_to_pay, from_conduct
from plimsoll.monitoring.shock import SIGNALS as SHOCKS
from plimsoll.monitoring.signals import from_file, payment_drift, raised
from plimsoll.risk.classify.timeline import timeline
from plimsoll.risk.distress import NOT_LOOKED_AT, distress_in
from plimsoll.rulebook.feature import load as load_features
from plimsoll.rulebook.rules import load as load_rules
from plimsoll.rulebook.signal import load
from plimsoll.units.refusal import Refused
from tests.counter import Counter, opened

CATALOGUE = load()
ON = date(2026, 8, 31).toordinal()


def filed(*told):
    """Give a file from (kind, subject, days before the end of August, body)."""
    rows = []
    for n, (kind, subject, before, body) in enumerate(told, 1):
        at = datetime.fromordinal(ON - before).replace(tzinfo=UTC)
        rows.append(Filing(n, kind, subject, ON - before, at, "test", body_of(body)))
    return tuple(sorted(rows, key=lambda one: one.on))


def debit(due, failure_acts=False, retry=""):
    return {"due_on": due, "failure": "x", "tries": 1, "retry_on": retry, "borrower_acts": failure_acts}


def test_failed_debits_are_counted_by_due_day_and_the_last_code_tells_what_helps():
    short = filed(
        ("autopay.failed", "7", 40, debit("2026-07-20", retry="2026-07-22")),
        ("autopay.failed", "7", 38, debit("2026-07-20", retry="2026-07-24")),
        ("autopay.failed", "7", 100, debit("2026-05-20")),
        ("autopay.failed", "7", 9, debit("2026-08-20", retry="2026-08-23")),
    )
    found = from_conduct(short, ON)
    assert (found["debits_failed"], found["debit_impossible"]) == (2, 0)
    closed = from_conduct((*short, *filed(("autopay.failed", "7", 1, debit("2026-08-29", True)))), ON)
    assert (closed["debits_failed"], closed["debit_impossible"]) == (3, 1)
    assert {"debits_failed", "debit_impossible"} <= {one.name for one in raised(CATALOGUE, closed)}
    assert from_conduct((), ON)["debits_failed"] == 0


@pytest.mark.parametrize(
    ("outcomes", "missed"),
    [
        ((), None),
        (("unanswered", "unanswered", "wrong_number"), 3),
        (("unanswered", "connected", "unanswered"), 1),
        (("unanswered", "refused"), 0),
    ],
)
def test_contacts_missed_in_a_row(outcomes, missed):
    told = []
    for n, outcome in enumerate(outcomes):
        told.append(("contact.attempted", f"c{n}", 20 - n, {"to": "debtor"}))
        told.append(("contact.outcome", f"c{n}", 20 - n, {"outcome": outcome}))
    assert contacts_missed(filed(*told), ON) == missed


def test_a_contact_person_who_does_not_answer_is_not_the_debtor():
    told = filed(("contact.attempted", "c", 5, {"to": "contact_person"}), ("contact.outcome", "c", 5, {"outcome": "unanswered"}))
    assert contacts_missed(told, ON) is None
    assert contacts_missed((*told, *filed(("contact.fact", "unreachable", 2, {}))), ON) == 1


def test_what_complaints_are_about_counts_for_half_a_year():
    told = filed(
        ("complaint.filed", "a", 10, {"about": "collection_conduct"}),
        ("complaint.filed", "b", 10, {"about": "advertising"}),
        ("complaint.filed", "c", 200, {"about": "wrong_amount"}),
        ("hardship.opened", "h", 3, {}),
    )
    found = from_conduct(told, ON)
    assert (found["complaints_hard"], found["hardship_told"]) == (1, 1)
    assert raised(CATALOGUE, found)[0].action == "offer-plan"


def test_what_there_was_first_is_no_change():
    found = churn({"device": [ON - 80, ON - 50, ON - 3], "phone": [ON - 300], "phone_written": [ON - 300, ON - 10]}, ON)
    assert found == {"devices_new": 2, "phones_new": 1, "address_changes": None}
    assert churn({"device": [ON - 200, ON - 100], "address": [ON - 400]}, ON) == {
        "devices_new": 0,
        "phones_new": None,
        "address_changes": 0,
    }


def test_payments_drift_from_early_to_after_the_due_day():
    counter: Counter = opened()
    counter.run("draw", "2026-02-01", loan_id=7, amount="6000.00", currency="CNY", rate="0.0004", instalments=6)
    for day in ("2026-03-01", "2026-04-01", "2026-05-08", "2026-06-11"):
        counter.close(day)
        counter.run("repay", day, loan_id=7, amount="1060.00", currency="CNY")
    held = counter.held(7)
    spans = timeline(held.terms, counter.facts(held), date(2026, 6, 20).toordinal())
    assert not isinstance(spans, Refused)
    assert days_to_pay(spans) == (0, 0, 7, 10)
    assert payment_drift(days_to_pay(spans)) == 8.5


def test_every_signal_has_a_function():
    by_source: dict[str, set[str]] = {}
    for name, one in CATALOGUE.by_name.items():
        by_source.setdefault(one.source, set()).add(name)
    known = from_file((), ON, load_features()) | from_conduct((), ON) | churn({}, ON) | {"payment_drift": None}
    known |= dict.fromkeys(SHOCKS.values())
    assert set(known) == set().union(*(names for source, names in by_source.items() if source != "book"))


def test_words_of_distress_are_counted_as_they_are_written_and_not_kept():
    """Each phrase once, whole words in Latin letters; the day before the list began nothing is looked at."""
    rules, on = load_rules(), date(2026, 10, 1)
    texts = {"我失业了，还不起，失业": 2, "I lost my job and CAN’T pay.": 2, "the surgeryroom": 0, "fees are unclear": 0, "": 0}
    assert {text: distress_in(text, rules, on) for text in texts} == texts
    assert distress_in("失业", rules, date(2026, 9, 30)) == NOT_LOOKED_AT
    by_telephone, said_nothing, said_much = ({"about": "service"} | more for more in ({}, {"distress": 0}, {"distress": 3}))
    said = [("complaint.filed", f"c{n}", before, body) for n, (before, body) in enumerate([(179, by_telephone), (9, said_nothing)])]
    assert complaint_words(filed(), ON) == 0
    assert complaint_words(filed(said[1]), ON) == 0
    assert complaint_words(filed(*said), ON) is None, "nobody could look at what was said on the telephone"
    assert complaint_words(filed(*said), ON + 1) == 0, "and it is half a year ago"
    assert complaint_words(filed(*said, ("complaint.filed", "c9", 5, said_much)), ON) == 1

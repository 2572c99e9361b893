"""The templates for sellers of bad loans: every field and its condition, formats and permitted values, and what is told to be empty."""

from datetime import date, timedelta

import pytest

from plimsoll.disposal.candidate import Candidate, Owed
from plimsoll.disposal.contract import defaulted_on, payments_every, rate_a_year
from plimsoll.disposal.eba import field as formats
from plimsoll.disposal.eba import permitted as said
from plimsoll.disposal.eba import templates
from plimsoll.disposal.eba.field import Field, is_well_formed, percent
from plimsoll.disposal.forbearance import eased
from plimsoll.disposal.particulars import Forbearance, Particulars
from plimsoll.disposal.token import token_of
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import BULLET, CHARGED_OFF_FACT, EQUAL_INSTALMENT, NOTED, PAUSED, REVERSED
from plimsoll.loan.terms import AccountTerms, DueDays, LoanRate, LoanTerms, write_account, write_loan
from plimsoll.units.days import ACTUAL_360, DAYS, MONTHS
from tests.unit.test_plan_life import ASKED, under_a_plan

SECRET = "00112233445566778899aabbccddeeff"
CUT_OFF = date(2026, 9, 30)
DAY = CUT_OFF.toordinal()
KNOWN = Particulars(
    country="CN", penalty_minor=300, rate=(146, 1000), every=said.MONTHLY, matures_on=DAY + 100, defaulted_on=DAY - 109,
    cash=((DAY - 40, 2_000, ""), (DAY, 500, "")), paid_minor=500,
)  # fmt: skip
PLAIN = Candidate(
    7,
    1,
    "cash-line",
    "CNY",
    Owed(9_000, 1_000, 50),
    200,
    "substandard",
    False,
    50_000,
    20_000,
    DAY - 400,
    3,
    DAY,
    (0,) * 36,
    (),
    more=KNOWN,
)


def made(more: dict[str, object] | None = None, **given: object) -> Candidate:
    return PLAIN._replace(more=KNOWN._replace(**(more or {})), **given)


def tables(*loans: Candidate) -> dict[str, templates.Table]:
    return templates.tables_of(loans, SECRET, CUT_OFF)


def told(template: str, *loans: Candidate) -> dict[str, str]:
    """Give the first row of a template by index; a month of 5,03 by index and month."""
    head, first, *_ = templates.filled(tables(*loans)[template], CUT_OFF)
    names = [name.split(" ")[0] + (" " + name[-7:] if name.startswith("5,03") else "") for name in head]
    return dict(zip(names, first, strict=True))


def test_every_template_stands_whole_and_in_order():
    counts = {name: len(fields) for name, fields in templates.TEMPLATES.items()}
    assert counts == {"1": 34, "2.1": 2, "2.2": 3, "2.3": 2, "2.4": 2, "3": 44, "4.1": 43, "4.2": 5, "5": 5}
    for name in ("1", "3", "5"):
        assert [field.number for field in templates.TEMPLATES[name]] == [f"{name},{n:02d}" for n in range(counts[name])]
    assert [field.number for name in ("4.1", "4.2") for field in templates.TEMPLATES[name]] == [f"4,{n:02d}" for n in range(48)]


def test_as_many_fields_are_mandatory_as_the_trade_counts():
    """69 without the five keys that stand in several templates, as a page of the trade counted when they were published."""
    once = {field.number: field for fields in templates.TEMPLATES.values() for field in fields}
    keys = {"2,00", "2,01", "2,02", "2,03", "5,00"}
    assert sum(field.is_mandatory for number, field in once.items() if number not in keys) == 69
    assert len(once) - len(keys) == 130, "one more than the draft, which has one national identifier for people and companies"


def test_a_loan_as_the_book_tells_it():
    row = told("3", PLAIN)
    assert {name: row[f"3,{name}"] for name in ("00", "02", "03", "04", "05", "06", "07", "08")} == {
        "00": "2026-09-30", "02": "2025-08-26", "03": "CN", "04": "no joint counterparties", "05": "Consumer", "06": "Other loans",
        "07": "2027-01-08", "08": "CNY",
    }  # fmt: skip
    assert [row[f"3,{n}"] for n in ("09", "10", "11", "12", "13")] == ["90.00", "7.00", "0.50", "100.50", "200"]
    assert [row[f"3,{n}"] for n in ("14", "15", "16", "17", "18", "19", "20")] == [
        "14.6000",
        "Fixed",
        "",
        "",
        "",
        "Not resettable",
        "Monthly",
    ]
    assert [row[f"3,{n}"] for n in ("21", "22", "23")] == ["2026-09-30", "5.00", "2026-06-13"]
    assert [row[f"3,{n}"] for n in ("30", "31", "32", "33", "38", "39", "43")] == ["No", "", "No", "No", "No", "", ""]
    assert row["3,01"] == token_of(SECRET, "L", 1)
    assert row["3,24"] == said.NO_STEPS


def test_terms_are_asked_up_to_a_year_past_due():
    last, later = told("3", made(days=365)), told("3", made(days=366))
    terms = ("3,07", "3,14", "3,15", "3,19", "3,20")
    assert all(last[name] for name in terms)
    assert not any(later[name] for name in terms)
    assert later["3,13"] == "366"


def test_what_revolves_has_no_last_day():
    row = told("3", made({"is_revolving": True, "matures_on": 0}))
    assert (row["3,06"], row["3,07"], row["3,20"]) == ("Revolving credit", "", "Monthly")


def test_of_a_written_off_loan_the_claim_alone_is_left():
    row = told("3", made(is_written_off=True))
    assert [row[f"3,{n}"] for n in ("09", "10", "11", "12")] == ["0.00", "0.00", "0.00", "100.50"]


def test_penalty_is_on_the_balance_sheet_while_it_is_income():
    assert [told("3", made(days=days))["3,11"] for days in (90, 91)] == ["3.50", "0.50"]


def test_amounts_have_the_digits_of_their_currency():
    assert told("3", made(currency="JPY"))["3,12"] == "10050"


@pytest.mark.parametrize(
    ("stage", "stages"),
    [
        ("in_suit", ["Initial stage"]),
        ("judged", ["Initial stage", said.PROVEN]),
        ("mediated", ["Initial stage", said.PROVEN]),
        ("execution_ended", ["Initial stage", said.PROVEN, said.OVER]),
    ],
)
def test_proceedings(stage, stages):
    court = ((DAY - 300, "filed"), (DAY - 250, "withdrawn"), (DAY - 90, "filed"))
    row = told("3", made({"court": court, "sue_until": DAY + 500}, litigation=stage))
    assert (row["3,24"], row["3,25"], row["3,27"], row["3,28"]) == ("legal proceedings", "2026-07-02", "CN", "")
    assert row["3,26"].split("; ") == stages
    assert row["3,29"] == "2028-02-12"
    whose = told("1", made(litigation=stage))
    assert (whose["1,32"], whose["1,33"]) == ("Other legal measures", stage.replace("_", " ").capitalize())


def test_a_suit_that_came_to_nothing_is_none():
    row = told("3", made({"court": ((DAY - 300, "filed"), (DAY - 250, "withdrawn"))}))
    assert [row[name] for name in ("3,24", "3,25", "3,26", "3,27", "3,29")] == [said.NO_STEPS, "", "", "", ""]


def test_forbearance_is_told_while_it_is_applied():
    measure = Forbearance((said.LOWER_RATE, said.RESCHEDULED), DAY + 60, "plan of 6 instalments")
    row = told("3", made({"measure": measure, "measures_2y": 2}))
    assert [row[f"3,{n}"] for n in range(38, 44)] == [
        "Yes", "interest rate reduction; rescheduled payments", "2026-11-29", "plan of 6 instalments", "", "2",
    ]  # fmt: skip
    assert row["3,24"] == "out of court settlement"
    waived = measure._replace(kinds=(said.FORGIVEN,), forgiven_minor=1_234)
    assert told("3", made({"measure": waived}))["3,42"] == "12.34"
    assert told("3", made({"measures_2y": 2}))["3,43"] == "", "asked only while one is applied"


def test_shares_of_funders():
    row = told("3", made({"is_syndicated": True, "own_ppm": 300_000, "is_securitised": True}))
    assert [row[f"3,{n}"] for n in ("30", "31", "32")] == ["Yes", "30.0000", "Yes"]
    assert told("3", made({"own_ppm": 300_000}))["3,31"] == "", "an investor is no credit institution"


def test_a_borrower_stands_once_with_what_all_the_loans_tell():
    first = made({"replied_on": DAY - 9}, loan_id=2)
    second = made({"replied_on": DAY - 3, "is_dead": True}, loan_id=1, litigation="judged")
    third = made({"is_resident": True, "has_phone": True, "has_email": False}, loan_id=3, customer_id=8, litigation="not_sued")
    assert len(templates.filled(tables(first, second, third)["1"], CUT_OFF)) == 3
    row = told("1", first, second)
    assert row["1,00"] == row["1,02"] == token_of(SECRET, "B", 7)
    assert [row[f"1,{n}"] for n in ("05", "06", "09", "20", "32", "33")] == [
        "Borrower", "Households", "Yes", "2026-09-27", "Other legal measures", "Judged",
    ]  # fmt: skip
    assert [row[f"1,{n}"] for n in ("08", "17", "18", "19")] == ["", "", "", ""]
    other = told("1", third)
    assert [other[f"1,{n}"] for n in ("08", "09", "17", "18", "19", "20", "32")] == [
        "Yes",
        "No",
        "CN",
        "No",
        "Yes",
        "",
        "No legal action taken",
    ]
    assert told("1", made({"is_stayed": True}))["1,33"] == "Collection stayed by a court"


def test_nothing_of_a_person_is_told_before_closing():
    row = told("1", made({"is_resident": True}))
    assert [row[f"1,{n}"] for n in ("01", "03", "07", "11", "12", "14", "15", "16")] == [""] * 8
    assert "7" not in (row["1,00"], row["1,02"])


def test_collections_stand_by_month_and_by_whom():
    agencies = ((DAY - 1_200, 9, "old one"), (DAY - 40, 2_000, "north"), (DAY, 500, ""), (DAY + 1, 77, ""))
    row = told("5", made({"cash": agencies}))
    months = [name for name in row if name.startswith("5,03")]
    assert (len(months), months[0], months[-1]) == (37, "5,03 2023-09", "5,03 2026-09")
    assert {name: row[name] for name in months if row[name] != "0.00"} == {"5,03 2026-08": "20.00", "5,03 2026-09": "5.00"}
    assert (row["5,01"], row["5,02"], row["5,04"]) == ("External", "north", "")
    assert [told("5", PLAIN)[f"5,0{n}"] for n in (1, 2)] == ["Internal", ""]
    assert [told("5", made({"cash": ()}))[f"5,0{n}"] for n in (1, 2)] == ["", ""]


def test_templates_about_collateral_are_empty():
    for name in templates.EMPTY:
        (head,) = templates.filled(tables(PLAIN)[name], CUT_OFF)
        assert head == [field.heading for field in templates.TEMPLATES[name]]


EVERYTHING = [
    PLAIN,
    made({"is_revolving": True, "matures_on": 0, "rate": (0, 1), "own_ppm": 1, "is_syndicated": True}, loan_id=2, customer_id=8),
    made({"court": ((DAY - 90, "filed"),), "sue_until": DAY + 3}, loan_id=3, litigation="execution_ended", is_written_off=True, days=900),
    made({"measure": Forbearance(said.MEASURES[:5], DAY + 60, "all"), "has_phone": True, "is_stayed": True}, loan_id=4, customer_id=9),
    made({"is_resident": True, "cash": ((DAY, 5, "a"), (DAY, 5, "b"))}, loan_id=5, customer_id=10),
    Candidate(11, 6, "cash-line", "CNY", Owed(9_000, 1_000, 50), 200, "loss", False, 0, 0, DAY - 400, 3, 0, (0,) * 36, ()),
]


def test_every_value_follows_format_and_permitted_values():
    assert templates.wrong(tables(*EVERYTHING)) == []
    wrong = templates.wrong(tables(made({"every": "now and then", "country": "China"})))
    assert wrong == ["3: 3,03 Governing Law of Loan Agreement: 'China'", "3: 3,20 Payment Frequency: 'now and then'"]


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (formats.DAY, ("2026-02-28",), ("2026-02-29", "20260228", "28.02.2026")),
        (formats.AMOUNT, ("0.00", "12.34", "5"), ("-1.00", "1,000.00", "1.", "")),
        (formats.WHOLE_NUMBER, ("0", "365"), ("01", "-1", "1.5")),
        (formats.PERCENT, ("14.6000", "0.0000"), ("14.6", "14.60000", "0,1")),
        (formats.YES_NO, ("Yes", "No"), ("yes", "Y", "true")),
        (formats.CHOICE, ("a",), ("c", "a; b")),
        (formats.CHOICES, ("a", "a; b"), ("a; a", "a;b", "c")),
        (formats.COUNTRY, ("CN",), ("cn", "CHN")),
        (formats.CURRENCY, ("CNY",), ("RMB", "cny")),
        (formats.TEXT, ("a b",), ("a\nb",)),
    ],
)
def test_formats(form, good, bad):
    field = Field("9,99", "made up", True, form, permitted=("a", "b"))
    assert all(is_well_formed(field, text) for text in good)
    assert not any(is_well_formed(field, text) for text in bad)


def test_an_amount_has_the_digits_of_its_currency():
    field = Field("9,99", "made up", True, formats.AMOUNT)
    assert [is_well_formed(field, text, "CNY") for text in ("1.00", "1.0", "1", "1.000")] == [True, False, False, False]
    assert [is_well_formed(field, text, "JPY") for text in ("1", "1.00")] == [True, False]


def test_a_share_is_told_in_per_cent_half_up():
    assert [percent(*one) for one in ((146, 1000), (1, 3), (2, 3), (5, 10**7), (0, 1))] == [
        "14.6000",
        "33.3333",
        "66.6667",
        "0.0001",
        "0.0000",
    ]


def test_the_report_tells_what_is_empty_and_what_of_it_is_mandatory():
    empty = templates.unmapped(tables(PLAIN))
    assert empty["1"]["1,07 Date of birth"] == formats.UNTIL_CLOSING
    assert empty["1"]["1,04 Economic activity"] == "of companies only"
    assert empty["4.1"] == empty["2.2"] == {"whole template": "nothing is secured or guaranteed"}
    assert "3,25 Date of initiation of legal proceedings" in empty["3"]
    assert all(why for fields in empty.values() for why in fields.values())
    two = [PLAIN, made({"is_resident": True}, loan_id=2, customer_id=8)]
    assert "1,08 Residency of Counterparty" not in templates.unmapped(tables(*two))["1"], "one row says it"
    gaps = templates.missing(tables(*two))
    assert gaps["1"]["1,08 Residency of Counterparty"].startswith("1 of 2: ")
    assert "1,04 Economic activity" not in gaps["1"], "not asked of people"
    assert gaps["3"] == gaps["5"] == {}
    measured = templates.completeness(tables(*two))
    assert (measured["1"], measured["2.1"]) == (templates.Measured(26, 12, 12), templates.Measured(4, 4, 0))
    sued = made({"court": ((DAY - 90, "filed"),)}, litigation="in_suit")
    assert templates.completeness(tables(sued))["3"].apply == templates.completeness(tables(PLAIN))["3"].apply + 3


def test_the_dictionary_tells_every_field():
    rows = templates.dictionary()
    assert len(rows) == sum(len(fields) for fields in templates.TEMPLATES.values())
    by_number = {(row[0], row[1]): row[2:] for row in rows}
    assert by_number["3", "3,24"] == [
        "Loan legal status", "mandatory", "one of the permitted values", " | ".join(said.LEGAL_STATUS), templates.LISTS,
    ]  # fmt: skip
    assert (by_number["3", "3,03"][-1], by_number["4.1", "4,32"][-1]) == (templates.ANNEX, templates.LIST)


# ---- what the book tells


def terms(**given: object) -> LoanTerms:
    first = date(2026, 2, 15).toordinal()
    plain = {"currency": "CNY", "principal_minor": 120_000, "rate": LoanRate(4, 10_000), "repayment": EQUAL_INSTALMENT}
    return LoanTerms(**plain | {"disbursed_on": first - 31, "due": DueDays(12, MONTHS, 1, first)} | given)


def standing(kind):
    return fold(kind, (), DAY)


@pytest.mark.parametrize(
    ("given", "every", "rate"),
    [
        ({}, said.MONTHLY, "14.6000"),
        ({"due": DueDays(4, MONTHS, 3, DAY)}, said.QUARTERLY, "14.6000"),
        ({"due": DueDays(4, DAYS, 30, DAY)}, said.OTHER, "14.6000"),
        ({"due": DueDays(1, MONTHS, 1, DAY), "repayment": BULLET}, said.AT_ONCE, "14.6000"),
        ({"rate": LoanRate(12, 100, ACTUAL_360)}, said.MONTHLY, "12.0000"),
    ],
)
def test_rate_and_frequency_of_a_contract(given, every, rate):
    found = write_loan(terms(**given))
    assert payments_every(found, standing(found)) == every
    assert percent(*rate_a_year(found, standing(found))) == rate


def test_an_account_asks_monthly():
    found = write_account(
        AccountTerms(currency="CNY", opened_on=DAY - 90, bill_day=1, due_day=10, min_payment=(1, 10), revolving=(5, 10_000))
    )
    assert payments_every(found, standing(found)) == said.MONTHLY
    assert percent(*rate_a_year(found, standing(found))) == "18.2500"


def test_default_begins_on_the_91st_day_and_outlives_part_payments():
    def noted(back: int, bucket: int) -> Fact:
        return Fact(NOTED, DAY - back, 0, bucket, 2)

    assert defaulted_on((), 90, DAY) == 0
    assert defaulted_on((), 100, DAY) == DAY - 9
    assert defaulted_on([noted(300, 4), noted(200, 3), noted(100, 4)], 100, DAY) == DAY - 300, "less late, never current"
    assert defaulted_on([noted(300, 4), noted(200, 1), noted(100, 4)], 110, DAY) == DAY - 100, "late anew after it was current"
    assert defaulted_on([noted(300, 4), noted(-5, 1)], 390, DAY) == DAY - 300, "what comes later says nothing"
    off = Fact(CHARGED_OFF_FACT, DAY - 50)
    assert defaulted_on([off], 100, DAY) == DAY - 50
    assert defaulted_on([off, Fact(REVERSED, DAY - 40, 0, 1)], 60, DAY) == 0


def test_a_holiday_is_a_grace_period_while_it_lasts():
    loan, start = write_loan(terms()), date(2026, 4, 1).toordinal()
    facts = (Fact(PAUSED, start, 0, start + 60, start + 10),)
    found = [eased(loan, facts, (), 1, start + days) for days in (9, 10, 59, 60)]
    assert [bool(one.now) for one in found] == [False, True, True, False]
    assert (found[1].now.kinds, found[1].now.ends_on, found[1].times) == ((said.GRACE,), start + 60, 1)
    assert eased(loan, facts, (), 1, start + 800).times == 0, "two years are looked back on"
    assert eased(loan, (*facts, Fact(REVERSED, start + 1, 0, 1)), (), 1, start + 20) == (None, 0)
    assert eased(loan, (*facts, Fact(CHARGED_OFF_FACT, start + 1)), (), 1, start + 20) == (None, 1)


def test_a_plan_eases_until_it_is_broken():
    counter, _ = under_a_plan(9_000, 9_000, "0", 12, 500)
    held, day = counter.held(11), ASKED.toordinal()
    found = eased(held.terms, counter.facts(held), counter.sheet.filed, 11, day + 30)
    assert found.now.kinds == (said.LOWER_RATE, said.LONGER, said.RESCHEDULED)
    assert (found.now.ends_on, found.times, found.now.forgiven_minor) == (date(2027, 4, 20).toordinal(), 2, 0), (
        "interest rested while it was asked for"
    )
    assert found.now.said == "plan of 12 instalments agreed on 2026-04-20; when it is broken the contract comes back"
    assert eased(held.terms, counter.facts(held), counter.sheet.filed, 11, day - 1) == (None, 0)
    last = ASKED + timedelta(days=61)
    counter.run("break_plan", last.isoformat(), plan_id="p1", loan_id=11)
    held = counter.held(11)
    assert eased(held.terms, counter.facts(held), counter.sheet.filed, 11, last.toordinal()) == (None, 2)


def test_a_reschedule_without_a_plan_eases_to_its_last_due_day():
    counter, _ = under_a_plan(9_000, 9_000, "0", 12, 500)
    moved = counter.run("reschedule", "2026-05-01", loan_id=12, instalments=24)
    assert moved.facts
    held = counter.held(12)
    found = eased(held.terms, counter.facts(held), counter.sheet.filed, 12, ASKED.toordinal() + 30)
    assert found.now.kinds == (said.LONGER, said.RESCHEDULED)
    assert (found.now.ends_on, found.now.said) == (date(2028, 5, 1).toordinal(), "new due days agreed on 2026-05-01")

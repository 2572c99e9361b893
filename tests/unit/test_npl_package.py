"""Packages: what is owed, what keeps a loan out, which loans are chosen, how people are hidden, and the life of the dossier."""

import json
from datetime import UTC, date, datetime
from itertools import product as combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.disposal import tape
from plimsoll.disposal.anonymous import Known, Shown, below, hide, smallest
from plimsoll.disposal.candidate import Candidate, Owed, cash_of, cash_since, history_of, owed_of
from plimsoll.disposal.choose import Bounds, Unit, broken, stratified, units_of
from plimsoll.disposal.eligible import Eligibility, eligibility, reasons_of
from plimsoll.disposal.package import digest_of, package_of, shares_of
from plimsoll.disposal.token import token_of
from plimsoll.disposal.value import Worth
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing, body_of, read_body
from plimsoll.loan.layout import CHARGED_OFF_FACT, O_CLAIM, O_CUMULATIVE, O_SIZE, RECOVERED, REPAID, REVERSED
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused
from tests.dossiers import Dossiers
from tests.filed import File

SECRET = "00112233445566778899aabbccddeeff"
CUT_OFF = date(2026, 9, 30)


def made(loan_id: int, customer_id: int = 0, **given: object) -> Candidate:
    plain = Candidate(
        customer_id or loan_id, loan_id, "cash-line", "CNY", Owed(9_000, 1_000, 0), 200, "substandard", False, 50_000, 20_000, 739_000, 3,
        739_500, (0,) * 30 + (100, 0, 200, 0, 0, 300), (), 37, "浙江",
    )  # fmt: skip
    return plain._replace(**given)


def test_what_was_recovered_of_a_claim_met_principal_then_interest_then_fees():
    out = [0] * O_SIZE
    out[O_CUMULATIVE + 11 : O_CUMULATIVE + 15] = [1_000, 200, 50, 30]
    for claim, left in ((1_280, (1_000, 250, 30)), (780, (500, 250, 30)), (100, (0, 70, 30)), (20, (0, 0, 20))):
        out[O_CLAIM] = claim
        assert owed_of(out) == left
        assert sum(left) == claim


def test_cash_after_the_cut_off_leaves_out_what_was_reversed():
    facts = [Fact(REPAID, 10, 100), Fact(REPAID, 12, 50), Fact(REVERSED, 13, 0, 2), Fact(CHARGED_OFF_FACT, 14), Fact(RECOVERED, 15, 7)]
    assert cash_of(facts) == [(10, 100), (15, 7)]
    assert (cash_since(facts, 10, 20), cash_since(facts, 9, 14)) == (7, 100)
    assert history_of([(date(2026, 9, 1).toordinal(), 5), (date(2023, 10, 31).toordinal(), 3), (1, 9)], CUT_OFF) == (3, *[0] * 34, 5)


# ---- what keeps a loan out


POLICY = eligibility(load(), CUT_OFF, "cfc")


def test_the_rules_of_the_day_keep_out():
    assert (POLICY.days, "secured" in POLICY.reasons, "complaint_open" in POLICY.reasons) == (91, True, True)
    assert reasons_of((), 7, 91, (), POLICY) == ()
    assert reasons_of((), 7, 90, ("pledged", "staff"), POLICY) == ("pledged", "staff", "too_young")
    assert reasons_of((), 7, 90, ("pledged",), Eligibility(frozenset(), 0)) == ()


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ([("file_complaint", {"complaint_id": "c1", "about": "service"})], "complaint_open"),
        ([("tell_contact_fact", {"fact": "died"})], "deceased"),
        ([("tell_contact_fact", {"fact": "disputed", "about": "d1"})], "disputed"),
        (
            [("tell_contact_fact", {"fact": "disputed", "about": "d1"}), ("tell_contact_fact", {"fact": "dispute_closed", "about": "d1"})],
            "",
        ),
    ],
)
def test_what_is_on_file_keeps_out(does, reason):
    file = File()
    for name, fields in does:
        decided = file.run(name, "2026-12-02", **fields)
        assert not isinstance(decided, Refused), decided
    assert reasons_of(file.book.filings, 7, 200, (), POLICY) == ((reason,) if reason else ())


def test_a_house_may_keep_loans_before_a_court_out():
    """The notices of the registry sell them, so the house's own list has to name the stage."""
    file = File()
    for on, step in (("2026-11-01", "filed"), ("2026-12-01", "judged"), ("2026-12-02", "enforced")):
        filings = body_of({"step": step, "reference": "court"})
        day = date.fromisoformat(on)
        one = Filing(1, "court.step", "7", day.toordinal(), datetime(2026, 12, 3, tzinfo=UTC), "desk", filings)
        file.book = file.book._replace(filings=(*file.book.filings, one))
    named = Eligibility(frozenset({"executing"}), 91)
    assert reasons_of(file.book.filings, 7, 200, (), named) == ("executing",)
    assert reasons_of(file.book.filings, 8, 200, (), named) == ()
    assert reasons_of(file.book.filings, 7, 200, (), Eligibility(frozenset({"in_suit"}), 91)) == (), "the suit is over"
    assert reasons_of(file.book.filings, 7, 200, (), POLICY) == ()


def test_a_complaint_about_another_loan_keeps_nothing_out():
    file = File()
    file.run("file_complaint", "2026-12-02", complaint_id="c1", about="service")
    (filed,) = [one for one in file.book.filings if one.kind == "complaint.filed"]
    about_8 = filed._replace(body=body_of(read_body(filed) | {"loans": [8]}))
    assert (reasons_of([about_8], 7, 200, (), POLICY), reasons_of([about_8], 8, 200, (), POLICY)) == ((), ("complaint_open",))


# ---- which loans


def test_a_borrower_goes_whole_or_not_at_all():
    loans = [made(1, 1), made(2, 1, keeps_out=("too_young",)), made(3, 2), made(4, 2)]
    worth = {n: Worth(1_000, 1_200) for n in (1, 2, 3, 4)}
    (unit,) = units_of(loans, worth, 50_000)
    assert (unit.customer_id, unit.weight_minor, unit.gain_minor) == (2, 20_000, 2 * (1_260 - 1_000))


UNITS = st.lists(
    st.tuples(st.integers(1, 50), st.integers(-20, 30), st.sampled_from("abc"), st.integers(1, 2)), min_size=1, max_size=9
).map(lambda rows: [Unit(n, (made(n),) * loans, weight, gain, region) for n, (weight, gain, region, loans) in enumerate(rows, 1)])
BOUNDS = st.builds(
    Bounds,
    st.integers(0, 60),
    st.integers(0, 150),
    st.integers(0, 4),
    st.integers(0, 9),
    st.sampled_from((0, 500_000)),
    st.sampled_from((0, 400_000)),
)


@given(UNITS, BOUNDS)
@settings(max_examples=150, deadline=None)
def test_the_best_choice_is_the_best_of_all(units, bounds):
    """Against every one of the 2^n choices."""
    choose_best = pytest.importorskip("plimsoll.app.disposal.choose_best").choose_best
    found = choose_best(units, bounds)
    all_of_them = ([unit for unit, is_in in zip(units, mask, strict=True) if is_in] for mask in combinations((0, 1), repeat=len(units)))
    good = [choice for choice in all_of_them if not broken(choice, bounds)]
    if isinstance(found, Refused):
        assert not [choice for choice in good if choice and sum(unit.gain_minor for unit in choice) > 0]
    else:
        assert not broken(found, bounds)
        assert sum(unit.gain_minor for unit in found) == max(sum(unit.gain_minor for unit in choice) for choice in good)


def test_a_fair_sample_keeps_the_share_of_each_kind():
    units = [Unit(n, (made(n),), 10, 0, "a" if n <= 60 else "b" if n <= 90 else "c") for n in range(1, 101)]
    chosen = stratified(units, 25, lambda unit: unit.region, "P1")
    assert [sum(unit.region == kind for unit in chosen) for kind in "abc"] == [15, 8, 2]  # 15, 7.5, 2.5: the first remainder in order
    assert chosen == stratified(units[::-1], 25, lambda unit: unit.region, "P1")
    assert chosen != stratified(units, 25, lambda unit: unit.region, "P2")
    assert len(stratified(units, 500, lambda unit: unit.region, "P1")) == 100
    assert stratified([], 5, lambda unit: unit.region, "P1") == []


# ---- names and people


@given(
    st.dictionaries(st.text("xyz", max_size=4), st.tuples(st.integers(18, 70), st.sampled_from(("浙江", "四川", ""))), max_size=40),
    st.integers(1, 6),
)
def test_whoever_is_told_of_has_k_alike(people, k):
    shown = hide({who: Known(*known) for who, known in people.items()}, k)
    told = {who: one for who, one in shown.items() if one != Shown("", "")}
    assert set(shown) == set(people)
    assert not told or smallest(shown) >= k
    assert below([list(one) for one in told.values()], k) == 0


def test_people_are_told_as_finely_as_k_allows():
    same = {f"a{n}": Known(36, "浙江") for n in range(5)} | {f"b{n}": Known(41 + n, "四川") for n in range(5)}
    shown = hide(same, 5)
    assert (shown["a0"], shown["b0"]) == (Shown("35-39", "浙江"), Shown("40-49", "四川"))
    assert set(hide(same | {"c": Known(70, "西藏")}, 5).values()) == {Shown("", "")}, "one left out alone would be told by being so"


def test_tokens_tell_nothing_without_the_secret():
    assert token_of(SECRET, "B", 7) == token_of(SECRET, "B", 7) != token_of(SECRET, "L", 7)
    assert token_of(SECRET, "B", 7) != token_of("f" * 32, "B", 7)
    rows = tape.rows_of([made(n) for n in range(101, 110)], SECRET, CUT_OFF, 5)
    assert not any(cell in [str(n) for n in range(101, 110)] for row in rows for cell in row[:2])
    assert rows == sorted(rows)


def test_the_report_on_a_tape_tells_what_cannot_be():
    loans = [
        made(1),
        made(1),
        made(2, owed=Owed(30_000, 0, 0)),
        made(3, last_paid_on=CUT_OFF.toordinal() + 1),
        made(4, keeps_out=("staff",)),
    ]
    report = tape.check(loans, tape.rows_of(loans, SECRET, CUT_OFF, 5), CUT_OFF, 5)
    assert [line.split(": ", 1) for line in report.wrong] == [
        ["loan 1", "2 times"],
        ["loan 2", "more principal owed than drawn"],
        ["loan 3", "paid after the cut-off"],
        ["loan 4", "staff"],
    ]
    assert (report.rows, report.borrowers, report.k, report.empty) == (5, 4, 4, {"age_band": 5, "region": 5})


# ---- the dossier


ROWS = [[1, 11, 9_000, 1_000, 0, 200, 1_400, 1_100], [2, 12, 500, 0, 0, 91, 70, 55]]
OPEN = {"cut_off": "2026-09-30", "currency": "CNY", "licence": "cfc", "secret": SECRET}
SHEET = {"cut_off": "2026-09-30", "currency": "CNY", "loans": 2, "borrowers": 2, "principal": "95.00", "interest": "10.00"}


def test_a_package_from_open_to_frozen():
    house = Dossiers()
    assert house.run("open_package", "P1", "2026-10-01T09:00", **(OPEN | {"secret": "x"})).code == "package_malformed"
    assert house.run("open_package", "P1", "2026-09-29T09:00", **OPEN).code == "package_malformed"
    assert house.run("open_package", "P1", "2027-01-01T09:00", **OPEN).code == "npl_sale_not_open"
    assert house.run("open_package", "P1", "2026-10-01T09:00", **(OPEN | {"licence": "microloan_online"})).code == "npl_sale_not_open"
    assert house.run("fill_package", "P1", "2026-10-01T09:00", part=1, loans={"loans": ROWS}).code == "package_unknown"
    house.run("open_package", "P1", "2026-10-01T09:00", **OPEN)
    assert house.run("open_package", "P1", "2026-10-01T09:00", **OPEN).code == "package_exists"
    for wrong in (
        {},
        {"loans": []},
        {"loans": [[1, 2]]},
        {"loans": [[1, 11, -5, 0, 0, 200, 0, 0]]},
        {"loans": [[1, 11, 0, 0, 9, 200, 0, 0]]},
    ):
        assert house.run("fill_package", "P1", "2026-10-01T09:00", part=1, loans=wrong).code == "package_part_malformed"
    young = [[3, 13, 500, 0, 0, 90, 0, 0]]
    assert house.run("fill_package", "P1", "2026-10-01T09:00", part=1, loans={"loans": young}).code == "package_loan_too_young"
    assert house.run("freeze_package", "P1", "2026-10-01T09:00", sheet=SHEET).code == "package_differs"
    house.run("fill_package", "P1", "2026-10-01T09:00", part=1, loans={"loans": ROWS})
    assert house.run("fill_package", "P1", "2026-10-01T09:00", part=1, loans={"loans": ROWS}).code == "package_part_exists"
    assert house.run("fill_package", "P1", "2026-10-01T09:00", part=2, loans={"loans": ROWS[1:]}).code == "package_loan_twice"
    assert house.run("freeze_package", "P1", "2026-10-01T09:00", sheet=SHEET | {"principal": "95.01"}).code == "package_differs"
    frozen = house.run("freeze_package", "P1", "2026-10-01T09:00", sheet=SHEET)
    package = package_of(house.of("package", "P1"))
    assert package is not None
    assert json.loads(frozen.answer)["digest"] == package.digest == digest_of(package.loans[::-1])
    assert house.run("fill_package", "P1", "2026-10-01T09:00", part=3, loans={"loans": young}).code == "package_not_ready"
    assert house.run("withdraw_package", "P1", "2026-10-02T09:00", reason=" ").code == "reasons_missing"
    assert not isinstance(house.run("withdraw_package", "P1", "2026-10-02T09:00", reason="no buyer"), Refused)


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**9), min_size=1, max_size=30))
def test_a_price_is_shared_to_the_last_unit(price, weights):
    shares = shares_of(price, weights)
    assert sum(shares) == price
    assert all(abs(share * sum(weights) - price * weight) <= sum(weights) for share, weight in zip(shares, weights, strict=True))

"""What a book on file tells the templates of bad loans, on both databases: court, funders, agency, contact, holiday, reschedule, vault."""

import csv
import json
from datetime import UTC, date, datetime

import pytest

from plimsoll.app.agencies import with_agencies
from plimsoll.app.disposal.bad_loans import Person, Reader, bad_loans
from plimsoll.app.disposal.package_files import write_package
from plimsoll.app.disposal.particulars import with_particulars
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Answer, execute
from plimsoll.app.vault import Act, Vault
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING, read_command
from plimsoll.disposal.eba import permitted as said
from plimsoll.disposal.eligible import eligibility
from plimsoll.rulebook.rules import load
from tests.people_of_house import KEYRING
from tests.walks.test_npl_sale import CUT_OFF, give, made_book, sue

RULES = load()
AGENCY = {
    "title_zh": "北方催收", "title_en": "North collections", "licence": "L", "valid_until": "2026-12-31", "contract_until": "2026-12-31",
    "page": "white list", "commission": ["61:0.15"],
}  # fmt: skip
BANK = {"currency": "CNY", "committed": "1000000.00", "price": "0.045", "most": "0.7"}


def register(store, name: str, subject: str, **fields: object) -> None:
    command = read_command({"key": f"{name} {subject}", "subject": subject, "on": "2026-01-05", **fields}, name)
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert isinstance(execute_dossier(store, DOSSIER_WIRING, command, actor="desk", now=at, rules=RULES), Answer)


def place(store, customer_id: int, on: str) -> None:
    command = read_command({"key": "p", "customer_id": customer_id, "on": on, "agency": "north", "reference": "r1"}, "place_with_agency")
    at = datetime.fromisoformat(f"{on}T09:00").replace(tzinfo=UTC)
    found = execute(store, with_agencies(store, WIRING), command, actor="desk", now=at, rules=RULES)
    assert isinstance(found, Answer), found


@pytest.fixture
def book(store):
    """Seven borrowers (`made_book`): the first written off, the third sued, the others each with something else on file."""
    register(store, "register_agency", "north", **AGENCY)
    register(store, "register_funder", "bank-a", kind="partner", **BANK)
    register(store, "register_funder", "notes-1", kind="notes", **BANK)
    made_book(store)
    sue(store)
    give(store, 4, "2026-01-15", "fund_loan", loan_id=41, shares=["bank-a:0.5", "notes-1:0.2"])
    contact = {"contact_id": "c1", "channel": "call", "purpose": "collect", "zone": "Asia/Shanghai", "by": "lender"}
    give(store, 5, "2026-07-10", "attempt_contact", number="blind", **contact)
    give(store, 5, "2026-07-10", "record_outcome", contact_id="c1", outcome="connected")
    for on, fact in (("2026-07-11", "court_stayed"), ("2026-07-12", "court_stay_lifted"), ("2026-07-13", "court_stayed")):
        give(store, 5, on, "tell_contact_fact", fact=fact)
    place(store, 6, "2026-07-01")
    give(store, 6, "2026-07-20", "repay", loan_id=61, currency="CNY", amount="50.00")
    give(store, 6, "2026-10-02", "repay", loan_id=61, currency="CNY", amount="70.00")
    give(store, 7, "2026-09-01", "pause", loan_id=71, from_on="2026-09-25", until_on="2026-10-25", reason="flood")
    give(store, 7, "2026-09-02", "reschedule", loan_id=71, instalments=2, every="1 month", rate="0.0002", first_due_on="2026-09-20")
    vault = Vault(store, KEYRING)
    act = Act("desk", datetime(2026, 9, 1, tzinfo=UTC), "opening the account")
    assert vault.put_all(5, {"phone": "13812345678", "address": "浙江省杭州市西湖区1号"}, act) is None
    return store


@pytest.fixture
def told(book):
    """What is known of the loans that are late on the cut-off date, by loan."""
    reader = Reader(CUT_OFF, RULES, eligibility(RULES, CUT_OFF, "cfc"), {}, {3: Person(40, "四川"), 4: Person(40, "Kanto")})
    loans = tuple(bad_loans(book, reader))
    found = with_particulars(book, loans, CUT_OFF, RULES)
    assert [one._replace(more=before.more) for one, before in zip(found, loans, strict=True)] == list(loans), "only more is known"
    return {one.loan_id: one for one in found}


def test_what_is_on_file_is_told(told):
    more = {loan_id: one.more for loan_id, one in told.items()}
    day = CUT_OFF.toordinal()
    assert {one.country for one in more.values()} == {"CN"}
    assert [more[n].is_resident for n in (31, 41, 51, 61)] == [True, False, True, False], "a province by list, no other country, an address"
    assert [(more[n].has_phone, more[n].has_email) for n in (51, 61)] == [(True, False), (None, None)]
    assert [date.fromordinal(on).isoformat() for on, _ in more[31].court] == ["2026-07-01", "2026-09-15"], "what came after is not told"
    assert (more[31].sue_until, more[61].sue_until) == (date(2028, 9, 15).toordinal(), 0)
    assert (more[41].own_ppm, more[41].is_syndicated, more[41].is_securitised) == (300_000, True, True)
    assert (more[51].own_ppm, more[51].is_syndicated, more[51].is_securitised) == (1_000_000, False, False)
    assert (more[51].replied_on, more[41].replied_on) == (date(2026, 7, 10).toordinal(), 0)
    assert (more[21].is_dead, more[31].is_dead) == (True, False)
    assert (more[51].is_stayed, more[31].is_stayed) == (True, False)
    assert [(minor, agency) for _, minor, agency in more[61].cash] == [(5_000, "North collections")]
    assert (more[61].paid_minor, more[61].rate, more[61].every) == (5_000, (4 * 365, 10_000), said.MONTHLY)
    assert more[31].defaulted_on == day - 227 + 91
    measure = more[71].measure
    assert measure.kinds == (said.GRACE, said.LOWER_RATE, said.RESCHEDULED)
    assert (date.fromordinal(measure.ends_on).isoformat(), more[71].measures_2y) == ("2026-10-25", 2)
    assert more[71].rate == (2 * 365, 10_000)
    assert more[11].penalty_minor == 0 < more[31].penalty_minor


def test_the_files_follow_their_formats(told, tmp_path):
    report, paths = write_package(tmp_path, list(told.values()), "0" * 32, CUT_OFF, "CNY", 5)
    names = {path.name for path in paths}
    assert {f"eba-{name}.csv" for name in ("1", "2.1", "2.2", "2.3", "2.4", "3", "4.1", "4.2", "5", "fields")} <= names
    said_of = json.loads(tmp_path.joinpath("report.json").read_text("utf-8"))
    assert said_of["eba_wrong"] == []
    assert said_of["eba_completeness"]["3"] == {"apply": 124, "filled": 124, "at_closing": 0, "percent": "100.0000"}, (
        "17 of each, 3 and 1 of who is sued, 2 of who is eased, one not in default"
    )
    assert said_of["eba_mandatory_empty"]["3"] == {}
    with tmp_path.joinpath("eba-3.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == report.rows == 7
    assert sorted(row["3,24 Loan legal status"] for row in rows) == ["legal proceedings"] + [said.NO_STEPS] * 5 + [
        "out of court settlement"
    ]
    for row in rows:
        parts = [
            float(row[f"3,{n} {name}"]) for n, name in (("09", "Principal amount"), ("10", "Accrued interest"), ("11", "Other balances"))
        ]
        assert sum(parts) <= float(row["3,12 Legal Balance"])
    with tmp_path.joinpath("eba-5.csv").open(encoding="utf-8", newline="") as file:
        (paid,) = [row for row in csv.DictReader(file) if row["5,01 Type of Collection"]]
    assert (paid["5,02 Name of External Collection Agent"], paid["5,03 History of Total Repayments 2026-07"]) == (
        "North collections",
        "50.00",
    )
    text = "".join(tmp_path.joinpath(name).read_text("utf-8") for name in names if name.startswith("eba"))
    assert not any(secret in text for secret in ("13812345678", "杭州", "四川"))

"""What can be looked at, of a small book on both databases: figures worked out by hand, and the same over HTTP for whoever may see them."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from plimsoll.app.access.door import Door
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.relation import Sight
from plimsoll.app.business_day import at_instant
from plimsoll.app.case_desk import listed
from plimsoll.app.database import schema
from plimsoll.app.house import House
from plimsoll.app.show import bills as billing
from plimsoll.app.show.bills import bills
from plimsoll.app.show.customer import customer_page
from plimsoll.app.show.customers import Filters, customers
from plimsoll.app.show.history import loan_history
from plimsoll.app.show.journal import EVERY, FIRST, LISTED, Only, journal_of
from plimsoll.app.show.ledger import close_page, closes, trial_balances
from plimsoll.app.show.limits import limit_history
from plimsoll.app.show.loan import loan_page, loans_of
from plimsoll.app.show.queues import WorkAsked, work_page
from plimsoll.app.show.schedule import computed, pay_off, schedule
from plimsoll.app.show.search import search
from plimsoll.units.refusal import Refused
from tests.shown import ACCOUNT, ANN, BO, LOAN, RULES, TODAY, give, made

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
DAY = TODAY.toordinal()


@pytest.fixture
def book(store):
    return made(store)


def on(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def test_a_loan_as_of_any_day(book):
    """10,000.00 at 0.04 % a day: 4.00 a day; the first instalment is 900.41, of which 31 days of interest."""
    page = loan_page(book, ANN, LOAN, DAY)
    assert (page.terms.rate_per_day, page.terms.rate_per_year, page.terms.instalments) == ("0.0004", "0.146", 12)
    # 9,223.59 left; 28 days of it are 103.30, and 5 days of 8,426.48 are 16.85; 797.11 late for 5 days at 20 % a year is 2.18.
    owing = page.owing
    assert (owing.principal_minor, owing.interest_minor, owing.penalty_minor, owing.payoff_minor) == (922_359, 12_015, 218, 934_592)
    assert (owing.days_late, owing.bucket, owing.overdue_class, owing.oldest_due_on) == (5, 1, "short", date(2026, 3, 15))
    assert (page.next.due_on, page.next.amount_minor) == (date(2026, 4, 15), 90_041)
    # On 5 March 1,000.00 came, of which 66.41 was interest of 18 days; on the 10th it bounced.
    assert loan_page(book, ANN, LOAN, on("2026-03-06")).owing.principal_minor == 922_359 - (100_000 - 6_641)
    assert loan_page(book, ANN, LOAN, on("2026-03-10")).owing.principal_minor == 922_359
    assert loan_page(book, ANN, LOAN, on("2026-01-14")).code == "as_of_before_disbursement"
    assert loan_page(book, ANN, 99, DAY).code == "loan_unknown"


def test_the_schedule_says_what_came_of_each_instalment(book):
    found = schedule(book, ANN, LOAN, DAY)
    assert [line.status for line in found.lines] == ["paid", "late", *["to_come"] * 10]
    first, second = found.lines[:2]
    assert (first.interest_minor, first.principal_minor, first.paid_minor, first.left_minor) == (12_400, 77_641, 90_041, 0)
    assert (second.interest_minor, second.left_minor, second.penalty_left_minor, second.days_late) == (10_330, 90_041, 218, 5)
    assert found.principal_minor == 1_000_000, "the parts of all instalments are what was lent"
    assert schedule(book, ANN, ACCOUNT, DAY).code == "fact_does_not_fit"


def test_how_figures_came_about(book):
    found = computed(book, ANN, LOAN, DAY)
    (part,) = found.parts
    assert (part.days, part.balance_minor, part.rate_per_day, part.exact) == (5, 842_648, "0.0004", "1685.296000")
    assert (found.accrued_minor, found.interest_due_minor, found.penalties[0].owed_minor) == (1_685, 10_330, 218)
    account = computed(book, ANN, ACCOUNT, DAY)
    # The minimum of 120.00 is late; the other 1,080.00 revolve from the due day on: ten days of 0.54.
    assert [(one.days, one.balance_minor) for one in account.parts] == [(10, 108_000)]
    assert (account.accrued_minor, account.penalties[0].principal_minor, account.penalty_minor) == (540, 12_000, 60)


def test_what_pays_a_loan_off(book):
    found = pay_off(book, BO, LOAN, on("2026-02-01"))
    # Seventeen days of 4.00; the quote of the same loan says 804.93 of interest in all.
    assert (found.principal_minor, found.interest_minor, found.total_minor) == (1_000_000, 6_800, 1_006_800)
    assert found.saved_minor == 80_493 - 6_800
    assert pay_off(book, BO, LOAN, DAY).total_minor == loan_page(book, BO, LOAN, DAY).owing.payoff_minor


def test_what_happened_to_a_loan(book):
    found = loan_history(book, ANN, LOAN, DAY)
    told = [(one.kind, one.amount_minor, one.reverses, one.reversed_by, one.actor) for one in found.transactions]
    assert told == [("repaid", 90_041, 0, 0, "zhao"), ("repaid", 100_000, 0, 3, "zhao"), ("reversed", 0, 2, 0, "zhao")]
    first = found.transactions[0]
    assert (first.to_interest_minor, first.to_principal_minor, json.loads(first.detail)) == (12_400, 77_641, {"ref": "bank 1"})
    assert all(sum(leg.amount_minor for leg in entry.legs) == 0 for entry in found.entries)
    assert {entry.command for entry in found.entries} == {"draw", "repay", "reverse", "close"}
    (late,) = found.late
    assert (late.since, late.until, late.days_late_most) == (date(2026, 3, 16), None, 5)
    # As of the day before it bounced, the second payment stands, and nothing was late.
    before = loan_history(book, ANN, LOAN, on("2026-03-09"))
    assert [one.reversed_by for one in before.transactions] == [0, 0]
    assert before.late == ()


def test_bills(book):
    found = bills(book, ANN, ACCOUNT, DAY)
    (bill,) = found.bills
    assert (bill.billed_on, bill.due_on, bill.total_minor, bill.minimum_minor, bill.status) == (
        date(2026, 3, 1),
        date(2026, 3, 10),
        120_000,
        12_000,
        billing.LATE,
    )
    assert [(line.merchant, line.ref, line.amount_minor) for line in bill.lines] == [("shop 5", "p1", 120_000)]
    assert found.revolving_minor == 108_000
    open_bill = bills(book, ANN, ACCOUNT, on("2026-03-05"))
    assert open_bill.bills[0].status == billing.OPEN
    assert open_bill.due_on == date(2026, 3, 10)
    assert open_bill.minimum.months > 12, "who pays the least pays for long"
    assert bills(book, ANN, ACCOUNT, on("2026-02-20")).unbilled_minor == 120_000
    assert bills(book, ANN, LOAN, DAY).code == "fact_does_not_fit"


def test_one_customer_on_a_page(book):
    page = customer_page(book, ANN, DAY, NOW)
    line = page.line
    # 9,223.59 and 1,200.00 are in use; the load line of 40,000.00 is below the limit of 50,000.00.
    assert (line.used_minor, line.available_minor, line.load.above_minor) == (1_042_359, 4_000_000 - 1_042_359, 0)
    assert line.cash_available_minor == 3_000_000 - 922_359
    (due,) = page.due
    assert (due.payoff_minor, due.late_minor, due.days_late) == (934_592 + 120_600, 90_259 + 12_060, 10)
    assert page.chips == ("overdue",)
    assert [one.loan_id for one in page.loans] == [ACCOUNT, LOAN]
    assert customer_page(book, 99, DAY, NOW).code == "customer_unknown"
    give(book, BO, "2026-03-20", "open_case", ability="can", willingness="unwilling")
    give(book, BO, "2026-03-20", "freeze", reason="late")
    bo = customer_page(book, BO, DAY, NOW)
    assert bo.chips == ("overdue", "frozen", "case")
    assert (bo.case.bucket, bo.case.days, bo.line.available_minor) == ("mid", 33, 0)


def test_the_list_of_customers(book):
    def found(**said: object) -> list[int]:
        return [one.customer_id for one in customers(book, DAY, Filters(**said)).rows]

    assert found() == [ANN, BO]
    assert found(late_from=11) == [BO]
    assert found(late_from=10) == [ANN, BO]
    assert found(late_through=10) == [ANN]
    assert found(status="frozen") == []
    assert found(product="cash-line") == [ANN, BO]
    assert found(unit="north") == []
    page = customers(book, DAY, limit=1)
    assert ([one.customer_id for one in page.rows], page.next_after) == ([ANN], ANN)
    assert [one.customer_id for one in customers(book, DAY, after=ANN, limit=1).rows] == [BO]
    assert [one.customer_id for one in customers(book, DAY, sight=Sight(customer_ids=frozenset({BO}))).rows] == [BO]
    assert customers(book, DAY, sight=Sight()).rows == ()
    assert [(one.days_late, one.bucket) for one in customers(book, DAY).rows] == [(10, 1), (33, 2)]


def test_changes_of_a_limit(book):
    give(book, ANN, "2026-03-20", "set_limit", limit="35000.00", cash_limit="30000.00", later_limit="5000.00", reason="asked for")
    told = [(one.what, one.before_minor, one.after_minor, one.reason) for one in limit_history(book, ANN, DAY).changes]
    assert told == [("limit_changed", 5_000_000, 3_500_000, "asked for"), ("load_line", None, 4_000_000, "")]
    assert [one.rate_per_day for one in limit_history(book, ANN, DAY).prices] == ["0.0004"]


def test_ledger_and_closes(book):
    (balance,) = trial_balances(book)
    with book.engine.connect() as connection:
        legs = schema.journal.c
        posted = dict(connection.execute(select(legs.account, func.sum(legs.minor)).group_by(legs.account)).all())
    assert balance.is_balanced
    assert sorted(row.debit_minor - row.credit_minor for row in balance.rows) == sorted(int(one) for one in posted.values() if one)
    page = closes(book, limit=2)
    assert (page.open_on, [one.closed_on for one in page.rows]) == (TODAY, [date(2026, 3, 19), date(2026, 3, 18)])
    assert closes(book, page.next_before, 1).rows[0].closed_on == date(2026, 3, 17)
    assert close_page(book, date(2026, 3, 15)).close.loans == 2, "an instalment of each fell due"
    assert close_page(book, TODAY).code == "close_unknown"


def journal_day(book, day, only=EVERY, limit=1):
    """Give every entry of a day, page after page."""
    found, after = [], FIRST
    while after:
        page = journal_of(book, day, only, after, limit)
        found, after = [*found, *page.rows], page.next_after
    return found, page.is_final


def test_the_journal_of_each_day_is_what_was_posted_on_it(book):
    legs = schema.journal.c
    with book.engine.connect() as connection:
        days = connection.scalars(select(legs.posted_on).distinct()).all()
        asked = select(legs.posted_on, legs.customer_id, legs.loan_id, legs.entry_n, func.count()).group_by(*legs[:3], legs.posted_on)
        posted = sorted(tuple(row) for row in connection.execute(asked))
    told = [(day, one) for day in days for one in journal_day(book, day)[0]]
    assert sorted((day, one.customer_id, one.loan_id, one.entry_n, len(one.legs)) for day, one in told) == posted
    assert all(sum(leg.amount_minor for leg in one.legs) == 0 for _, one in told)
    day = date(2026, 3, 10)
    (undone,), is_final = journal_day(book, day)
    assert (undone.command, undone.actor, undone.product, is_final) == ("reverse", "zhao", "cash-line", True)
    assert {one.command for one in journal_day(book, date(2026, 3, 15))[0]} == {"close"}
    assert journal_day(book, date(2026, 2, 14), Only(product="pay-later"), 50)[0][0].customer_id == ANN
    assert journal_day(book, day, Only(product="pay-later"))[0] == []
    assert journal_day(book, day, Only(account="asset.cash"))[0] == [undone]
    assert journal_of(book, TODAY).is_final is False


def test_a_day_is_found_by_its_index(book):
    """On PostgreSQL the planner is kept from reading the whole of so small a table."""
    is_sqlite = book.address.kind == "sqlite"
    found = LISTED.compile(book.engine)
    said = found.construct_params({"on": str(TODAY), "customer_id": 0, "loan_id": -1, "entry_n": 0})
    with book.engine.connect() as connection:
        if is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {found}", tuple(said[name] for name in found.positiontup)).all()
        else:
            connection.exec_driver_sql("SET enable_seqscan = off; SET enable_bitmapscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {found}", said).all()
    assert "ix_journal_day" in str(plan)
    assert "Seq Scan on journal" not in str(plan)


def test_queues_go_by_priority_and_page_after_page(book):
    for customer in (ANN, BO):
        give(book, customer, "2026-03-20", "open_case", ability="can", willingness="unwilling")
    desk = [one.work.customer_id for one in listed(book, at_instant(NOW))]
    assert [one.customer_id for one in work_page(book, "collection", at_instant(NOW)).rows] == desk, "as the desk hands them out"
    first = work_page(book, "collection", at_instant(NOW), limit=1)
    rest = work_page(book, "collection", at_instant(NOW), after=first.next_after, limit=1)
    assert [one.customer_id for one in (*first.rows, *rest.rows)] == desk
    assert rest.next_after == ()
    assert work_page(book, "collection", at_instant(NOW), sight=Sight(customer_ids=frozenset({ANN}))).rows[0].customer_id == ANN
    assert work_page(book, "collection", at_instant(NOW), WorkAsked(state="done")).rows == ()
    assert len(work_page(book, "collection", at_instant(NOW), WorkAsked(assigned_to="")).rows) == 2


def test_search_finds_what_one_may_see(book):
    everything, nobody = (lambda _: Sight(is_everybody=True)), (lambda _: None)
    assert [(one.what, one.customer_id) for one in search(book, "cus_17", everything).hits] == [("customer", ANN)]
    assert [(one.what, one.loan_id) for one in search(book, "loan:17-2", everything).hits] == [("loan", LOAN)]
    assert {one.what for one in search(book, "17", everything).hits} == {"customer", "loan"}
    assert search(book, "17", nobody).hits == ()
    assert search(book, "17", lambda _: Sight(customer_ids=frozenset({BO}))).hits == ()
    assert search(book, "loan:", everything).code == "search_malformed"
    assert search(book, "wat:3", everything).code == "search_malformed"
    assert search(book, "p:13800000000", everything).code == "vault_keys_missing"
    assert search(book, "a' OR 1=1 --", everything).hits == ()


PEOPLE = {
    "manager": Principal("m", ("auditor", "finance", "collections_supervisor")),
    "ann": Principal("borrower-17", ("borrower",), customer_id=ANN),
    "agency": Principal("a", ("agency_staff",), party="north"),
}


class Asking:
    """Somebody at the API, in this process."""

    def __init__(self, house: House) -> None:
        from starlette.testclient import TestClient

        from plimsoll.interfaces.http.serve import Api

        self.client = TestClient(Api(house, Door(house), lambda _house, token, _address: PEOPLE[token]))

    def get(self, path: str, who: str = "manager") -> tuple[int, dict]:
        answer = self.client.get(path, headers={"Authorization": f"Bearer {who}"})
        return answer.status_code, answer.json()

    def post(self, path: str, body: dict, who: str = "manager") -> tuple[int, dict]:
        answer = self.client.post(path, json=body, headers={"Authorization": f"Bearer {who}"})
        return answer.status_code, answer.json()


@pytest.fixture
def api(book):
    with House(book, RULES, now=lambda: NOW) as house:
        yield Asking(house)


def test_over_http_everybody_sees_what_is_theirs(api):
    status, page = api.get("/customers/cus_17", "ann")
    assert (status, page["customer"], page["line"]["available"]) == (200, "cus_17", {"amount": 2_957_641, "currency": "CNY"})
    status, loan = api.get("/loans/loan_17_2?as_of=2026-03-06", "ann")
    assert (status, loan["owing"]["principal"]["amount"]) == (200, 922_359 - 93_359)
    for path in (
        "/customers/cus_18",
        "/loans/loan_18_2",
        "/customers/cus_99",
        "/loans/loan_18_2/schedule",
        "/customers/cus_18/limit_history",
    ):
        assert (api.get(path, "ann")[0], api.get(path, "ann")[1]["code"]) == (404, "absent"), path
        assert api.get(path, "agency")[0] == 404, path
    assert [one["customer"] for one in api.get("/customers", "ann")[1]["data"]] == ["cus_17"]
    assert api.get("/customers", "agency")[1]["data"] == []
    assert api.get("/trial_balances", "ann")[1]["code"] == "permission_missing"


def test_over_http_a_list_goes_on_where_it_stopped(api):
    _, first = api.get("/customers?limit=1")
    _, rest = api.get(f"/customers?limit=1&cursor={first['next_cursor']}")
    assert [one["customer"] for one in (*first["data"], *rest["data"])] == ["cus_17", "cus_18"]
    assert rest["next_cursor"] == ""
    status, told = api.get(f"/customers?limit=1&status=open&cursor={first['next_cursor']}")
    assert (status, told["code"]) == (400, "cursor_of_other_list")
    assert api.get("/customers?late_from=-1")[0] == 400
    assert api.get("/customers?nothing=1")[0] == 400
    assert api.get("/loans/loan_17_2?as_of=2099-01-01")[1]["code"] == "date_out_of_range"


def test_over_http_the_journal_of_a_day_leads_to_its_balances(api):
    assert api.get("/journal", "ann")[1]["code"] == "permission_missing"
    status, page = api.get("/journal?on=2026-03-10&limit=1")
    (entry,) = page["data"]
    assert (status, page["is_final"], entry["loan"], entry["command"]) == (200, True, "loan_17_2", "reverse")
    assert api.get(page["trial_balance"].removeprefix("/v1"))[1]["data"][0]["is_balanced"] is True
    assert api.get(page["close"].removeprefix("/v1"))[1]["close"]["closed_on"] == "2026-03-10"
    first = api.get("/journal?on=2026-03-15&limit=1")[1]
    rest = api.get(f"/journal?on=2026-03-15&limit=1&cursor={first['next_cursor']}")[1]
    assert [one["customer"] for one in (*first["data"], *rest["data"])] == ["cus_17", "cus_18"]
    assert api.get("/journal?account=asset.nothing")[1]["code"] == "query_malformed"


def test_over_http_a_quote_says_all_costs_and_writes_nothing(api, book):
    asked = {"amount": {"amount": 500_000, "currency": "CNY"}, "rate_per_day": "0.00035", "instalments": 12, "on": "2026-12-01"}
    status, told = api.post("/loan_quotes", asked, "ann")
    assert status == 200, told
    # 31 days of 5,000.00 at 0.035 %: 54.25.
    assert (told["rate_per_year"], told["lines"][0]["interest"], len(told["lines"])) == ("0.12775", 5_425, 12)
    assert sum(line["principal"] for line in told["lines"]) == 500_000
    assert told["repay"]["amount"] == sum(line["total"] for line in told["lines"]) == 500_000 + told["interest"]["amount"]
    assert (told["available"]["amount"], told["short"]["amount"]) == (2_077_641, 0)
    assert told["is_within_cap"]
    asked["amount"]["amount"] = 2_100_000
    assert api.post("/loan_quotes", asked, "ann")[1]["short"]["amount"] == 2_100_000 - 2_077_641
    assert api.post("/loan_quotes", asked | {"customer": "cus_18"}, "ann")[0] == 404
    plan = {"loan": "loan_17_1", "amount": {"amount": 120_000, "currency": "CNY"}, "instalments": 6}
    status, told = api.post("/instalment_quotes", plan, "ann")
    assert status == 200, told
    assert [line["principal"] for line in told["lines"]] == [20_000] * 6
    with book.engine.connect() as connection:
        shown = connection.scalar(select(func.count()).where(schema.filing.c.kind == "disclosure.shown"))
    assert shown == 0


def test_no_look_is_refused_by_its_own_shape(api):
    """Every list and page of the house answers in the shape that it promises, whatever stands in the book."""
    from plimsoll.interfaces.http.operations import ALL

    ids = {"customer": "cus_17", "loan": "loan_17_2", "queue": "collection", "day": "2026-03-15", "rule": "CN.COST.CAP"}
    for one in ALL:
        names = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
        if one.method != "GET" or one.is_open or not one.handle.__module__.endswith((".customers", ".loans", ".care", ".work", ".book")):
            continue
        if set(names) <= ids.keys() and not one.path.startswith("/portfolio"):
            path = one.path
            for name in names:
                path = path.replace(f"{{{name}}}", ids[name])
            status, told = api.get(path)
            assert status in (200, 403) or told.get("code") in ("fact_does_not_fit", "extra_missing"), (path, told)


def test_refusals_are_values(book):
    assert isinstance(loans_of(book, 99, DAY), tuple)
    assert loans_of(book, 99, DAY) == ()
    assert isinstance(computed(book, 99, 1, DAY), Refused)

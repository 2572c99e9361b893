"""A borrower with a telephone: what they see is about themselves alone, costs are read before anything is signed, nothing is done twice."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from random import Random

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from plimsoll.app.database.schema import filing
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.house import House
from plimsoll.app.keyring import new_keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.show.loan import DueNext
from plimsoll.app.vault import Act, Vault
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.borrower.me import next_asked
from plimsoll.interfaces.borrower.serve import borrower
from plimsoll.interfaces.pages import words
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.origination.application import fold_applications
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.simulator.documents import make_person
from tests.telephone import ON, READING, RULES, Clock, Phone, house_of_two
from tests.toys import Open, run

PAGES = (
    *("/", "/borrow", "/borrow?amount=1000&instalments=3&repayment=", "/loans", "/bills", "/limit", "/reminders", "/autopay"),
    *("/apply", "/applications", "/consents", "/complaints", "/learn", "/overdue", "/hardship", "/help"),
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(store: Store, clock: Clock) -> Iterator[House]:
    with house_of_two(store, clock) as opened:
        yield opened


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("language", [*words.LANGUAGES, words.STRETCHED])
def test_every_page_is_there_in_every_language(house: House, language: str) -> None:
    phone = Phone(house, 1)
    phone.client.cookies.set("plimsoll-language", language)
    for path in PAGES:
        text = phone.get(path)
        assert not re.search(r"https?://(?!testserver)", text), "nothing comes from another host"
        assert "<script>" not in text
        assert "style=" not in text
        assert "no-store" in phone.client.get(path).headers["cache-control"]


def test_a_draw_goes_through_the_cost_table(house: House, clock: Clock) -> None:
    phone = Phone(house, 1)
    before = phone.page()
    wish = "/borrow?amount=1500&instalments=6&repayment=equal-instalment"
    text = phone.get(wish)
    assert "All-in cost a year" in text
    costs = phone.send(wish, "show").headers["location"]
    assert "/borrow/costs?d=" in costs
    digest = costs.partition("d=")[2].partition("&")[0]
    # Nobody signs past the table, and nobody reads it in no time.
    assert phone.client.get(f"/borrow/sign?d={digest}").headers["location"].endswith("/borrow")
    too_soon = phone.send(costs, "confirm", 409, read="yes")
    assert "seconds" in too_soon.text
    clock.now += READING
    sign = phone.send(costs, "confirm", read="yes").headers["location"].partition("&done")[0].partition("?done")[0]
    fields = {**phone.form(sign, "sign"), "agree": "yes"}
    # What was read cannot be changed in the form.
    dearer = phone.post(sign, {**fields, "key": "other1", "amount": "160000"}, 409)
    assert "cost" in dearer.text.lower()
    done = phone.post(sign, fields).headers["location"]
    again = phone.post(sign, fields).headers["location"]
    assert "done.b.drawn" in done
    assert again == done.replace("b.drawn", "b.drawn-before"), "the loan that was made, and nothing once more"
    after = phone.page()
    assert len(after.loans) == len(before.loans) + 1, "drawn once"
    drawn = max(one.loan_id for one in after.loans)
    assert f"/loans/{drawn}/contract" in phone.get(f"/loans/{drawn}")
    assert digest in phone.get(f"/loans/{drawn}/contract"), "the contract names the very table that was read"
    assert after.line is not None
    assert before.line is not None
    assert after.line.used_minor == before.line.used_minor + 150_000
    # The same once more is the same table, and has to be read once more.
    assert phone.send(wish, "show").headers["location"] == costs
    assert phone.client.get(f"/borrow/sign?d={digest}").headers["location"].endswith("/borrow")
    clock.now += READING
    sign = phone.send(costs, "confirm", read="yes").headers["location"].partition("&done")[0].partition("?done")[0]
    assert "done.b.drawn" in phone.post(sign, {**phone.form(sign, "sign"), "agree": "yes"}).headers["location"]
    assert len(phone.page().loans) == len(before.loans) + 2


def test_paying_off_saves_interest_and_frees_the_limit(house: House) -> None:
    phone = Phone(house, 1)
    loan = next(one for one in phone.page().loans if one.kind == "loan")
    text = phone.get(f"/loans/{loan.loan_id}/pay")
    assert "Interest saved" in text
    phone.send(f"/loans/{loan.loan_id}/pay", "settle")
    page = phone.page()
    assert next(one for one in page.loans if one.loan_id == loan.loan_id).status == "paid_off"
    assert page.line is not None
    assert page.line.used_minor == 0
    paid = phone.get(f"/loans/{loan.loan_id}")
    assert "This loan is paid off" in paid
    assert "Pays it off today" not in paid
    assert "\N{YEN SIGN}0.00" not in paid.partition("Repayment schedule")[0]


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("day", [ON, date(2026, 10, 1)])
def test_what_an_amount_saves_is_shown_before_it_is_paid(house: House, day: date) -> None:
    """Before September 2nd the product counts early money as principal; from then on it keeps it for the coming instalment."""
    house.store.move_open_day(day)
    phone = Phone(house, 1)
    loan = next(one.loan_id for one in phone.page().loans if one.kind == "loan")
    before = phone.page()
    place = phone.send(f"/loans/{loan}/pay", "part", amount="3000").headers["location"]
    assert phone.page() == before, "looking pays nothing"
    text = unescape(phone.get(place))
    assert re.search(r"Interest saved.{0,400}?¥(222\.21|94\.86)", text, re.S), "by 0.037 % a day"
    assert "¥895.40 → ¥" in text
    assert "saves no interest" in phone.get(f"/loans/{loan}/pay?part=1.00")
    assert "This is not an amount" in phone.get(f"/loans/{loan}/pay?ahead=x")
    phone.send(place, "prepay" if day == ON else "repay")
    assert len(phone.page().loans) == len(before.loans)
    assert phone.page().commands_count == before.commands_count + 1


def test_an_instalment_paid_early_is_kept_and_a_prepayment_shows_first_what_it_saves(house: House) -> None:
    phone = Phone(house, 1)
    loan = next(one for one in phone.page().loans if one.kind == "loan")
    place = f"/loans/{loan.loan_id}/pay"
    house.store.move_open_day(date(2026, 10, 1))
    phone.send(place, "repay")
    assert "You cannot be late with it." in phone.get(place)
    coming = int(phone.form(place, "repay")["minor"])
    phone.send(place, "repay", 409, minor="²")
    phone.send(place, "repay")
    held = next(one for one in phone.page().loans if one.loan_id == loan.loan_id)
    assert held.credit_minor == coming
    assert held.principal_minor > loan.principal_minor * 8 // 10
    assert "Kept for the next due day" in phone.get(f"/loans/{loan.loan_id}")
    ahead = phone.send(place, "count", amount="5000").headers["location"]
    assert ahead.endswith(f"{place}?ahead=5000.00")
    assert "Interest saved" in phone.get(ahead)
    phone.send(ahead, "prepay")
    after = next(one for one in phone.page().loans if one.loan_id == loan.loan_id)
    assert (after.principal_minor, after.credit_minor) == (held.principal_minor - 500_000, coming), "a prepayment is principal, all of it"


def test_what_is_others_looks_absent(house: House) -> None:
    mine, other = Phone(house, 1), Phone(house, 2)
    theirs = next(one.loan_id for one in other.page().loans if one.kind == "loan")
    unknown = mine.get("/loans/999999", 404)
    others = mine.get(f"/loans/{theirs}", 404)
    hide = re.compile(r"[0-9a-f]{8,}|/loans/\d+|req_\w+|value=\"[^\"]*\"")
    assert hide.sub("", unknown) == hide.sub("", others)
    fields = mine.form(f"/loans/{next(one.loan_id for one in mine.page().loans if one.kind == 'loan')}/pay", "part")
    refused = mine.post(f"/loans/{theirs}/pay", {**fields, "amount": "10"}, 404)
    assert "10.00" not in refused.text


@pytest.mark.parametrize("kind", ["sqlite"])
def test_forms_of_others_are_refused(house: House) -> None:
    phone = Phone(house, 1)
    fields = phone.form("/autopay", "start")
    before = phone.page().commands_count
    for said, headers in (
        ({**fields, "form_token": ""}, {"Origin": "http://testserver"}),
        ({**fields, "form_token": "0" * 64}, {"Origin": "http://testserver"}),
        (fields, {"Origin": "https://elsewhere.example"}),
        ({**fields, "act": "sign"}, {"Origin": "http://testserver"}),
    ):
        assert phone.client.post("/autopay", data=said, headers=headers).status_code == 403
    assert phone.page().commands_count == before
    assert phone.client.get("/").headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_consents_complaints_wishes_and_help(house: House) -> None:
    phone = Phone(house, 1)
    phone.send("/autopay", "start", agree="yes")
    assert "On:" in phone.get("/autopay")
    phone.send("/autopay", "stop")
    assert "Off." in phone.get("/autopay")
    phone.send("/reminders", "prefer", by_sms="yes", language="en", payday="15")
    assert "SMS" in phone.get("/reminders")
    phone.send("/complaints", "complain", about="wrong_amount")
    assert "being looked into" in phone.get("/complaints")
    phone.send("/hardship", "ask", income="3000", essentials="2000", others="0", flag_job_loss="yes")
    text = phone.get("/hardship")
    assert "Propose a plan" in text
    assert "hardship" in phone.page().chips
    assert phone.client.get("/consents/my-data").headers["content-type"] == "application/json"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_costs_are_read_in_the_language_of_the_page_with_the_sign_of_the_currency(house: House) -> None:
    phone = Phone(house, 1)
    wish = "/borrow?amount=1500&instalments=6&repayment=equal-instalment"
    phone.client.cookies.set("plimsoll-language", "zh-CN")
    chinese = phone.send(wish, "show").headers["location"]
    assert "¥1,500.00，不预先扣除" in phone.get(chinese)
    phone.client.cookies.set("plimsoll-language", "en")
    assert "This was shown to you in Chinese" in phone.get(chinese)
    english = phone.send(chinese, "reshow").headers["location"]
    text = phone.get(english)
    assert english != chinese
    assert "¥1,500.00; nothing is deducted" in text
    shown = re.sub(r"<[^>]+>", " ", text.partition("<main")[2])
    assert not re.search(r"\d\.\d\d (CNY|元)|(?<![¥\d,.])\d[\d,]*\.\d\d(?![\d]* ?%)", shown), "no sum without its sign"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_who_asks_to_be_erased_hears_what_stands_in_the_way_and_by_when(house: House) -> None:
    phone = Phone(house, 1)
    assert "While you have a line or owe something" in phone.get("/consents")
    loan = next(one.loan_id for one in phone.page().loans if one.kind == "loan")
    phone.send(f"/loans/{loan}/pay", "settle")
    phone.send("/limit", "close", sure="yes")
    text = phone.get("/consents").partition("Take my data along")[2]
    assert "The law asks us to keep part of your data until 2036-09-02" in text, re.sub(r"<[^>]+>|\s+", " ", text)[:600]
    first = phone.form("/consents", "erase")
    phone.post("/consents", first)
    assert "Answer by" in phone.get("/complaints")
    assert "done.b.complained-before" in phone.send("/consents", "erase").headers["location"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_people_write_is_never_run(house: House) -> None:
    phone = Phone(house, 1)
    script = "<script>alert(1)</script>"
    loan = next(one for one in phone.page().loans if one.kind == "loan")
    refused = phone.send(f"/loans/{loan.loan_id}/pay", "part", 409, amount=script)
    assert script not in refused.text
    assert phone.get(f"/borrow?amount={script}").count(script) == 0


def test_who_is_no_borrower_sees_nothing(house: House) -> None:
    client = TestClient(borrower(house, open_door(house)), follow_redirects=False)
    for path in PAGES:
        assert client.get(path).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_first_page_is_light(house: House) -> None:
    phone = Phone(house, 1)
    text = phone.get("/")
    size = len(text.encode())
    for address in re.findall(r'(?:href|src)="(/static/[^"]+?\.(?:css|js))"', text):
        size += len(phone.client.get(address).content)
    icons = re.findall(r'href="(/static/[^"#]+\.svg)', text)
    size += sum(len(phone.client.get(address).content) for address in set(icons))
    assert size <= 100_000, f"{size:,} bytes, unpacked"


def test_one_comes_in_by_a_code(store: Store, clock: Clock) -> None:
    run(store, Open("a", 1))
    vault = Vault(store, new_keyring(clock.now))
    assert vault.put(1, "phone", "13800138000", Act("test", clock.now, "application")) is None
    store.move_open_day(ON)
    with House(store, RULES, vault, now=clock) as house:
        client = TestClient(borrower(house, open_door(house)), follow_redirects=False)
        client.cookies.set("plimsoll-language", "en")

        def fields(path: str) -> dict[str, str]:
            text = client.get(path).text
            form = next(one for one in re.findall(r"<form method=\"post\".*?</form>", text, re.S) if "choose" not in one)
            return dict(re.findall(r'name="([^"]+)"[^>]*?value="([^"]*)"', form))

        def asked_for(phone: str) -> tuple[str, str]:
            sent = client.post("/sign-in", data={**fields("/sign-in"), "phone": phone}, headers={"Origin": "http://testserver"})
            assert sent.status_code == 303, sent.text
            place = sent.headers["location"]
            found = re.search(r"Your code is (\d+)", client.get(place).text)
            return place, found[1] if found else ""

        place, code = asked_for("13800138000")
        assert code
        strange_place, nothing = asked_for("13900139000")
        assert not nothing
        assert "is on its way" in client.get(strange_place).text
        wrong = client.post(place, data={**fields(place), "code": "000000"}, headers={"Origin": "http://testserver"})
        assert wrong.status_code == 409
        entered = client.post(place, data={**fields(place), "code": code}, headers={"Origin": "http://testserver"})
        assert entered.status_code == 303, entered.text
        before = client.cookies.get("plimsoll")
        assert client.get("/").status_code == 200
        out = client.post("/sign-out", data={**fields("/"), "act": "sign_out"}, headers={"Origin": "http://testserver"})
        assert out.status_code == 303, out.text
        client.cookies.set("plimsoll", before or "")
        assert client.get("/").headers["location"].startswith("/sign-in"), "the old token opens nothing"


def test_what_was_shown_is_kept(house: House, clock: Clock) -> None:
    phone = Phone(house, 1)
    phone.send("/borrow?amount=600&instalments=3&repayment=", "show")
    with house.store.engine.connect() as connection:
        kinds = connection.scalars(select(filing.c.kind).where(filing.c.customer_id == 1, filing.c.kind == "disclosure.shown")).all()
    assert len(kinds) >= 3


@pytest.mark.parametrize(("suffix", "outcome"), [("0001", "offered"), ("0003", "declined"), ("0004", "in_review")])
def test_who_applies_hears_what_and_why(store: Store, clock: Clock, suffix: str, outcome: str) -> None:
    come = OpenCustomer("a", 1, ON)
    assert isinstance(execute(store, WIRING, come, actor="test", now=clock.now, rules=RULES), Answer)
    vault, act = Vault(store, new_keyring(clock.now)), Act("test", clock.now, "application")
    person = make_person(34, ON, Random(suffix), suffix)
    said = {"name": person.name, "id_number": person.document, "phone": person.phone, "card": person.card}
    assert vault.put_all(1, said, act) is None
    store.move_open_day(ON)
    with House(store, RULES, vault, now=clock) as house:
        phone = Phone(house, 1)
        form = phone.form("/apply", "apply")
        ticked = {name: value for name, value in form.items() if name.startswith("agree_")}
        assert len(ticked) == 8, "each consent by itself, and none ticked before"
        sent = phone.post("/apply", {**form, "amount": "20000", "purpose": "daily_needs"})
        assert "done.b.applied" in sent.headers["location"]
        text = phone.get("/applications")
        found = next(iter(fold_applications(filings_of(store, 1), ON.toordinal()).values()))
        assert found.state == outcome
        if outcome == "declined":
            assert "What decided" in text
            phone.send("/applications", "person")
            assert "in review" in phone.get("/applications")
        if outcome == "offered":
            place = phone.send("/applications", "offer").headers["location"]
            clock.now += READING
            phone.send(place, "confirm", read="yes")
            lesson = house.rules.lessons["borrowing"].at(ON)
            assert lesson is not None
            phone.send("/learn", "take", **dict.fromkeys((f"answer_{n}" for n in range(1, len(lesson.questions) + 1)), "a"))
            assert lesson.questions[0].because["en"] in unescape(phone.get("/learn")), "who answers wrong hears why"
            phone.send("/learn", "take", **{f"answer_{n}": question.right for n, question in enumerate(lesson.questions, 1)})
            assert "You passed" in phone.get("/learn")
            assert "done.b.signed" in phone.send(place, "sign", read="yes").headers["location"]
            assert "Available limit" in phone.get("/")


def test_of_a_bill_the_whole_is_named_first_and_the_least_beneath_it_with_what_that_costs() -> None:
    told = next_asked(Visit(None, None, language="en"), DueNext("CNY", date(2026, 9, 10), 50_000, 91_156))  # type: ignore[arg-type]
    assert "911.56" in told.text
    assert "500.00" in told.under
    assert "bears interest" in told.under
    assert next_asked(Visit(None, None), DueNext("CNY", date(2026, 9, 10), 91_156, 91_156)).under == ""  # type: ignore[arg-type]


def test_a_debt_that_was_sold_is_told_with_who_holds_it_and_is_not_paid_here(house: House) -> None:
    phone = Phone(house, 1)
    loan = next(one.loan_id for one in phone.page().loans if one.kind == "loan")
    sold = {
        "loan_id": loan,
        "package": "P1",
        "buyer": "taihu",
        "buyer_name": "Taihu Local Asset Management",
        "currency": "CNY",
        "amount": "100.00",
    }
    command = read_command({"key": "sold", "customer_id": 1, "on": ON.isoformat(), **sold}, "transfer_claim")
    assert isinstance(execute(house.store, WIRING, command, actor="li", now=house.now(), rules=RULES), Answer)
    for path in (f"/loans/{loan}", f"/loans/{loan}/pay"):
        text = phone.get(path)
        assert "Taihu Local Asset Management" in text
        assert f'href="/loans/{loan}/pay"' not in text
        assert 'name="minor"' not in text

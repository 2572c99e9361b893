"""The figures of the back office: each view in every language for who may see it, none for who may not, worked out once a business date."""

import json
import re
from contextlib import closing
from datetime import date
from threading import Event

import pytest
from sqlalchemy import func, insert, select

from plimsoll.app import kept_figures as keeping
from plimsoll.app.config import tape_folder
from plimsoll.app.database.schema import command, fact, filing, journal, loan, loan_state
from plimsoll.app.kept_figures import BeingMade, Figure, KeptFigures, Made, figures_folder, kept_figures
from plimsoll.app.show import risk
from plimsoll.app.show.figures import FIGURES, make_figures
from plimsoll.app.show.funding import ladder_rows
from plimsoll.app.show.liquidity import unanswered
from plimsoll.app.show.otherwise import prepaid, rescheduled
from plimsoll.app.show.risk import accounts_behind, expected_loss, npl_bridge, stressed_book, whole_parts
from plimsoll.app.show.schedule import pay_off, schedule
from plimsoll.app.treasury.cash import cash_stated
from plimsoll.interfaces.console import figures
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.words import say
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused
from tests import looked
from tests.made_house import made_house

VIEWS = ("", "/bridge", "/expected-loss", "/stress", "/accounts", "/accounts?from=M1&stage=2")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    with pytest.MonkeyPatch.context() as patch, made_house(folder) as made:
        patch.setenv("PLIMSOLL_TAPE", str(folder / "tape"))
        kept_figures(made).wait_s = 60.0
        yield made


pages, look = looked.pages, looked.look


@pytest.mark.parametrize("language", ["en", "zh-CN", "xx"])
def test_every_view_of_the_portfolio_shows_itself(look, language):
    client = look("fin", language)
    for view in VIEWS:
        page = client.get(f"/console/portfolio{view}")
        assert page.status_code == 200, view
        assert page.text.count('aria-current="page"') == 2, view
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), f"{view}: {sorted(one for one in ids if ids.count(one) > 1)}"
        if language == "en":
            assert not re.search(r"[\u4e00-\u9fff]", page.text.replace("中文", "")), view
        if language == "xx":
            assert not re.search(r"<h[12][^>]*>\s*[A-Za-z]", page.text.partition("<main")[2]), view


def test_who_may_not_see_the_portfolio_sees_none_of_its_views(look):
    client = look("col")
    for view in VIEWS:
        assert client.get(f"/console/portfolio{view}").status_code == 403, view


@pytest.mark.parametrize("language", ["en", "zh-CN", "xx"])
def test_treasury_shows_itself_with_the_cash_that_is_said(look, language):
    client = look("tre", language)
    for address in ("/console/treasury", "/console/treasury?cash=300000.00", "/console/treasury?cash=x&currency=zz"):
        page = client.get(address)
        assert page.status_code == 200, address
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
        assert len(re.findall(r'id="(?:ladder|triggers|survival|funders|unanswered|throttle)"', page.text)) == 6, address
        if language == "en":
            assert not re.search(r"[\u4e00-\u9fff]", page.text.replace("中文", "")), address
    assert "¥300,000.00" in client.get("/console/treasury?cash=300000.00").text
    assert look("col").get("/console/treasury").status_code == 403


def test_the_overview_tells_what_the_ladder_has(look, house):
    found = ladder_rows(house.store, house.today(), house.today(), house.rules, {})
    net = written.large(found[0].behaved[1].cumulative_minor, "CNY", "en")
    assert net in look("fin").get("/console/").text
    assert net in look("tre").get("/console/treasury").text


def test_cash_in_hand_is_stated_on_the_page_and_begins_the_ladder(look, house):
    client = look("tre")
    page = client.get("/console/treasury").text
    assert say("liquidity.no-cash", "en") in page
    form = dict(re.findall(r'name="(form_token|key)" value="([^"]+)"', page[page.index('value="state"') :]))
    sent = {"act": "state", "amount": "123,456.70", "source": "bank statement 7", **form}
    assert client.post("/console/treasury", data={**sent, "amount": "-1"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 409
    assert client.post("/console/treasury", data=sent, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    stated = cash_stated(house.store, "CNY", house.today().toordinal())
    assert (stated.minor, stated.actor) == (12_345_670, "tre")
    page = client.get("/console/treasury").text
    assert "¥123,456.70" in page
    assert say("liquidity.no-cash", "en") not in page
    assert say("cash.not-stated", "en") in client.get("/console/treasury?cash=5").text


def test_a_debit_without_an_answer_is_told_until_it_has_one(house):
    store = house.store
    with store.engine.connect() as connection:
        customer_id, n = connection.execute(
            select(filing.c.customer_id, func.max(filing.c.n)).group_by(filing.c.customer_id).limit(1)
        ).one()
    rows = [("autopay.asked", "i1", "2026-01-05"), ("autopay.done", "i1", "2026-01-05"), ("autopay.asked", "i2", "2026-02-05")]
    for place, (kind, instruction, due_on) in enumerate(rows, 1):
        body = json.dumps({"instruction": instruction, "due_on": due_on, "minor": 12_345})
        told = {"command_n": 1, "kind": kind, "subject": "7", "effective_on": house.today(), "recorded_at": house.now(), "actor": "autopay"}
        with store.changing() as connection:
            connection.execute(insert(filing).values(customer_id=customer_id, n=n + place, rules_id=1, body=body, **told))
        assert [one.instruction for one in unanswered(store)] == [["i1"], [], ["i2"]][place - 1]
    (one,) = unanswered(store)
    assert (one.customer_id, one.loan_id, one.due_on, one.minor) == (customer_id, 7, "2026-02-05", 12_345)


def test_parts_of_a_change_add_up_to_it_as_they_are_written():
    parts = {"a": 0.0000004, "b": 0.0000004, "c": 0.0000004, "d": -0.0000009}
    assert sum(whole_parts(parts).values()) == round(sum(parts.values()) * 1_000_000)


def test_views_agree_with_each_other(house):
    store, rules = house.store, house.rules
    bridge, expected = npl_bridge(store), expected_loss(store, rules)
    stressed, every = stressed_book(store, rules), accounts_behind(store, rules)
    assert bridge.share_from_ppm + sum(bridge.parts.values()) == bridge.share_to_ppm == bridge.steps[-1].share_ppm
    assert expected.adds_up
    opening, *lines, closing = expected.movement
    assert opening.all_minor + sum(one.all_minor for one in lines) == closing.all_minor == stressed.allowance_minor
    assert sum(one.loans for one in expected.stages) == every.loans
    second = accounts_behind(store, rules, stage=2)
    assert second.loans == expected.stages[1].loans
    assert {one.stage for one in second.rows} <= {2}


@pytest.mark.parametrize(("month", "since"), [("2019-01", "C"), ("", "M99")])
def test_what_no_tape_tells_is_said(house, month, since):
    with pytest.raises(Malformed) as wrong:
        accounts_behind(house.store, house.rules, month, since)
    assert wrong.value.code == "field_malformed"


def test_a_view_says_what_is_wrong_with_what_was_asked(look):
    page = look("fin").get("/console/portfolio/accounts?month=2019-01")
    assert page.status_code == 200
    assert "2019-01" in page.text


def test_a_view_says_which_extra_is_missing(look, monkeypatch):
    missing = Figure("missing", lambda _: Refused("extra_missing", "", "No module named 'duckdb'"))
    monkeypatch.setattr(figures, "BRIDGE", missing)
    page = look("fin").get("/console/portfolio/bridge")
    assert page.status_code == 200
    assert "duckdb" in page.text


@pytest.fixture
def kept(house):
    with closing(KeptFigures(house, 60.0)) as made:
        yield made
    for name in ("x", "slow"):
        (figures_folder(tape_folder(house.store.address.url)) / f"{name}.json").unlink(missing_ok=True)


def counted(made, name="x", **of):
    return Figure(name, lambda _: made.append(1) or (len(made), {date(2026, 1, 2): Rate(1, 10)}), **of)


def test_figures_stand_until_something_is_written_and_they_have_rested(house, kept, monkeypatch):
    made = []
    figure = counted(made)
    assert [kept.look(figure).value[0] for _ in range(2)] == [1, 1]
    monkeypatch.setattr(keeping, "book_mark", lambda _: "moved")
    monkeypatch.setattr(keeping, "REST", 10**9)
    assert kept.look(figure).value[0] == 1
    monkeypatch.setattr(keeping, "REST", 0)
    assert kept.look(figure).value[0] == 2
    later = house.today().replace(year=2030)
    monkeypatch.setattr(house, "today", lambda: later)
    assert kept.look(figure).on.year == 2030
    assert made == [1, 1, 1]


def test_figures_are_read_from_their_file_by_whoever_comes_next_and_not_by_another_book(house, kept, monkeypatch):
    made = []
    kept.look(counted(made))
    with closing(KeptFigures(house)) as second:
        found = second.look(counted(made))
        assert (found.value, found.at) == ((1, {date(2026, 1, 2): Rate(1, 10)}), kept.look(counted(made)).at)
    path = figures_folder(tape_folder(house.store.address.url)) / "x.json"
    said = json.loads(path.read_text("utf-8"))
    for wrong in ({**said, "book": "another"}, {**said, "rules": "others"}, {**said, "value": {"is": "os.system", "of": []}}, {}):
        path.write_text(json.dumps(wrong), "utf-8")
        with closing(KeptFigures(house, 60.0)) as third:
            assert third.look(counted(made)).value[0] == len(made)
    assert len(made) == 5
    monkeypatch.setattr(house, "mode", "read-only")
    path.unlink()
    kept.forget()
    kept.look(counted(made))
    assert not path.exists()


def test_a_page_does_not_wait_for_figures_and_shows_those_of_the_day_before(house, kept, look, monkeypatch):
    go_on, today = Event(), house.today()
    slow = Figure("slow", lambda _: go_on.wait(60) and "made")
    kept.wait_s = 0.0
    assert isinstance(kept.look(slow), BeingMade)
    monkeypatch.setattr(figures, "EXPECTED", slow)
    monkeypatch.setattr(kept_figures(house), "wait_s", 0.0)
    page = look("fin").get("/console/portfolio/expected-loss").text
    assert say("kept.being-made", "en", {"at": "?"}).partition("?")[0] in page
    assert '<noscript><meta http-equiv="refresh"' in page
    go_on.set()
    kept.make(slow)
    assert kept.look(slow).value == "made"
    go_on.clear()
    monkeypatch.setattr(house, "today", lambda: today.replace(year=2030))
    found = kept.look(slow)
    assert isinstance(found, Made)
    assert (found.on, found.anew_since is None) == (today, False)
    go_on.set()


def test_what_cannot_be_made_is_told_and_tried_again(kept, monkeypatch):
    made = []

    def fail(_):
        made.append(1)
        raise Malformed("tape_missing", "")

    for again in (10**9, 10**9, -1):
        monkeypatch.setattr(keeping, "AGAIN_S", again)
        with pytest.raises(Malformed):
            kept.look(Figure("fails", fail))
    assert len(made) == 2


def test_every_figure_is_made_beside_the_pages_and_read_again_as_it_was(house, monkeypatch):
    kept = kept_figures(house)
    make_figures(kept)
    monkeypatch.setattr(keeping, "REST", 10**9)
    with closing(KeptFigures(house)) as second:
        for one in FIGURES:
            assert second.look(one, 0.0).value == kept.look(one).value, one.name


def test_states_are_those_of_the_tape():
    from plimsoll.portfolio.state import LATEST, NAMES

    assert NAMES[: LATEST + 1] == risk.STATES


@pytest.fixture(scope="module")
def lent(house):
    """A running loan of a borrower."""
    wanted = select(loan.c.customer_id, loan.c.loan_id).join(
        loan_state, (loan_state.c.customer_id == loan.c.customer_id) & (loan_state.c.loan_id == loan.c.loan_id)
    )
    with house.store.engine.connect() as connection:
        return connection.execute(wanted.where(loan.c.product == "cash-line", loan_state.c.principal_minor > 100_000).limit(1)).one()


def count_written(house):
    with house.store.engine.connect() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in (fact, filing, journal, command)]


@pytest.mark.parametrize("language", ["en", "zh-CN", "xx"])
def test_asking_otherwise_of_a_loan_shows_both_schedules_and_writes_nothing(look, house, lent, language):
    client, before = look("ana", language), count_written(house)
    path = f"/console/customers/{lent.customer_id}/loans/{lent.loan_id}"
    assert f'{path}/what-if" data-key="f"' in client.get(path).text
    for query in (
        "",
        "?what=reschedule&instalments=18",
        "?amount=99999999.00",
        "?amount=x",
        "?what=reschedule&instalments=x",
        "?on=never&amount=1",
    ):
        page = client.get(f"{path}/what-if{query}")
        assert page.status_code == 200, query
        assert ('id="schedules"' in page.text) == (query in {"?what=reschedule&instalments=18", "?amount=99999999.00"}), query
    assert count_written(house) == before
    assert look("ops", language).get(f"{path}/what-if").status_code in (403, 404)
    assert client.get("/console/customers/999999/loans/1/what-if?amount=5").status_code == 404


def test_otherwise_comes_to_what_paying_it_off_and_rescheduling_come_to(house, lent):
    store, rules, today = house.store, house.rules, house.today()
    off = pay_off(store, *lent, today.toordinal())
    settled = prepaid(store, rules, *lent, today, 10**11, "CNY")
    assert (settled.what, settled.paid_minor, settled.saved_minor) == ("settle", off.total_minor, off.saved_minor)
    assert settled.ends_then is None
    due = sum(one.left_minor for one in schedule(store, *lent, today.toordinal()).lines if one.due_on <= today)
    part = prepaid(store, rules, *lent, today, due + 50_000, "CNY")
    assert (part.what, part.paid_minor) == ("prepay", due + 50_000)
    assert 0 < part.saved_minor < settled.saved_minor
    assert part.pay_now_minor - part.pay_then_minor == part.saved_minor
    longer = rescheduled(store, rules, *lent, today, 36)
    assert longer.saved_minor < 0
    assert len([one for one in longer.rows if one.then_minor]) == 36
    assert prepaid(store, rules, *lent, today.replace(year=2000), 100, "CNY").code == "as_of_before_disbursement"


def test_asking_otherwise_of_an_application_stands_beside_what_was_decided(look, house):
    with house.store.engine.connect() as connection:
        one = connection.execute(select(filing.c.customer_id, filing.c.subject).where(filing.c.kind == "decision").limit(1)).one()
    path, before = f"/console/customers/{one.customer_id}/applications/{one.subject}", count_written(house)
    for language in ("en", "zh-CN", "xx"):
        client = look("eve", language)
        for query in ("", "?amount=5000&instalments=6&income=30000&versions=now"):
            page = client.get(f"{path}/what-if{query}")
            assert page.status_code == 200, query
            assert 'id="beside"' in page.text
        assert 'id="beside"' not in client.get(f"{path}/what-if?instalments=x").text
    shown = client.get(path).text
    assert 'data-key="f"' in shown
    assert 'data-chart="waterfall-good"' in shown
    led = client.get(f"/console/customers/{one.customer_id}/what-if")
    assert led.headers["location"] == f"{path}/what-if"
    assert count_written(house) == before
    assert look("col").get(f"{path}/what-if").status_code in (403, 404)

"""Four eyes, on both databases: what is asked for waits, is shown in words, is agreed to by others, and is done once."""

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import exc, func, insert, select, update

from plimsoll.app.access.door import Door
from plimsoll.app.access.principal import Principal
from plimsoll.app.approve import check as checking
from plimsoll.app.approve.ask import ask_approval, key_of
from plimsoll.app.approve.check import AGREE, REJECT, Checked, check, end_overdue, withdraw
from plimsoll.app.approve.execute import ActKind
from plimsoll.app.approve.inbox import approval_of, approvals, place_of
from plimsoll.app.approve.need import Act, Waiting, needed
from plimsoll.app.database.schema import audit, command, fact, filing, journal
from plimsoll.app.database.schema_access import access_event, approval, approval_check
from plimsoll.app.dossier import dossier_of
from plimsoll.app.execute import Answer
from plimsoll.app.house import LIVE, House
from plimsoll.app.open_door import open_door
from plimsoll.collections.register_agency import RegisterAgency
from plimsoll.collections.resume_agency import ResumeAgency
from plimsoll.collections.suspend_agency import SuspendAgency
from plimsoll.loan.filing import body_of
from plimsoll.rulebook.rules import load
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.reverse import Reverse
from plimsoll.servicing.set_limit import SetLimit
from plimsoll.servicing.waive import Waive
from plimsoll.treasury.assess_investor import AssessInvestor
from plimsoll.treasury.register_funder import RegisterFunder
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
ANN, LOAN, ACCOUNT = 41, 2, 1


ONE_ENGINE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""What does not depend on the database runs on one."""


class Clock:
    """An instant that a test moves."""

    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(store, clock):
    with House(store, load(), now=clock) as opened:
        store.move_open_day(DAY)
        for asked in (
            OpenCustomer("c", ANN, DAY),
            OpenLine("l", ANN, DAY, "CNY", 5_000_00, 5_000_00, 0, ACCOUNT, 10),
            Draw("d", ANN, DAY, LOAN, 3_000_00, "CNY", Rate.parse("0.0004"), 6),
            Repay("r", ANN, DAY, 100_00, "CNY", LOAN),
        ):
            done = opened.execute(asked, actor="desk")
            assert isinstance(done, Answer), done
        yield opened


def person(name, *roles):
    """Give somebody who showed a second factor just now."""
    return Principal(name, roles, strong_at=NOW)


MAKER = person("li", "underwriter_2")
CHECKER = person("wang", "finance")
OTHER = person("zhao", "compliance")


@ONE_ENGINE
def test_policy_holds_in_a_book_that_takes_any_day(store):
    """Where no day is open, the policy of the clock's day holds; nothing is dated back there."""
    with House(store, load(), now=Clock()) as opened:
        assert opened.today() == date.min
        assert needed(opened, MAKER, Act("import_apply", "k", "imp_1", body_of({}))).checkers in (1, 2)
        assert needed(opened, MAKER, Repay("r", ANN, date(2020, 1, 1), 100, "CNY", LOAN)) is None


def raised(key="raise", minor=8_000_00):
    return SetLimit(key, ANN, DAY, "CNY", minor, minor, 0, reason="income doubled")


def asked(house, command, who=MAKER):
    """Ask for a command that needs others, and give what it waits for."""
    need = needed(house, who, command)
    assert need is not None, command
    waiting = ask_approval(house, who, command, need, "because")
    assert isinstance(waiting, Waiting), waiting
    return waiting


def checked(house, waiting, who=CHECKER, verdict=AGREE, comment="", **more):
    found = check(house, who, waiting.approval_id, waiting.sha256, verdict, comment, may=Door(house).may, **more)
    return found.code if isinstance(found, Refused) else found


def row_of(house, waiting):
    with house.store.engine.connect() as connection:
        return connection.execute(select(approval).where(approval.c.approval_id == waiting.approval_id)).one()


def counted(house, table):
    with house.store.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_limit_that_rises_waits_is_shown_in_words_and_is_done_by_the_second_person(house):
    before = [counted(house, table) for table in (command, audit, journal, fact, filing)]
    waiting = asked(house, raised())
    assert [counted(house, table) for table in (command, audit, journal, fact, filing)] == before, "a preview writes nothing"
    shown = json.loads(row_of(house, waiting).shown)
    assert shown["headline"] == {"en": f"Set the limit of customer {ANN}", "zh-CN": f"调整额度：客户 {ANN}"}
    assert {"field": "limit_minor", "en": "limit", "zh-CN": "额度", "before": "5000.00 CNY", "after": "8000.00 CNY"} in shown["change"]
    assert shown["effect"]["line"]["limit_minor"] == [5_000_00, 8_000_00]
    assert shown["effect"]["line"]["available_minor"] == [2_098_80, 5_098_80]
    assert waiting.expires_at == NOW + timedelta(hours=24)
    assert checked(house, waiting) == Checked(waiting.approval_id, "executed", 1, 1, row_of(house, waiting).outcome)
    assert json.loads(row_of(house, waiting).outcome)["limit"] == "8000.00"
    with house.store.engine.connect() as connection:
        given = connection.execute(select(audit.c.actor).where(audit.c.key == key_of(waiting.approval_id))).scalar_one()
        steps = connection.execute(select(access_event.c.action, access_event.c.actor).order_by(access_event.c.event_id)).all()
    assert given == "li", "done in the name of who asked"
    assert {tuple(step) for step in steps} == {
        ("approval_requested", "li"),
        ("approval_agreed", "wang"),
        ("approval_executed", "wang"),
    }


def test_a_loan_verb_shows_its_legs_and_the_schedule_before_and_after(house):
    waiting = asked(house, Reverse("rev", ANN, DAY, LOAN, 1, reason="booked twice"), person("li", "finance"))
    effect = json.loads(row_of(house, waiting).shown)["effect"]
    assert {leg["account"]: leg["amount_minor"] for leg in effect["ledger"]} == {
        "asset.cash": -100_00,
        "asset.loan.interest": 1_20,
        "asset.loan.principal": 98_80,
    }
    (loan,) = effect["loans"]
    now, then = loan["schedule"]
    assert len(now) == len(then) == 6
    assert sum(row[1] for row in then) - sum(row[1] for row in now) == 98_80, "a day's interest was paid first"
    assert loan["owed"]["principal_minor"] == [2_901_20, 3_000_00]


@ONE_ENGINE
def test_what_the_department_refuses_now_is_not_asked_for(house):
    need = needed(house, MAKER, raised(minor=10**12))
    found = ask_approval(house, MAKER, raised(minor=10**12), need)
    assert isinstance(found, Refused)
    assert counted(house, approval) == 0


@ONE_ENGINE
def test_nobody_is_needed_for_less(house):
    assert needed(house, MAKER, raised(minor=4_000_00)) is None, "a limit that is lowered"
    assert needed(house, MAKER, Waive("w", ANN, DAY, LOAN, "CNY", interest_minor=500_00)) is None
    assert needed(house, MAKER, Waive("w", ANN, DAY, LOAN, "CNY", interest_minor=500_01)).checkers == 1
    assert needed(house, MAKER, Waive("w", ANN, DAY, LOAN, "CNY", interest_minor=200_000_01)).checkers == 2
    assert needed(house, MAKER, Waive("w", ANN, DAY, LOAN, "USD", interest_minor=1)).checkers == 2, "cannot be compared"
    assert needed(house, MAKER, Repay("p", ANN, DAY - timedelta(3), 1, "CNY", LOAN)) is None
    assert needed(house, MAKER, Repay("p", ANN, DAY - timedelta(4), 1, "CNY", LOAN)).rule == "POLICY.APPROVAL.BACK_DATED.DAYS"


def test_the_same_key_gives_the_same_approval_and_another_content_is_refused(house):
    waiting = asked(house, raised())
    assert asked(house, raised()) == waiting
    other = raised(minor=9_000_00)
    found = ask_approval(house, MAKER, other, needed(house, MAKER, other))
    assert isinstance(found, Refused)
    assert found.code == "key_reused"
    assert counted(house, approval) == 1


@ONE_ENGINE
def test_who_asked_may_not_agree_whatever_key_they_use(house):
    waiting = asked(house, raised())
    assert checked(house, waiting, MAKER) == "maker_cannot_check"
    assert checked(house, waiting, replace(MAKER, key_id="k1")) == "maker_cannot_check"
    assert checked(house, waiting, person("kim", "servicing")) == "permission_missing"
    assert checked(house, waiting, replace(CHECKER, strong_at=None)) == "second_factor_needed"
    assert row_of(house, waiting).state == "pending"


@pytest.mark.parametrize("maker", ["li", "somebody"], ids=["the maker", "a maker made up to get past"])
def test_the_database_itself_keeps_the_maker_from_checking(house, maker):
    waiting = asked(house, raised())
    values = {"approval_id": waiting.approval_id, "checker": "li", "maker": maker, "at": NOW}
    with pytest.raises(exc.IntegrityError), house.store.changing() as connection:
        connection.execute(insert(approval_check).values(**values, verdict=AGREE, sha256=waiting.sha256, comment=""))


def test_an_agreement_is_to_what_was_shown(house):
    waiting = asked(house, raised())
    assert checked(house, waiting._replace(sha256="0" * 64)) == "approval_differs"
    with house.store.changing() as connection:
        text = row_of(house, waiting).payload.replace("800000", "900000")
        connection.execute(update(approval).values(payload=text))
    assert checked(house, waiting) == "approval_differs", "changed behind the back of both"
    assert row_of(house, waiting).state == "pending"


def test_what_waits_too_long_expires(house, clock):
    waiting, second = asked(house, raised()), asked(house, raised("again"))
    clock.now = NOW + timedelta(hours=24)
    late = replace(CHECKER, strong_at=clock.now)
    assert checked(house, waiting, late) == "approval_expired"
    assert row_of(house, waiting).state == "expired"
    assert checked(house, waiting, late) == "approval_ended"
    assert end_overdue(house) == 1
    assert row_of(house, second).state == "expired"


def test_an_object_that_moved_or_rules_that_changed_make_it_stale(house):
    waiting = asked(house, raised())
    assert isinstance(house.execute(Repay("more", ANN, DAY, 1_00, "CNY", LOAN), actor="desk"), Answer)
    assert checked(house, waiting) == "approval_stale"
    assert row_of(house, waiting).state == "stale"
    other = asked(house, raised("once more"))
    house.rules = replace(house.rules, digest="f" * 64)
    assert checked(house, other) == "approval_stale"


def test_a_move_between_the_look_and_the_execution_is_found_under_lock(house, monkeypatch):
    waiting = asked(house, raised())
    real = checking.execute_agreed

    def late(*given):
        assert isinstance(house.execute(Repay("between", ANN, DAY, 1_00, "CNY", LOAN), actor="desk"), Answer)
        return real(*given)

    monkeypatch.setattr(checking, "execute_agreed", late)
    assert checked(house, waiting) == "approval_stale"
    assert row_of(house, waiting).state == "stale"


@ONE_ENGINE
def test_what_the_department_refuses_then_is_told_and_nothing_is_stored(house, monkeypatch):
    waiting = asked(house, raised())
    monkeypatch.setattr(checking, "execute_agreed", lambda *_: Refused("limit_out_of_range", "", "cut meanwhile"))
    before = counted(house, command)
    assert checked(house, waiting).state == "refused"
    assert json.loads(row_of(house, waiting).outcome)["code"] == "limit_out_of_range"
    assert counted(house, command) == before


def test_two_agree_where_policy_asks_for_two_each_counted_once_and_within_their_authority(house):
    bank = RegisterFunder("b", "bank-a", DAY, "partner", "CNY", 50_000_000_00, Rate.parse("0.045"), Rate.parse("0.7"))
    waiting = asked(house, bank, person("li", "treasury"))
    assert waiting.checkers == 2
    first, second, low = person("gao", "treasury"), person("lu", "treasury"), person("wu", "finance")
    assert checked(house, waiting, person("chen", "collections_supervisor")) == "permission_missing", "no matter of collections"
    assert checked(house, waiting, low) == "approval_beyond_authority"
    assert checked(house, waiting, first).state == "pending"
    assert checked(house, waiting, first).agreed == 1, "the same person again"
    assert dossier_of(house.store, "funder", "bank-a") == ()
    assert checked(house, waiting, second).state == "executed"
    assert len(dossier_of(house.store, "funder", "bank-a")) == 1
    assert counted(house, approval_check) == 2


def test_what_suits_an_investor_is_assessed_by_one_and_agreed_to_by_another(house):
    """Until somebody else agrees nothing is on file, and the investor may commit nothing."""
    told = AssessInvestor("a", "fund", DAY, "institution", Rate.parse("0.8"), 36, "5f1c" * 16, DAY, "wang.fang")
    waiting = asked(house, told, person("li", "treasury"))
    assert waiting.checkers == 1
    assert checked(house, waiting, person("li", "treasury")) == "maker_cannot_check"
    assert checked(house, waiting, person("chen", "collections_supervisor")) == "permission_missing"
    assert dossier_of(house.store, "funder", "fund") == ()
    assert json.loads(row_of(house, waiting).shown)["headline"]["zh-CN"].startswith("评估投资者适当性")
    assert checked(house, waiting, person("gao", "treasury")).state == "executed"
    assert [filing.kind for filing in dossier_of(house.store, "funder", "fund")] == ["funder.assessed"]


@ONE_ENGINE
def test_a_rejection_keeps_its_comment_and_ends_it(house):
    waiting = asked(house, raised())
    assert checked(house, waiting, verdict=REJECT) == "approval_comment_missing"
    assert checked(house, waiting, verdict=REJECT, comment="no payslip").state == "rejected"
    assert checked(house, waiting, OTHER) == "approval_ended"
    assert checked(house, waiting) == "approval_checked"
    with house.store.engine.connect() as connection:
        assert connection.execute(select(approval_check.c.comment)).scalar_one() == "no payslip"


@ONE_ENGINE
def test_only_who_asked_takes_it_back(house):
    waiting = asked(house, raised())
    assert withdraw(house, CHECKER, waiting.approval_id).code == "approval_not_own"
    assert withdraw(house, MAKER, waiting.approval_id, "typing error").state == "withdrawn"
    assert withdraw(house, MAKER, waiting.approval_id).state == "withdrawn", "twice is once"
    assert checked(house, waiting) == "approval_ended"
    assert withdraw(house, MAKER, "apr_none").code == "absent"


def test_two_may_not_wave_each_other_through_on_one_day(house, clock):
    first = asked(house, raised(), person("li", "finance"))
    assert checked(house, first, person("wang", "finance")).state == "executed"
    back = asked(house, raised("back", 9_000_00), person("wang", "finance"))
    assert checked(house, back, person("li", "finance")) == "approval_circle"
    with house.store.engine.connect() as connection:
        alerts = connection.execute(select(access_event.c.body).where(access_event.c.action == "approval_circle")).scalars().all()
    assert [json.loads(body) for body in alerts] == [{"maker": "wang"}]
    clock.now = NOW + timedelta(hours=16)
    assert checked(house, back, replace(person("li", "finance"), strong_at=clock.now)).state == "executed"


def test_a_crash_between_execution_and_mark_is_healed_by_asking_again(house, monkeypatch):
    waiting = asked(house, raised())
    real = checking._end

    def broken(*given):
        raise RuntimeError("the process died here")

    monkeypatch.setattr(checking, "_end", broken)
    with pytest.raises(RuntimeError):
        checked(house, waiting)
    assert row_of(house, waiting).state == "pending"
    assert isinstance(house.execute(Repay("after", ANN, DAY, 1_00, "CNY", LOAN), actor="desk"), Answer), "and the book went on"
    monkeypatch.setattr(checking, "_end", real)
    commands = counted(house, command)
    assert checked(house, waiting).state == "executed"
    assert checked(house, waiting).state == "executed", "and again"
    assert counted(house, command) == commands, "it was done already"


def test_checkers_at_once_execute_once(house):
    waiting = asked(house, raised())
    people = [person(f"p{n}", "finance") for n in range(6)]
    start, found = threading.Barrier(len(people)), []

    def agree(who):
        start.wait()
        found.append(checked(house, waiting, who))

    threads = [threading.Thread(target=agree, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [one.state if isinstance(one, Checked) else one for one in found]
    assert "executed" in states
    assert set(states) <= {"executed", "command_in_flight", "store_busy", "approval_ended"}, states
    assert row_of(house, waiting).state == "executed"
    with house.store.engine.connect() as connection:
        done = connection.execute(select(func.count()).select_from(command).where(command.c.key == key_of(waiting.approval_id)))
        assert done.scalar_one() == 1


AGENCY = {
    "key": "a",
    "subject": "acme",
    "on": DAY,
    "title_zh": "甲方",
    "title_en": "Acme",
    "licence": "L-1",
    "valid_until": date(2028, 1, 1),
    "contract_until": date(2028, 1, 1),
    "page": "https://acme.example",
    "commission": ("61:0.15",),
    "countries": ("cn",),
    "skills": (),
}


def test_a_dossier_shows_what_it_said_last_and_goes_stale_too(house):
    for asking in (RegisterAgency(**AGENCY), SuspendAgency("s", "acme", DAY, "complaints")):
        assert isinstance(house.execute(asking, actor="desk"), Answer)
    waiting = asked(house, ResumeAgency("res", "acme", DAY, "mended"), person("li", "collections_supervisor"))
    shown = json.loads(row_of(house, waiting).shown)
    assert shown["headline"]["en"] == "Lift the suspension of acme"
    assert {"field": "reason", "en": "reason", "zh-CN": "原因", "before": "complaints", "after": "mended"} in shown["change"]
    assert [entry[0] for entry in shown["effect"]["entries"]] == ["agency.resumed"]
    assert checked(house, waiting, OTHER).state == "executed"


@ONE_ENGINE
def test_what_is_no_command_waits_the_same_way(house):
    done = []
    kinds = {
        "import_apply": ActKind(
            execute=lambda _house, act, actor: done.append((act.subject, json.loads(act.body), actor)) or Answer('{"granted":true}'),
            version=lambda _house, _act: 3,
        )
    }
    act = Act("import_apply", "g1", "sun", body_of({"role": "auditor"}), (("role", "角色", "", "auditor"),), version=3)
    waiting = asked(house, act, person("li", "finance"))
    assert json.loads(row_of(house, waiting).shown)["change"][0]["after"] == "auditor"
    assert checked(house, waiting, OTHER, acts=kinds).state == "executed"
    assert done == [("sun", {"role": "auditor"}, "li")]
    moved = asked(house, replace(act, key="g2", version=2), person("li", "finance"))
    assert checked(house, moved, OTHER, acts=kinds) == "approval_stale"


@ONE_ENGINE
def test_a_webhook_waits_in_a_live_house_only_and_an_export_by_its_rows(house):
    act = Act("webhook_url", "w", "hook_1", body_of({}))
    assert needed(house, MAKER, act) is None
    assert needed(House(house.store, house.rules, mode=LIVE, now=house.now), MAKER, act) is not None
    assert needed(house, MAKER, Act("export_rows", "e", "customers", body_of({}), rows=1_000)) is None
    assert needed(house, MAKER, Act("export_rows", "e", "customers", body_of({}), rows=1_001)) is not None


def test_the_door_puts_before_others_and_meets_repeats_where_the_first_went(house):
    door, maker, repay = open_door(house), person("li", "underwriter_2", "servicing"), Repay("late", ANN, DAY, 5_00, "CNY", LOAN)
    waiting = door.ask(maker, raised(), reason="because")
    assert isinstance(waiting, Waiting), waiting
    assert checked(house, waiting).state == "executed"
    assert door.ask(maker, raised()) == waiting, "no raise by now, and still the one that was agreed to"
    assert door.ask(maker, raised(minor=4_000_00)).code == "key_reused"
    assert isinstance(door.ask(maker, repay), Answer)
    house.store.move_open_day(DAY + timedelta(10))
    again = door.ask(maker, repay)
    assert isinstance(again, Answer), "dated back by now, but it was done when it was not"
    assert again.is_replayed


def test_the_inbox_tells_in_words_what_waits_for_whom(house, clock):
    waiting = asked(house, Reverse("rev", ANN, DAY, LOAN, 1, reason="booked twice"), person("li", "finance"))
    clock.now = NOW + timedelta(seconds=1)
    raise_ = asked(house, raised())
    assert [one.approval_id for one in approvals(house)] == [raise_.approval_id, waiting.approval_id]
    first = approvals(house, limit=1)
    assert [one.approval_id for one in approvals(house, after=place_of(first[0]))] == [waiting.approval_id]
    assert [one.verb for one in approvals(house, for_checker=person("x", "underwriter_2"))] == ["set_limit"], "reversals are not theirs"
    assert [one.verb for one in approvals(house, for_checker=person("li", "finance"))] == [], "their own"
    assert [one.verb for one in approvals(house, maker="li", state="pending")] == ["set_limit", "reverse"]
    shown = approval_of(house, waiting.approval_id)
    assert (shown.headline_en, shown.headline_zh) == ("Reverse an earlier fact of customer 41, loan 2", "冲正：客户 41，贷款 2")
    assert {(one.about, one.en, one.before, one.after) for one in shown.effect} >= {("loan 2", "principal", "2901.20 CNY", "3000.00 CNY")}
    assert sum(leg.amount_minor for leg in shown.ledger) == 0
    assert [len(side) for side in (shown.schedules[0].before, shown.schedules[0].after)] == [6, 6]
    checked(house, waiting)
    assert [one.verb for one in approvals(house, for_checker=CHECKER)] == ["set_limit"]
    assert approval_of(house, waiting.approval_id).verdicts[0].checker == "wang"
    clock.now = NOW + timedelta(hours=25)
    assert approval_of(house, raise_.approval_id).state == "expired"
    assert [one.verb for one in approvals(house, state="expired")] == ["set_limit"]
    assert approvals(house, state="pending") == ()

"""Desks of the back office in process: queues as far as one sees them, and what is said in a call."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from plimsoll.app.database.opening import create_store
from plimsoll.app.database.schema import work_item
from plimsoll.app.database.schema_access import access_user
from plimsoll.app.house import House
from plimsoll.app.keyring import Keyring
from plimsoll.app.show.queues import WorkRow
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.console.case_words import because, line_of, told
from plimsoll.interfaces.console.rows_of_work import due
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.units.refusal import sentence
from tests import looked
from tests.made_house import STAFF, hire
from tests.shown import BO, RULES, give, made

pages, look = looked.pages, looked.look


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Two borrowers, of whom Bo is late and has a case that calls are made for; the house is open on 20 March 2026."""
    with create_store(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'book.db'}") as store:
        made(store)
        give(store, BO, "2026-03-20", "open_case", ability="can", willingness="unwilling")
        vault = Vault(store, Keyring("first", {"first": bytes(range(32))}, bytes(range(32, 64))))
        with House(store, RULES, vault, now=lambda: datetime(2026, 3, 20, 4, tzinfo=UTC)) as found:
            for user_id, roles in STAFF.items():
                hire(found, user_id, roles)
            hire(found, "ash", ("collector",))
            with store.changing() as connection:
                connection.execute(update(access_user).where(access_user.c.user_id == "ash").values(unit="ashore"))
            yield found


def token_in(page):
    """Give the token that a form of a page brings back."""
    return re.search(r'name="form_token" value="([^"]+)"', page.text)[1]


def counts(page, path):
    """Give what the row of a queue counts on an overview."""
    row = page.partition('id="work"')[2].partition(f'href="/console{path}"')[2].partition("</tr>")[0]
    return [int(one) for one in re.findall(r">(\d+)<", row)]


def test_what_waits_is_counted_as_far_as_one_sees_it(look):
    of_all, of_none = (look(user).get("/console/").text for user in ("sup", "ash"))
    assert sum(counts(of_all, "/cases")) > 0
    assert sum(counts(of_none, "/cases")) == 0, "of another branch than every customer"


def script_of(page):
    return page.partition('id="script"')[2].partition("</section>")[0]


def test_what_to_say_in_a_call_can_be_read_out_with_the_name_as_far_as_it_may_be_seen(look, house):
    path = f"/cases/{BO}"
    for language, name in (("zh-CN", "（客户姓名）"), ("en", "(the customer&#39;s name)")):
        script = script_of(look("sup", language).get(f"/console{path}").text)
        assert script
        assert "{" not in script
        assert not re.search(r"[0-9] CNY", script)
        assert name in script
    assert house.vault.put(BO, "name", "王小明", Act("house", house.now(), "application")) is None
    sup = look("sup", "zh-CN")
    page = sup.get(f"/console{path}")
    assert "王**" in script_of(page.text)
    form = {"act": "name", "key": "n1", "form_token": token_in(page), "reason": "就 case-1 致电，需核实本人"}
    shown = sup.post(f"/console{path}", data=form)
    assert shown.status_code == 200
    assert 'class="watermark"' in shown.text
    assert [one.action for one in house.vault.log(BO)][-1] == "reveal"
    assert "请问是王小明本人吗" in script_of(shown.text)
    assert "王小明" not in sup.get(f"/console{path}").text, "once"


ROWS = (
    "key,customer_id,on,loan_id,amount,currency,ref\nrow-1,{bo},2026-03-20,2,100.00,CNY,bank 1\nrow-2,999,2026-03-20,2,50.00,CNY,bank 2\n"
)


def bring(client, content, key="file-1", **more):
    """Send a file by the form of the page."""
    form = {"act": "bring", "key": key, "form_token": token_in(client.get("/console/imports")), "verb": "repay", **more}
    return client.post("/console/imports", data=form, files={"file": ("bank.csv", content, "text/csv")})


def test_a_file_is_brought_checked_agreed_to_by_another_and_applied_once(look, house):
    tre, content = look("tre"), ROWS.format(bo=BO).encode()
    where = bring(tre, content).headers["location"].partition("?")[0]
    assert bring(tre, content).headers["location"].partition("?")[0] == where, "the same form once more is the same file"
    page = tre.get(where).text
    assert page.count("¥100.00") >= 2, "its total, and what the ledger would show"
    error_file = tre.get(f"{where}/errors.csv")
    assert error_file.text.splitlines()[1].split(",")[:3] == ["3", "row-2", "customer_unknown"]
    assert 'value="apply"' not in look("fin").get(where).text, "somebody else is offered nothing"
    token = {"form_token": token_in(tre.get(where)), "act": "apply", "reason": "the bank's file of the 20th"}
    assert tre.post(where, data=token | {"key": "a0", "version": "1"}).status_code == 409, "it was shown before it was checked again"
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert "done.waiting" in tre.post(where, data=token | {"key": "a1", "version": version}).headers["location"]
    path = re.search(r'href="(/console/approvals/[^"]+)"', tre.get(where).text.partition('id="waits"')[2])[1]
    fin = look("fin")
    inbox = fin.get(path)
    assert "bank.csv" in inbox.text
    sha = re.search(r'name="sha256" value="([^"]+)"', inbox.text)[1]
    agreed = fin.post(path, data={"act": "agree", "key": "g1", "form_token": token_in(inbox), "sha256": sha})
    assert "executed" in agreed.headers["location"]
    after = tre.get(where).text
    assert "nothing is left to do" in after
    assert 'value="apply"' not in after
    assert bring(tre, content, "file-2").status_code == 409, "the very same file is not taken twice"


def test_what_cannot_be_read_or_is_too_large_or_not_for_somebody_is_told(look):
    tre = look("tre", "zh-CN")
    wrong = tre.get(bring(tre, b"nothing,that,is,known\n1,2,3,4\n", "file-3").headers["location"])
    assert "不能执行" in wrong.text
    assert "文件缺少必要的列" in wrong.text
    large = bring(tre, b"x" * 10_000_001, "file-4")
    assert (large.status_code, sentence("form_too_long", "zh-CN") in large.text) == (409, True)
    assert bring(tre, b"", "file-5").status_code == 409
    assert bring(tre, b"key\n", "file-6", verb="decide_review").status_code == 409
    assert "key,customer_id,on" in tre.get("/console/imports/columns?verb=repay").text
    assert look("col").get("/console/imports").status_code == 403
    assert tre.get("/console/imports/imp_nothing").status_code == 404


def test_a_view_is_kept_under_a_name_by_one_person_and_leads_where_they_may_go(look):
    sup = look("sup")
    page = sup.get("/console/cases?view=due&after=%5B%5D")
    assert 'name="back" value="/cases?view=due"' in page.text, "where a page of it begins is no part of a view"
    form = {"act": "keep", "key": "v1", "form_token": token_in(page), "back": "/cases?view=due", "name": "<b>late</b> 今天"}
    assert sup.post("/console/views", data=form).headers["location"].startswith("/console/cases?view=due")
    side = sup.get("/console/customers").text.partition('<nav class="side"')[2].partition("</nav>")[0]
    assert 'href="/console/cases?view=due"' in side
    assert "&lt;b&gt;late&lt;/b&gt; 今天" in side
    for back in ("//elsewhere.example/?x=1", "/cases", "javascript:alert(1)?a=1", "/x?a=1&b=<"):
        assert sup.post("/console/views", data=form | {"back": back}).status_code == 409, back
    other = look("tre")
    other.cookies.update(sup.cookies)
    other.cookies.set("plimsoll", look("tre").cookies["plimsoll"])
    assert "late" not in other.get("/console/treasury").text.partition('<nav class="side"')[2].partition("</nav>")[0]
    sup.post("/console/views", data=form | {"act": "drop"})
    assert "No view is kept" in sup.get("/console/views").text
    assert "to_keep" not in sup.get("/console/customers").text


def test_lines_of_a_case_are_told_as_people_write_them():
    zh, en = (Visit(house=None, door=None, language=language) for language in ("zh-CN", "en"))
    assert (
        told(zh, "call, promise-1 broken, until 2026-10-26, owed 12671.97 CNY") == "电话, 承诺还款 未履行, 至 2026-10-26, 欠款 ¥12,671.97"
    )
    assert because(en, ("promises_broken 1 >= 1", "segment in_need = in_need", "is_resting no")) == (
        "promises broken 1 (≥ 1); thought to be in need; resting no"
    )
    assert line_of(en, "43 days; 622.33 CNY; ai_call; promise promise-2; general") == (
        "43 days · M2; ¥622.33; automatic call; waits for a promise; general"
    )


@pytest.mark.parametrize(("days", "said"), [(0, "due today"), (1, "due tomorrow"), (4, "4 days left"), (-3, "3 days over")])
def test_a_case_is_due_by_days(days, said):
    visit, noon = Visit(house=None, door=None, language="en"), datetime(2026, 3, 20, 4, tzinfo=UTC)
    due_at = datetime(2026, 3, 19, 16, tzinfo=UTC) + timedelta(days=days)
    left = int((due_at - noon).total_seconds())
    row = WorkRow(1, "collection", "case-1", "waiting", 0, due_at, left, left < 0, "", "", noon, noon)
    assert due(visit, row).text == said


def test_the_customer_page_the_queue_and_the_call_screen_say_what_the_policy_of_today_says(look, house):
    """The case was opened as one of somebody who can pay and will not; by then a request for help came in."""
    asked = {"hardship_id": "h1", "income": "4000.00", "city_tier": "tier2", "currency": "CNY"}
    give(house.store, BO, "2026-03-20", "open_hardship", **asked)
    sup = look("sup")
    for path in ("/cases", f"/cases/{BO}", f"/customers/{BO}"):
        assert "leave alone for now" in sup.get(f"/console{path}").text, path
    with house.store.engine.connect() as connection:
        note = connection.scalar(select(work_item.c.note).where(work_item.c.kind == "collection", work_item.c.customer_id == BO))
    assert "call" in note, "what was decided then stands where it stood"

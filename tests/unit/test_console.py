"""The back office in process: every page for whoever may see it, in both languages; what it refuses; what it changes, and how often."""

import re
from collections import defaultdict

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from plimsoll.app.chain.seal import seal
from plimsoll.app.database.schema import fact, filing, line, loan, loan_state, vault_access
from plimsoll.app.database.schema_access import access_event, approval
from plimsoll.app.vault import Act
from plimsoll.interfaces.console.around import GROUPS
from plimsoll.interfaces.console.serve import SCREENS
from plimsoll.interfaces.pages import words
from plimsoll.loan.facts import KINDS
from plimsoll.rulebook.strategy import REST, SKILLS, TREATMENTS
from tests import looked
from tests.made_house import STAFF, made_house

SCRIPT = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch, made_house(folder) as made:
        patch.setenv("PLIMSOLL_TAPE", str(folder / "tape"))
        yield made


pages, look = looked.pages, looked.look


@pytest.fixture(scope="module")
def addresses(house):
    """One address for every screen that the book has something to show on, with whoever is to look at it."""
    with house.store.engine.connect() as connection:
        customer, number = connection.execute(
            select(loan.c.customer_id, loan.c.loan_id).where(loan.c.product == "cash-line").limit(1)
        ).one()
        account = connection.execute(select(loan.c.customer_id, loan.c.loan_id).where(loan.c.product == "pay-later").limit(1)).one()
        applied = connection.execute(select(filing.c.customer_id, filing.c.subject).where(filing.c.kind == "decision").limit(1)).one()
        cases = connection.execute(select(filing.c.customer_id).where(filing.c.kind == "case.opened").limit(1)).scalar()
    found = defaultdict(list)
    found["ana"] += ["/customers", f"/customers/{customer}", f"/customers/{customer}/loans/{number}", "/loans", "/find?q=7", "/find"]
    found["ana"] += [f"/customers/{account[0]}/loans/{account[1]}", f"/customers/{customer}/loans/{number}?as_of=2025-11-15"]
    found["ana"] += ["/customers?late=91&status=frozen", "/complaints"]
    found["eve"] += ["/reviews", f"/reviews/{applied[0]}/{applied[1]}", f"/customers/{applied[0]}/applications/{applied[1]}", "/approvals"]
    found["sup"] += ["/cases", "/cases?view=hardship", "/agencies", *([f"/cases/{cases}"] if cases else [])]
    found["ris"] += ["/", "/monitoring", f"/monitoring/{customer}", "/models", "/policies", "/portfolio"]
    found["fin"] += ["/", "/close", "/ledger", "/rules", "/rules/CN.COST.CAP", "/portfolio"]
    found["aud"] += ["/", "/approvals?view=past", "/close/2025-12-31", "/ledger?as_of=2025-12-31"]
    found["tre"] += ["/treasury", "/treasury/stress?cash=400000&delinquency=300&leave=100&over=1", "/treasury/stress?repaid=none"]
    found["ada"] += ["/users", "/users/col", "/users?after=col"]
    found["ops"] += ["/developers"]
    return found


@pytest.mark.parametrize("language", ["en", "zh-CN", "xx"])
def test_every_page_shows_itself_in_every_language(look, addresses, language):
    for user, paths in addresses.items():
        client = look(user, language)
        for path in paths:
            page = client.get(f"/console{path}")
            assert page.status_code == 200, f"{user} {path}: {page.status_code}"
            assert f'lang="{"en" if language == "xx" else language}"' in page.text
            holds_to_itself(page.text, path)


def holds_to_itself(text, path):
    """See that a page asks no other host for anything, and runs nothing that stands in it."""
    outside = [
        found for found in re.findall(r'(?:src|href|action|hx-get|hx-post)="([^"]*)"', text) if not found.startswith(("/console", "#"))
    ]
    assert not outside, f"{path}: {outside}"
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), path
    assert text.count("<h1") == 1, path
    assert "<main" in text, path


def test_pages_in_english_have_no_chinese_and_stretched_ones_have_brackets(look):
    page = look("fin").get("/console/close").text
    assert not re.search(r"[\u4e00-\u9fff]", page.replace("中文", ""))
    assert "[Close of business " in look("fin", "xx").get("/console/close").text


def test_nobody_is_shown_a_way_to_what_they_may_not_see(look):
    for user in STAFF:
        client = look(user)
        home = client.get("/console/").text
        side = home.partition('<nav class="side"')[2].partition("</nav>")[0]
        for path in re.findall(r'href="/console([^"]*)"', side):
            assert client.get(f"/console{path}").status_code == 200, f"{user} {path}"


def test_what_is_not_in_the_navigation_is_refused_by_address_too(look):
    client = look("ops")
    for _, places in GROUPS:
        for place in places:
            status = client.get(f"/console{place.path}").status_code
            assert status in (200, 403), place
    assert client.get("/console/customers").status_code == 403
    assert "customer.search" in client.get("/console/customers").text


def test_a_stranger_is_sent_to_sign_in_from_every_page(pages):
    client = TestClient(pages, "http://desk", follow_redirects=False)
    for screen in SCREENS:
        path = re.sub(r"\{[a-z]+(:int)?\}", "1", screen.path)
        answer = client.get(f"/console{path}")
        assert screen.is_open or answer.headers["location"].startswith("/console/sign-in?next="), screen.name
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_people_and_things_that_are_not_there_look_alike(look):
    client = look("ana")
    for path in ("/customers/999999", "/customers/999999/loans/1", "/complaints/999999/x", "/nowhere", "/approvals/none"):
        assert client.get(f"/console{path}").status_code == 404, path


def test_what_somebody_typed_is_shown_and_not_run(look, house):
    client = look("ana")
    for path in ("/find", "/customers", "/loans", "/rules"):
        page = client.get(
            f"/console{path}", params={"q": SCRIPT, "late": SCRIPT, "customer": SCRIPT, "view": SCRIPT, "after": SCRIPT, "as_of": SCRIPT}
        )
        assert "<script>alert" not in page.text, path
    client = look("com")
    customer, token = frozen_customer(house), token_in(client.get("/console/complaints"))
    client.post(f"/console/customers/{customer}", data={"act": "freeze", "reason": SCRIPT, "key": "s1", "form_token": token})
    assert "<script>alert" not in client.get(f"/console/customers/{customer}").text


def token_in(page):
    return re.search(r'name="form_token" value="([^"]+)"', page.text)[1]


def frozen_customer(house):
    """Give a customer with an open line."""
    with house.store.engine.connect() as connection:
        return connection.scalar(select(line.c.customer_id).where(line.c.status == "open").limit(1))


def test_a_reversal_is_previewed_asked_for_by_one_and_agreed_to_by_another(look, house):
    with house.store.engine.connect() as connection:
        repaid = connection.execute(
            select(fact.c.customer_id, fact.c.loan_id, fact.c.n)
            .join(loan_state, (loan_state.c.customer_id == fact.c.customer_id) & (loan_state.c.loan_id == fact.c.loan_id))
            .where(fact.c.kind == KINDS["repaid"], loan_state.c.status == 1)
            .limit(1)
        ).one()
    fin, path = look("fin"), f"/console/customers/{repaid.customer_id}/loans/{repaid.loan_id}"
    form = {"key": "rev-1", "fact": str(repaid.n), "reason": "bank returned it", "form_token": token_in(fin.get(path))}
    seen = fin.post(path, data=form | {"act": "preview_reverse"})
    assert seen.status_code == 200
    assert "asset.loan.principal" in seen.text.partition('id="effect"')[2].partition("</section>")[0]
    assert 'name="key" value="rev-1"' in seen.text, "what was previewed is what is sent"
    assert counted(house, repaid) == (0, 0), "a preview writes nothing"
    asked = fin.post(path, data=form | {"act": "reverse"})
    assert "done=done.waiting" in asked.headers["location"], asked.text
    assert fin.post(path, data=form | {"act": "reverse"}).status_code == 303
    assert counted(house, repaid) == (1, 0), "one request, and nothing done yet"
    with house.store.engine.connect() as connection:
        row = connection.execute(select(approval).where(approval.c.verb == "reverse")).one()
    one = f"/console/approvals/{row.approval_id}"
    assert fin.get(one).status_code in (200, 403)
    agreed = {"act": "agree", "sha256": row.sha256, "comment": "seen the return"}
    states = []
    for user in ("fin", "sup", "com", "eve", "tre"):
        client = look(user)
        page = client.get(one)
        if page.status_code == 200:
            states.append((user, client.post(one, data=agreed | {"form_token": token_in(page)}).status_code))
    assert [status for user, status in states if user == "fin"] in ([], [409]), "not the one who asked"
    assert 303 in [status for _, status in states], states
    assert counted(house, repaid) == (1, 1), "done once"


def counted(house, repaid):
    """Give how many approvals were asked for, and how many reversals the loan has."""
    with house.store.engine.connect() as connection:
        asked = connection.scalar(select(func.count()).select_from(approval).where(approval.c.verb == "reverse"))
        undone = (
            fact.c.customer_id == repaid.customer_id,
            fact.c.loan_id == repaid.loan_id,
            fact.c.kind == KINDS["reversed"],
            fact.c.a == repaid.n,
        )
        return asked, connection.scalar(select(func.count()).select_from(fact).where(*undone))


def test_a_limit_is_asked_for_by_one_and_agreed_to_by_another(look, house):
    customer = frozen_customer(house)
    with house.store.engine.connect() as connection:
        limit = connection.scalar(select(line.c.limit_minor).where(line.c.customer_id == customer))
    eve = look("eve")
    page = eve.get(f"/console/customers/{customer}")
    form = {"act": "set_limit", "key": "limit-1", "limit": f"{limit // 200}.00", "reason": "asked for less", "form_token": token_in(page)}
    first = eve.post(f"/console/customers/{customer}", data=form)
    assert first.status_code == 303, first.text
    again = eve.post(f"/console/customers/{customer}", data=form)
    assert again.status_code == 303
    with house.store.engine.connect() as connection:
        rows = connection.execute(select(approval).where(approval.c.verb == "set_limit")).all()
        now = connection.scalar(select(line.c.limit_minor).where(line.c.customer_id == customer))
    if rows:
        assert len(rows) == 1, "the same form is one request"
        assert now == limit, "nothing is done before somebody agrees"
    else:
        assert now == limit // 200 * 100


def test_a_form_sent_from_elsewhere_or_without_a_token_is_refused(look, house):
    customer = frozen_customer(house)
    sup = look("com")
    for data in ({}, {"form_token": "x" * 43}):
        answer = sup.post(f"/console/customers/{customer}", data={"act": "freeze", "key": "f1", "reason": "x", **data})
        assert answer.status_code == 403
    with house.store.engine.connect() as connection:
        assert connection.scalar(select(line.c.status).where(line.c.customer_id == customer)) == "open"


def test_the_load_line_is_drawn_where_it_stands(look, house):
    with house.store.engine.connect() as connection:
        row = connection.execute(select(line).where(line.c.load_capacity_minor > 0, line.c.status == "open").limit(1)).one()
    page = look("ana").get(f"/console/customers/{row.customer_id}").text
    used, limit = (int(re.search(rf'class="{name}" x="10" y="46" width="(\d+)"', page)[1]) for name in ("used", "limit"))
    mark = int(re.search(r'class="plimsoll" transform="translate\((\d+) 0\)"', page)[1]) - 10
    assert (used <= limit) == (row.used_minor <= row.limit_minor)
    assert (limit <= mark) == (row.limit_minor <= row.load_capacity_minor)
    assert 'role="img"' in page


def test_the_search_finds_pages_customers_and_loans(look, house):
    customer = frozen_customer(house)
    client = look("ana")
    part = client.get("/console/find", params={"q": str(customer)}, headers={"HX-Request": "true"}).text
    assert f'href="/console/customers/{customer}"' in part
    assert "<html" not in part
    assert 'href="/console/complaints"' in client.get("/console/find", params={"q": "complain"}).text
    assert "/treasury" not in client.get("/console/find", params={"q": "treasury"}).text.partition("<main")[2]


def test_a_personal_field_is_shown_whole_once_for_a_reason_on_record(look, house):
    customer = frozen_customer(house)
    assert house.vault.put(customer, "phone", "13812345678", Act("house", house.now(), "application")) is None
    ana, path = look("ana"), f"/console/customers/{customer}"
    page = ana.get(path)
    assert "138****5678" in page.text
    assert "13812345678" not in page.text
    form = {"act": "reveal", "field": "phone", "key": "r1", "form_token": token_in(page)}
    assert "13812345678" not in ana.post(path, data=form | {"reason": ""}).text
    shown = ana.post(path, data=form | {"reason": "calls back about a refund"})
    assert (shown.status_code, "13812345678" in shown.text, 'class="watermark"' in shown.text) == (200, True, True)
    assert "13812345678" not in ana.get(path).text
    with house.store.engine.connect() as connection:
        seen = connection.execute(
            select(vault_access).where(vault_access.c.customer_id == customer, vault_access.c.action == "reveal")
        ).all()
        looked = connection.scalar(select(func.count()).select_from(access_event).where(access_event.c.customer_id == customer))
    assert [(row.actor, row.field, row.reason) for row in seen] == [("ana", "phone", "calls back about a refund")]
    assert looked
    assert f'href="{path}"' in ana.get("/console/find", params={"q": "13812345678"}).text
    assert look("ops").post(path, data=form | {"reason": "curious"}).status_code == 403


def test_a_call_is_asked_for_with_the_blinded_number(look, house):
    with house.store.engine.connect() as connection:
        customer = connection.scalar(select(filing.c.customer_id).where(filing.c.kind == "case.opened").limit(1))
    assert house.vault.put(customer, "phone", "13800138000", Act("house", house.now(), "application")) is None
    sup, path = look("sup"), f"/console/cases/{customer}"
    answer = sup.post(path, data={"act": "call", "key": "call-1", "form_token": token_in(sup.get(path))}, follow_redirects=True)
    assert "blinded number" not in answer.text
    with house.store.engine.connect() as connection:
        told = select(filing.c.body).where(filing.c.customer_id == customer, filing.c.kind.like("contact.%")).order_by(filing.c.n.desc())
        body = connection.scalar(told.limit(1))
    assert house.vault.blind("phone", "13800138000") in body


def people_with_lines(house, count):
    """Give customers with an open line."""
    with house.store.engine.connect() as connection:
        return list(
            connection.scalars(select(line.c.customer_id).where(line.c.status == "open").order_by(line.c.customer_id.desc()).limit(count))
        )


def test_lines_that_are_ticked_are_previewed_frozen_once_and_each_is_told_of(look, house):
    first, second = people_with_lines(house, 2)
    client, path = look("ris"), "/console/customers"
    form = {
        "pick[]": [str(first), str(second), "999999", "x"],
        "key": "many-1",
        "reason": "seen together",
        "form_token": token_in(client.get(path)),
    }
    seen = client.post(path, data=form | {"act": "preview_freeze"}).text.partition('id="outcome"')[2].partition("</section>")[0]
    assert seen.count("can be done") >= 2
    assert "refused" in seen, "who is not there is refused"
    assert statuses(house, first, second) == ["open", "open"], "a preview writes nothing"
    done = client.post(path, data=form | {"act": "freeze"})
    assert done.status_code == 200
    assert statuses(house, first, second) == ["frozen", "frozen"]
    again = client.post(path, data=form | {"act": "freeze"}).text.partition('id="outcome"')[2]
    assert "done before" in again, "the same form is the same request"
    assert client.post(path, data=form | {"act": "freeze", "pick[]": []}).status_code == 409
    assert look("ana").post(path, data=form | {"act": "freeze", "form_token": token_in(look("ana").get(path))}).status_code in (200, 403)
    undone = form | {"act": "unfreeze", "key": "many-2", "form_token": token_in(client.get(path))}
    assert client.post(path, data=undone).status_code == 200


def statuses(house, *customers):
    """Give how the lines of some customers stand."""
    with house.store.engine.connect() as connection:
        return [connection.scalar(select(line.c.status).where(line.c.customer_id == one)) for one in customers]


def test_the_chain_of_audit_is_read_and_proved_by_who_may(look, house):
    seal(house.store, None, house.now())
    aud = look("aud")
    page = aud.get("/console/audit").text
    number = re.search(r"/console/audit/(\d+)/proof.json", page)[1]
    proof = aud.get(f"/console/audit/{number}/proof.json")
    assert (proof.status_code, proof.json()["seq"], proof.headers["content-disposition"][:10]) == (200, int(number), "attachment")
    assert aud.get("/console/audit?customer=1").status_code == 200
    assert aud.get("/console/audit/999999999/proof.json").status_code == 404
    assert look("ris").get("/console/audit").status_code == 403


def test_what_no_page_of_its_own_offers_is_asked_for_with_a_form_and_previewed(look, house):
    customer = people_with_lines(house, 1)[0]
    with house.store.engine.connect() as connection:
        number = connection.scalar(
            select(loan_state.c.loan_id).where(loan_state.c.customer_id == customer, loan_state.c.status == 1).limit(1)
        )
        before = connection.scalar(
            select(loan_state.c.principal_minor).where(loan_state.c.customer_id == customer, loan_state.c.loan_id == number)
        )
    tre, path = look("tre"), f"/console/customers/{customer}/acts"
    listed = tre.get(path).text
    assert f"{path}/repay" in listed
    assert f"{path}/decide_hardship" not in listed
    assert tre.get(f"{path}/decide_hardship").status_code == 403
    assert tre.get(f"{path}/open_case").status_code == 404, "what is not offered has no form"
    form = {
        "loan_id": str(number),
        "amount_minor": "12.30",
        "currency": "CNY",
        "key": "act-1",
        "form_token": token_in(tre.get(f"{path}/repay")),
    }
    seen = tre.post(f"{path}/repay", data=form | {"act": "look"})
    assert "12.30" in seen.text.partition('id="effect"')[2].partition("</section>")[0]
    assert tre.post(f"{path}/repay", data=form | {"act": "ask", "amount_minor": "twelve"}).status_code == 409
    for _ in range(2):
        assert tre.post(f"{path}/repay", data=form | {"act": "ask"}).status_code == 303
    with house.store.engine.connect() as connection:
        after = connection.scalar(
            select(loan_state.c.principal_minor).where(loan_state.c.customer_id == customer, loan_state.c.loan_id == number)
        )
    assert 0 <= before - after <= 1_230, "booked once"


def test_what_is_paid_ahead_is_chosen_by_what_it_saves(look, house):
    asked = select(loan.c.customer_id).where(loan.c.product == "pay-later").order_by(loan.c.customer_id).limit(1)
    with house.store.engine.connect() as connection:
        customer = connection.scalar(asked)
    for verb, is_account_there in (("prepay", False), ("settle", True)):
        page = look("tre").get(f"/console/customers/{customer}/acts/{verb}").text
        options = re.findall(r"<option [^>]*>([^<]+)</option>", page.partition('name="loan_id"')[2].partition("</select>")[0])
        saved = [float(found[1].replace(",", "")) if (found := re.search("saves ¥([0-9,.]+)", one)) else 0.0 for one in options]
        assert saved == sorted(saved, reverse=True)
        assert any("saves nothing" in one for one in options) == is_account_there or not options, "an account bears no interest to be saved"
        assert all("saves" in one for one in options)


def test_every_queue_that_one_sees_is_there_and_no_other(look):
    sup = look("sup")
    listed = sup.get("/console/queues").text
    for kind in ("hardship", "limitation"):
        assert f"/console/queues/{kind}" in listed
        assert sup.get(f"/console/queues/{kind}").status_code == 200
    assert "/console/queues/hardship" in sup.get("/console/").text, "also among what waits on the overview"
    assert "No queue is yours" not in look("tre").get("/console/").text, "who sees one of them in the menu sees it there too"
    assert "Clear" in sup.get("/console/queues/hardship?view=overdue").text
    assert sup.get("/console/queues/collection").headers["location"] == "/console/cases"
    assert sup.get("/console/queues/write_off").status_code == 403
    assert sup.get("/console/queues/nothing").status_code == 404


def test_lines_of_cases_and_queues_are_told_in_words():
    codes = [f"case.said.after {one}" for one in TREATMENTS if one != REST] + [f"case.said.{one}" for one in SKILLS]
    assert [one for one in (*codes, "case.told.nothing", "trait.bucket") if not words.has(one)] == []


def test_a_paper_is_brought_with_a_form_and_taken_out_as_a_file_only(look, house):
    customer = people_with_lines(house, 1)[0]
    ana, path = look("ana"), f"/console/customers/{customer}/papers"
    form = {"act": "bring", "key": "p1", "about": "other", "what": "pay_slip", "form_token": token_in(ana.get(path))}
    wrong = ana.post(path, data=form, files={"file": ("x.pdf", b"\x00\xff<svg onload=alert(1)>", "application/pdf")})
    assert wrong.status_code == 409
    assert "Only PDF, JPEG and PNG" in wrong.text
    plain = b"%PDF-1.4\n\xe2\xe3\xcf\xd3 1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
    brought = ana.post(path, data=form, files={"file": ("<script>工资.pdf", plain, "text/html")})
    assert brought.status_code == 303, brought.text
    listed = ana.get(path).text
    reference = re.search(r'value="(paper:other:[0-9a-f]{12})"', listed)[1]
    assert "pay slip" in listed.partition("Fingerprint")[2].partition("</table>")[0], "what it is, by whom and when stands beside it"
    taken = ana.post(path, data=form | {"act": "open", "paper": reference, "reason": "checks the income"})
    assert taken.content == plain
    assert taken.headers["content-disposition"] == "attachment; filename=\"script-__.pdf\"; filename*=UTF-8''script-%E5%B7%A5%E8%B5%84.pdf"
    assert taken.headers["x-content-type-options"] == "nosniff"
    assert ana.post(path, data=form | {"act": "open", "paper": reference, "reason": ""}).status_code == 409
    assert look("tre").post(path, data=form | {"act": "open", "paper": reference, "reason": "curious"}).status_code == 403


def test_no_paper_is_kept_for_an_application_that_takes_none(look, addresses):
    applied = next(one for one in addresses["eve"] if "/applications/" in one)
    path, ana = f"/console{applied.partition('/applications/')[0]}/papers", look("ana")
    page = ana.get(path)
    about = re.search(r'value="(application-[^"]+)"', page.text)[1]
    form = {"act": "bring", "key": "p2", "about": about, "what": "pay_slip", "documents": "income proof", "form_token": token_in(page)}
    again = ana.post(path, data=form, files={"file": ("pay.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n", "application/pdf")})
    assert again.status_code == 409
    assert "paper:application-" not in ana.get(path).text


def test_a_score_is_drawn_among_those_decided_lately(look, addresses):
    path = next(one for one in addresses["eve"] if "/applications/" in one)
    drawn = look("ris").get(f"/console{path}").text.partition('id="peers"')[2].partition("</section>")[0]
    assert "Band of this one" in drawn
    assert "decided last" in drawn

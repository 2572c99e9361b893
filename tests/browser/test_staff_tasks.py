"""What people of the house do all day, done in a real browser as they would do it, in both languages.

Chinese is slow only because each page is made and drawn a second time; every change is looked at in English.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from plimsoll.app.database.schema import fact, filing, loan_state, work_item
from plimsoll.app.database.schema_access import access_grant, access_user, approval
from plimsoll.app.dossier import dossier_of
from plimsoll.disposal.tender import KIND, hash_of, tender_of
from plimsoll.loan.facts import KINDS
from tests.browser.desks import CURRENCY, TENDER, amounts
from tests.browser.site import Site, Window

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("language", ["en", pytest.param("zh-CN", marks=pytest.mark.slow)])
Open = Callable[..., Window]


@pytest.mark.parametrize(
    ("language", "collector"), [("en", "collector"), pytest.param("zh-CN", "collections-supervisor", marks=pytest.mark.slow)]
)
def test_a_collector_takes_the_next_case_sees_the_gate_and_records_a_promise(site: Site, window: Open, language, collector) -> None:
    """Without a mouse."""
    found = window(collector, language)
    found.go("/")
    found.press("g", "k")
    found.arrives("**/cases")
    found.focus_button(found.t("work.next"))
    found.press("Enter")
    found.arrives("**done=done.claimed**")
    found.sees(found.t("gate.title"), found.t("gate.next", what="", because="")[:4])
    assert found.page.locator("#gate .chip").count() >= 3, "what the gate says for each channel"
    customer = int(found.page.url.partition("/cases/")[2].partition("?")[0])
    found.press("p")
    found.press("Control+a")
    found.type("100.00")
    found.press("Tab")
    found.page.locator("[name='due_on']:focus")
    found.press("Enter")
    found.arrives("**done=done.done**")
    promised = select(filing.c.body).where(filing.c.customer_id == customer, filing.c.kind == "promise.made")
    assert any('"amount_minor":10000' in row[0].replace(" ", "") for row in site.rows(promised))
    found.sees("¥100.00")


@both
def test_a_reviewer_claims_decides_and_finishes_a_case(site: Site, window: Open, language: str) -> None:
    """Without a mouse."""
    found = window("underwriter-2", language)
    found.go("/")
    found.press("g", "r")
    found.arrives("**/reviews")
    before = found.page.locator("table[data-list] tbody tr").count()
    found.focus_button(found.t("work.next"))
    found.press("Enter")
    found.arrives("**done=done.claimed**")
    case = found.page.url.partition("/reviews/")[2].partition("?")[0]
    customer, application = case.split("/")
    found.press("d")
    found.press("ArrowDown", "Tab")
    found.type("the papers do not bear it out")
    found.press("Enter")
    found.arrives("**done=done.decided**")
    assert found.page.locator("table[data-list] tbody tr").count() == before - 1
    states = select(work_item.c.state).where(work_item.c.customer_id == int(customer), work_item.c.subject == application)
    assert [row[0] for row in site.rows(states.where(work_item.c.kind == "review"))] == ["done"]


@both
def test_a_checker_agrees_and_the_maker_cannot(site: Site, window: Open, language: str) -> None:
    """Without a mouse: finance asks for a repayment to be taken back, compliance agrees."""
    kinds = select(fact.c.customer_id, fact.c.loan_id, fact.c.n).where(fact.c.kind == KINDS["repaid"])
    repaid = {(one.customer_id, one.loan_id): one.n for one in site.rows(kinds)}
    customer, number = site.take(loan_state.c.loan_id.in_([loan_id for _, loan_id in repaid]))
    maker = window("finance", language)
    maker.go(f"/customers/{customer}/loans/{number}")
    maker.press("r")
    maker.type(str(repaid[customer, number]))
    maker.press("Tab")
    maker.type("the bank sent it back")
    maker.focus_button(maker.t("loan.reverse.do"))
    maker.press("Enter")
    maker.arrives("**done=done.waiting**")
    asked = site.rows(select(approval.c.approval_id).where(approval.c.customer_id == customer, approval.c.state == "pending"))[0][0]
    maker.go(f"/approvals/{asked}")
    maker.sees(maker.t("approval.mine"))
    assert maker.page.locator("[data-key='a']").count() == 0, "the maker is offered no way to agree"
    checker = window("compliance", language)
    checker.go("/")
    checker.press("g", "i")
    checker.arrives("**/approvals")
    for _ in range(checker.page.locator("table[data-list] tbody tr").count()):
        checker.press("j")
        if asked in checker.page.evaluate("document.activeElement.href"):
            break
    checker.press("Enter")
    checker.arrives(f"**/approvals/{asked}")
    checker.press("a")
    checker.type("seen")
    checker.press("Tab", "Enter")
    checker.arrives("**done=done.approval.executed**")
    assert site.rows(select(approval.c.state).where(approval.c.approval_id == asked)) == [("executed",)]


@both
def test_servicing_finds_a_customer_and_opens_the_loan_finance_previews_a_waiver(site: Site, window: Open, language: str) -> None:
    customer, number = site.take()
    found = window("servicing", language)
    found.go(f"/find?q=cus_{customer}")
    found.page.locator(f"main a[href$='/customers/{customer}']").first.click()
    found.arrives(f"**/customers/{customer}")
    assert found.page.locator(".load-line svg").is_visible(), "the load line is drawn"
    found.page.locator(f"a[href$='/loans/{number}']").first.click()
    found.arrives(f"**/loans/{number}")
    before = site.rows(select(loan_state).where(loan_state.c.customer_id == customer))
    found = window("finance", language)
    found.go(f"/customers/{customer}/loans/{number}")
    found.unfold(found.t("loan.waive"))
    found.fill(interest="0.01", reason="a day of trouble at the bank")
    found.send(found.t("form.preview"))
    found.page.wait_for_selector("#effect")
    assert "income.interest" in found.page.locator("#effect").inner_text(), "the ledger lines that would be written"
    assert site.rows(select(loan_state).where(loan_state.c.customer_id == customer)) == before, "nothing is written"


@both
def test_risk_looks_at_why_a_decision_was_made(site: Site, window: Open, language: str) -> None:
    customer, application = site.rows(
        select(filing.c.customer_id, filing.c.subject).where(filing.c.kind == "decision").order_by(filing.c.customer_id.desc())
    )[0]
    found = window("risk-analyst", language)
    found.go(f"/customers/{customer}/applications/{application}")
    found.sees(found.t("explain.title"), found.t("whatif.title"))
    found.page.locator("#ask-otherwise [name='amount']").fill("1000.00")
    commands = site.rows(select(filing.c.command_n).where(filing.c.customer_id == customer))
    found.page.locator("#ask-otherwise button").filter(has_text=found.t("whatif.do")).click()
    found.page.wait_for_selector("#what-if, #whatif, #otherwise, .panel")
    found.sees("¥1,000.00")
    assert site.rows(select(filing.c.command_n).where(filing.c.customer_id == customer)) == commands, "what if writes nothing"


@both
def test_treasury_reads_the_ladder(window: Open, language: str) -> None:
    found = window("treasury", language)
    found.go("/")
    found.press("g", "f")
    found.arrives("**/treasury")
    found.sees("harbour-notes")
    assert found.page.locator("figure[data-chart] table, table.sheet").first.locator("tbody tr").count() > 0


@both
def test_finance_reads_the_trial_balance_and_the_portfolio(window: Open, language: str) -> None:
    found = window("finance", language)
    found.go("/")
    found.press("g", "t")
    found.arrives("**/ledger")
    found.sees("asset.loan.principal")
    found.press("g", "v")
    found.arrives("**/portfolio")
    assert found.page.locator("table tbody tr").count() > 3


@both
def test_an_administrator_registers_a_user_and_gives_a_role(site: Site, window: Open, language: str) -> None:
    name = f"lin-{language.lower()}"
    found = window("admin-wu", language)
    found.go("/users")
    found.unfold(found.t("user.register"))
    found.fill(user=name, name="Lin")
    found.send(found.t("user.register.do"), "done.done")
    found.unfold(found.t("user.invite"))
    found.send(found.t("user.invite.do"))
    link = found.page.locator("#invitation code").inner_text()
    assert site.rows(select(access_user.c.state).where(access_user.c.user_id == name))
    found.go(f"/users/{name}")
    found.unfold(found.t("user.give"))
    found.fill(role="servicing", reason="begins on Monday")
    found.send(found.t("user.give.do"), "done.done")
    assert site.rows(select(access_grant.c.role).where(access_grant.c.user_id == name)) == [("servicing",)]
    found.sees("begins on Monday")
    invited = window("", language, root="/console")
    invited.page.goto(link)
    invited.fill(password="nine gulls over the breakwater", again="nine gulls over the breakwater")
    invited.send(invited.t("invitation.do"), "/account?done=done.password")


def test_somebody_makes_a_passkey_and_signs_in_by_it_alone(site: Site, window: Open) -> None:
    """The authenticator is Chromium's own of the developer tools: it signs as a key of glass and metal does."""
    found = window("model-validator", address=site.localhost)
    tools = found.page.context.new_cdp_session(found.page)
    tools.send("WebAuthn.enable")
    has = dict.fromkeys(("hasResidentKey", "hasUserVerification", "isUserVerified", "automaticPresenceSimulation"), True)
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": {"protocol": "ctap2", "transport": "internal", **has}})
    found.go("/account")
    found.fill(label="the key at home")
    found.send(found.t("account.passkey.add"), "done=")
    found.sees("the key at home")
    found.page.get_by_role("button", name=found.t("shell.sign-out")).click()
    found.arrives("**/sign-in**")
    found.send(found.t("passkey.use"))
    found.arrives("**/console/")
    found.go("/models")


@both
def test_compliance_answers_a_complaint(site: Site, window: Open, language: str) -> None:
    waiting = select(work_item.c.customer_id, work_item.c.subject).where(work_item.c.kind == "complaint", work_item.c.state == "open")
    customer, complaint = site.rows(waiting.order_by(work_item.c.customer_id))[0]
    found = window("compliance", language)
    found.go("/complaints")
    found.page.locator(f"a[href$='/complaints/{customer}/{complaint}']").first.click()
    found.arrives(f"**/complaints/{customer}/{complaint}")
    assert not found.page.locator("summary").filter(has_text=found.t("complaint.answer")).count(), "nobody has taken it yet"
    found.unfold(found.t("complaint.classify"))
    found.send(found.t("complaint.classify.do"), "done.done")
    found.unfold(found.t("complaint.answer"))
    found.page.locator("[name='cause']").select_option(index=1)
    found.send(found.t("complaint.answer.do"), "done.done")
    assert site.rows(
        select(filing.c.kind).where(filing.c.customer_id == customer, filing.c.subject == complaint, filing.c.kind == "complaint.answered")
    )


@both
def test_a_bidder_sees_the_tender_but_no_sealed_bid(window: Open, language: str) -> None:
    found = window("bidder", language)
    found.go(f"/tenders/{TENDER}")
    found.sees(TENDER, found.t("tender.own"))
    text = found.page.content()
    for sealed in amounts():
        assert sealed not in text
    assert "dongpo" not in text, "who else takes part is nobody's business"
    found.go("/", 200)
    found.go("/customers", 403)


def test_a_bid_is_sealed_in_the_browser_and_opened_afterwards(site: Site, window: Open) -> None:
    """What is sent before bids are opened is the hash of the bid and nothing of it; what is no amount has no hash, and is not sent."""
    expect = pytest.importorskip("playwright.sync_api").expect
    tender = tender_of(dossier_of(site.house.store, KIND, TENDER))
    assert tender is not None
    with site.clock.at(tender.bids_from + timedelta(minutes=30)):
        found, sent = window("bidder"), []
        found.page.on("request", lambda asked: sent.append(asked.post_data or ""))
        found.go(f"/tenders/{TENDER}")
        found.unfold(found.t("act.retract_bid"))
        found.send(found.t("act.retract_bid"), "done.done")
        found.unfold(found.t("act.commit_bid"))
        amount, nonce = (found.page.locator("form:has([name='seal-tender']) input[name='']").nth(n) for n in (0, 1))
        hashed = found.page.locator("[name='hash']")
        amount.press_sequentially("310")
        expect(hashed).to_have_value(re.compile("[0-9a-f]{64}"))
        amount.press_sequentially(",017.50")
        expect(hashed).to_have_value("")
        amount.fill("310017.50")
        expect(hashed).to_have_value(hash_of(TENDER, "hengshan", 31_001_750, CURRENCY, nonce.input_value()))
        secret = nonce.input_value()
        found.send(found.t("act.commit_bid"), "done.done")
        assert not any(said in one for said in ("310017", secret) for one in sent)
        found.sees(found.t("tender.own"))
        assert "310017.50" not in found.text()
    with site.clock.at(tender.closes_at + timedelta(minutes=1)):
        found = window("bidder")
        found.go(f"/tenders/{TENDER}")
        found.unfold(found.t("act.reveal_bid"))
        found.fill(amount="310017.50", nonce=secret)
        found.send(found.t("act.reveal_bid"), "done.done")
        found.sees("310017.50")


@both
def test_a_developer_finds_keys_webhooks_and_the_first_call(window: Open, language: str) -> None:
    found = window("it-ops", language)
    found.go("/developers")
    found.sees(found.t("hook.title"), found.t("developer.start"), "curl")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_treasury_brings_a_file_and_finance_agrees_to_it_without_a_mouse(site: Site, window: Open, language: str) -> None:
    """Slow only since the forms of a browser are the point of it; what is done and refused is proved without one."""
    customer, number = site.take()
    key, today = f"file-{language}", site.house.today().isoformat()
    rows = f"key,customer_id,on,loan_id,amount,currency,ref\n{key},{customer},{today},{number},12.34,CNY,bank {language}\n"
    found = window("treasury", language)
    found.go("/")
    found.press("g", "j")
    found.arrives("**/imports")
    found.press("n")
    found.page.locator("[name='file']").set_input_files([{"name": "bank.csv", "mimeType": "text/csv", "buffer": rows.encode()}])
    found.fill(verb="repay")
    found.focus_button(found.t("import.bring.do"))
    found.press("Enter")
    found.arrives("**done=done.import.valid**")
    found.sees("¥12.34", found.t("import.effect"))
    found.press("a")
    found.type("of today")
    found.press("Enter")
    found.arrives("**done=done.waiting**")
    paid = select(fact.c.n).where(fact.c.customer_id == customer, fact.c.loan_id == number, fact.c.kind == KINDS["repaid"])
    before = len(site.rows(paid))
    asked = found.page.locator("#waits a[href*='/approvals/']").get_attribute("href").rpartition("/")[2]
    checker = window("finance", language)
    checker.go(f"/approvals/{asked}")
    checker.sees("bank.csv")
    checker.press("a")
    checker.type("seen")
    checker.press("Tab", "Enter")
    checker.arrives("**done=done.approval.executed**")
    assert len(site.rows(paid)) == before + 1


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_supervisor_keeps_a_view_and_comes_back_to_it(window: Open, language: str) -> None:
    found = window("collections-supervisor", language)
    found.go("/customers?late=1")
    found.page.locator(".keep-view summary").click()
    found.fill(name="late today")
    found.send(found.t("view.keep.do"), "done.view.kept")
    found.go("/")
    found.page.locator("nav.side").get_by_text("late today").click()
    found.arrives("**/customers?late=1")
    found.go("/views")
    found.unfold(found.t("view.drop"))
    found.send(found.t("view.drop"), "done.view.dropped")
    found.sees(found.t("view.none"))


def test_the_language_and_the_colours_are_switched_and_kept(window: Open) -> None:
    found = window("servicing", "en")
    found.page.context.clear_cookies(name="plimsoll-language")
    found.page.context.add_cookies([{"name": "plimsoll-language", "value": "en", "url": found.site.address}])
    found.go("/customers")
    found.page.get_by_role("button", name="中文").click()
    found.page.wait_for_selector("html[lang='zh-CN']")
    assert found.page.url.endswith("/customers"), "one stays where one was"
    found.page.get_by_role("button", name="深色显示").click()
    found.page.wait_for_selector("html[data-bs-theme='dark']")
    colour = found.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(one) for one in colour.removeprefix("rgb(").rstrip(")").split(",")[:3]) < 200, colour
    found.go("/loans")
    assert found.page.locator("html[lang='zh-CN'][data-bs-theme='dark']").count() == 1


@both
def test_a_loan_is_looked_at_as_it_was_on_another_day(site: Site, window: Open, language: str) -> None:
    customer, number = site.take()
    found = window("servicing", language)
    found.go(f"/customers/{customer}/loans/{number}")
    then = (site.house.today() - timedelta(days=10)).isoformat()
    found.page.locator("[name='as_of']").fill(then)
    found.page.locator(".filters button").click()
    found.arrives(f"**as_of={then}**")
    found.sees(found.t("loan.as-of", day=then), found.t("loan.past"))
    assert found.page.locator("details.act").count() == 0, "nothing is done to the past"


def test_somebody_signs_in_with_a_password_and_a_code(site: Site, window: Open) -> None:
    login = next(one for one in site.told["logins"] if one["user_id"] == "risk-analyst")
    found = window("", "en", root="/console")
    found.go("/monitoring")
    found.fill(user="risk-analyst", password="a load line for everybody")
    found.press("Enter")
    found.arrives("**/second-factor**")
    site.clock.push(timedelta(seconds=30))
    found.fill(code=pyotp.TOTP(login["seed"]).at(int(site.clock().timestamp())))
    found.press("Enter")
    found.arrives("**/monitoring")

"""What borrowers do on a telephone, done in a real browser, in both languages.

English is slow only because each page is made and drawn a second time; every change is looked at in Chinese.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from plimsoll.app.database.schema import filing, line, loan, loan_state
from tests.browser.site import Site, Window

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("language", ["zh-CN", pytest.param("en", marks=pytest.mark.slow)])
Open = Callable[..., Window]
READING = timedelta(minutes=2)


def count(site: Site, customer: int, kind: str) -> int:
    wanted = select(func.count()).select_from(filing).where(filing.c.customer_id == customer, filing.c.kind == kind)
    return int(site.rows(wanted)[0][0])


@both
def test_a_borrower_signs_in_by_a_code(site: Site, window: Open, language: str) -> None:
    found = window("", language, root="/me")
    found.go("/")
    found.fill(phone=site.told["borrower"]["phone"])
    found.send(found.t("b.enter.send"), "/code?c=")
    code = "".join(one for one in found.page.locator("form:has([name='code']), .act-body").first.inner_text() if one.isdigit())
    assert len(code) >= 6, found.text()
    found.fill(code=code[:6])
    found.send(found.t("b.enter.button"))
    found.sees(found.t("b.available"), found.t("b.home.due"))
    site.clock.push(timedelta(minutes=2))


@both
def test_a_borrower_borrows_through_the_cost_table_and_no_other_way(site: Site, window: Open, language: str) -> None:
    customer, _ = site.take(line.c.limit_minor - line.c.used_minor >= 100_000)
    loans = select(func.count()).select_from(loan).where(loan.c.customer_id == customer)
    before = site.rows(loans)[0][0]
    found = window(customer, language)
    found.go("/borrow")
    for name in ("instalments", "repayment"):
        assert found.page.locator(f"[name='{name}']").input_value() == "", "nothing is chosen for anybody"
    found.fill(amount="800", instalments="6", repayment="equal-instalment")
    found.page.get_by_text(found.t("b.cost.total")).wait_for()  # worked out while it is chosen
    six = found.text()
    found.fill(instalments="12")
    found.page.get_by_text("12", exact=True).wait_for()
    assert found.text() != six
    found.fill(instalments="6")
    found.send(found.t("b.borrow.see"))
    found.sees(found.t("b.cost.year"), found.t("b.cost.total"))
    found.send(found.t("b.borrow.read"), "/borrow/costs?d=")
    digest = found.page.url.partition("d=")[2].partition("&")[0]
    found.go(f"/borrow/sign?d={digest}")
    assert "/sign?" not in found.page.url, "nobody signs what they have not read"
    found.go(f"/borrow/costs?d={digest}")
    found.fill(read="yes")
    with found.page.expect_navigation():
        found.page.get_by_role("button", name=found.t("b.read.confirm")).click()
    assert "done=" not in found.page.url, "it is read in less time than it takes"
    found.said.clear()  # the browser itself notes the refusal
    site.clock.push(READING)
    found.fill(read="yes")
    found.send(found.t("b.read.confirm"), "done=done.b.read")
    found.fill(agree="yes")
    found.send(found.t("b.sign.button"), "done=done.b.drawn")
    assert site.rows(loans)[0][0] == before + 1


@both
def test_a_borrower_pays_off_early_and_sees_what_that_saves(site: Site, window: Open, language: str) -> None:
    customer, number = site.take()
    found = window(customer, language)
    found.go("/loans")
    found.page.locator(f"a[href$='/loans/{number}']").click()
    found.page.locator(f"a[href$='/loans/{number}/pay']").click()
    found.sees(found.t("b.pay.saved"))
    with found.page.expect_navigation():
        found.page.locator("form:has(input[value='settle']) button").click()
    assert "done=done.b.paid" in found.page.url
    state = select(loan_state.c.principal_minor).where(loan_state.c.customer_id == customer, loan_state.c.loan_id == number)
    assert site.rows(state) == [(0,)]


@both
def test_a_borrower_is_warned_of_the_minimum_and_converts_a_bill(site: Site, window: Open, language: str) -> None:
    customer, found = 0, None
    while True:
        customer, _ = site.take(product="pay-later")
        found = window(customer, language)
        found.go("/bills")
        if found.page.locator("a[href*='/bills/instalments']").count():
            break
    assert found.page.locator(".said.warn").count() == 1, "what paying the least would cost"
    whole = found.page.locator("form:has(input[value='whole']) button").first
    assert whole.is_visible(), "paying all of it is there without a click more"
    found.page.locator("a[href*='/bills/instalments']").click()
    assert found.page.locator("[name='instalments']").input_value() == ""
    found.fill(instalments="6")
    found.send(found.t("b.borrow.read"), "/bills/costs")
    site.clock.push(READING)
    found.fill(read="yes")
    found.send(found.t("b.read.confirm"), "done=done.b.read")
    found.fill(agree="yes")
    found.send(found.t("b.convert.button"), "done=done.b.converted")
    found.sees(found.t("b.bills.plans"))


@both
def test_a_borrower_asks_for_help(site: Site, window: Open, language: str) -> None:
    customer, _ = site.take()
    found = window(customer, language)
    found.go("/")
    found.page.locator("a[href$='/hardship']").first.click()
    found.fill(income="3000", essentials="2500", others="0", persons="2", tier="tier2", flag_job_loss="yes")
    found.send(found.t("b.hard.button"), "done=done.b.asked")
    found.sees(found.t("b.plan.propose"))


@both
def test_a_borrower_complains_and_sees_by_when_an_answer_comes(site: Site, window: Open, language: str) -> None:
    customer, _ = site.take(product="pay-later")
    found = window(customer, language)
    found.go("/complaints")
    found.page.locator("form:has(input[value='complain']) select").first.select_option("wrong_amount")
    found.fill(words="I paid on Monday, and was called on Tuesday.")
    with found.page.expect_navigation():
        found.page.locator("form:has(input[value='complain']) button").last.click()
    assert "done=" in found.page.url, found.text()
    assert count(site, customer, "complaint.filed") == 1
    found.sees(found.t("b.complain.due"))


@both
def test_a_borrower_takes_a_consent_back(site: Site, window: Open, language: str) -> None:
    customer, _ = site.take(product="pay-later")
    found = window(customer, language)
    found.go("/consents")
    before = count(site, customer, "consent.withdrawn")
    form = found.page.locator("details.act:has(input[value='withdraw']), form:has(input[value='withdraw'])").first
    if form.locator("summary").count():
        form.locator("summary").click()
    with found.page.expect_navigation():
        form.locator("button").last.click()
    assert "done=" in found.page.url, found.text()
    assert count(site, customer, "consent.withdrawn") == before + 1


@both
def test_a_borrower_turns_autopay_on_and_off(site: Site, window: Open, language: str) -> None:
    customer, _ = site.take(product="pay-later")
    found = window(customer, language)
    found.go("/autopay")
    for act, needed in (("stop", False), ("start", True), ("stop", True)):
        form = found.page.locator(f"form:has(input[name='act'][value='{act}'])")
        if not form.count() and not needed:
            continue
        if not form.locator("button").last.is_visible():
            found.page.locator("details.act > summary").first.click()
        for box in form.locator("input[type='checkbox']").all():
            box.check()
        with found.page.expect_navigation():
            form.locator("button").last.click()
        assert "done=" in found.page.url, found.text()


@both
def test_a_borrower_hears_why_they_were_declined(site: Site, window: Open, language: str) -> None:
    customer = site.declined()
    found = window(customer, language)
    found.go("/applications")
    found.sees(found.t("b.app.declined"), found.t("b.apps.why"))
    if found.page.locator("summary").filter(has_text=found.t("b.apps.ask")).count():
        found.unfold(found.t("b.apps.ask"))
        found.send(found.t("b.apps.ask"), "done=done.b.person")


@both
def test_a_borrower_learns_the_limit_and_gets_answers(site: Site, window: Open, language: str) -> None:
    found = window(site.told["borrower"]["customer"], language)
    for path, key in (("/limit", "b.load.what"), ("/help", "b.nav.help"), ("/learn", "b.nav.learn")):
        found.go(path)
        found.sees(found.t(key))


def test_borrower_pages_work_without_scripts(site: Site, window: Open) -> None:
    found = window(site.told["borrower"]["customer"], "en", java_script_enabled=False)
    found.go("/borrow?amount=700&instalments=6&repayment=equal-instalment")
    found.send(found.t("b.borrow.read"), "/borrow/costs?d=")

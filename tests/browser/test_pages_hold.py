"""What pages hold against: forms of others, frames, scripts in what people write, steps left out, planted sessions, the way back."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from sqlalchemy import func, select

from plimsoll.app.database.schema import filing, line, loan
from plimsoll.simulator.staff import PASSWORD
from tests.browser.places import back_office, borrower_pages, named
from tests.browser.site import PATIENCE, Site, Window

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
SCRIPT = "<script>window.was_run=1</script><img src=x onerror=window.was_run=1>"
FRAMED = {"x-frame-options": "DENY", "x-content-type-options": "nosniff", "cache-control": "no-store"}


def count(site: Site, customer: int, kind: str) -> int:
    return int(site.rows(select(func.count()).select_from(filing).where(filing.c.customer_id == customer, filing.c.kind == kind))[0][0])


@pytest.fixture
def elsewhere():
    """A page of somebody else, on another port: it sends what stands in `form` to the house as soon as it is open."""

    class Page(BaseHTTPRequestHandler):
        form = ""

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(type(self).form.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Page, f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_every_page_says_no_frame_no_other_script_nothing_kept(site: Site) -> None:
    for root, places in (("/console", back_office(site)), ("/me", borrower_pages(site))):
        tokens = {one: site.borrower(one) if isinstance(one, int) else site.session(one) for one in {who for _, who, _ in places} if one}
        for _, who, path in places:
            answer = httpx.get(f"{site.address}{root}{path}", cookies={"plimsoll": tokens[who]} if who else {}, timeout=PATIENCE)
            assert answer.status_code == 200, path
            assert {name: answer.headers[name] for name in FRAMED} == FRAMED, path
            policy = answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy
            assert "form-action 'self'" in policy
            assert "unsafe" not in policy
            for made in answer.headers.get_list("set-cookie"):
                assert {"httponly", "samesite=lax"} <= set(made.lower().split("; ")), made


def test_a_form_on_a_page_of_somebody_else_does_nothing(site: Site, window: Open, elsewhere) -> None:
    customer, _ = site.take(product="pay-later")
    page, address = elsewhere
    found = window(customer)
    found.go("/complaints")
    fields = {
        name: found.page.locator(f"form:has(input[value='complain']) [name='{name}']").input_value() for name in ("key", "form_token")
    }
    hidden = "".join(f"<input name='{name}' value='{value}'>" for name, value in {**fields, "act": "complain", "about": "service"}.items())
    page.form = f"<form method='post' action='{site.address}/me/complaints'>{hidden}</form><script>document.forms[0].submit()</script>"
    with found.page.expect_response(f"{site.address}/me/complaints") as answered:
        found.page.goto(address)
    assert answered.value.status in (303, 403), "the token of the form is right, and still it comes from elsewhere"
    assert count(site, customer, "complaint.filed") == 0
    found.said.clear()


def test_a_page_of_somebody_else_cannot_frame_ours(site: Site, window: Open, elsewhere) -> None:
    page, address = elsewhere
    page.form = f"<iframe src='{site.address}/me/sign-in'></iframe>"
    found = window(root="/me")
    with found.page.expect_request(f"{site.address}/me/sign-in"):
        found.page.goto(address)
    found.page.wait_for_load_state()
    assert not any("phone" in frame.content() for frame in found.page.frames[1:])
    found.said.clear()  # the browser notes that it would not


def test_a_script_in_what_people_write_is_shown_and_never_run(site: Site, window: Open) -> None:
    customer, number = site.take()
    finance = window("finance")
    finance.go(f"/customers/{customer}/loans/{number}")
    finance.unfold(finance.t("loan.waive"))
    finance.fill(interest="0.01", reason=SCRIPT)
    finance.send(finance.t("loan.waive.do"))
    admin = window("admin-wu")
    admin.go("/users")
    admin.unfold(admin.t("user.register"))
    admin.fill(user="script-kid", name=SCRIPT[:60])
    admin.send(admin.t("user.register.do"))
    admin.go("/users/collector")
    admin.unfold(admin.t("user.give"))
    admin.fill(role="auditor", reason=SCRIPT)
    admin.send(admin.t("user.give.do"))
    late = named(site)["late"]
    servicing = window("collections-supervisor")
    servicing.go(f"/cases/{late}?q={SCRIPT}")
    servicing.go(f"/find?q={SCRIPT}")
    borrower = window(customer)
    borrower.go(f"/borrow?amount={SCRIPT}&instalments=6&repayment={SCRIPT}")
    looked = [(finance, "/approvals"), (admin, "/users"), (admin, "/users/collector"), (finance, f"/customers/{customer}/loans/{number}")]
    for found, path in looked:
        found.go(path)
    for found in (finance, admin, servicing, borrower):
        assert found.page.evaluate("window.was_run") is None
        assert found.page.locator("main img, main script").count() == 0
        found.said = [one for one in found.said if "409" not in one]


FORM = re.compile(r'<form method="post".*?</form>', re.DOTALL)
FIELD = re.compile(r"<(input|textarea|select)([^>]*)>(.*?)(?=<input|<textarea|<select|</form>)", re.DOTALL)
ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
LEADS_OUT = ("sign_out", "choose", "end", "end_others", "lock")
"""Acts that end what the rest is looked at by."""


def filled(form: str, today: str) -> dict[str, str]:
    """Give the fields of a form with a script wherever somebody may write what they like."""
    said: dict[str, str] = {}
    for kind, text, rest in FIELD.findall(form):
        has = dict(ATTRIBUTE.findall(text))
        name, value = has.get("name", ""), has.get("value", "")
        if kind == "select":
            chosen = [one for one in re.findall(r'<option value="([^"]*)"', rest) if one]
            said[name] = chosen[0] if chosen else ""
        elif has.get("type") in ("hidden", "checkbox", "file"):
            said[name] = value
        elif has.get("type") == "date":
            said[name] = value or today
        elif "inputmode" in has:
            said[name] = value or "3"
        else:
            said[name] = SCRIPT[: int(has.get("maxlength", "200"))]
    return {name: unescape(value) for name, value in said.items() if name}


@pytest.mark.slow
def test_a_script_in_every_field_of_every_form_is_text_wherever_it_comes_back(site: Site) -> None:
    """Slow for their number: every form of every page is sent as it stands, and then every page is looked at once more."""
    today, wrong, sent = site.house.today().isoformat(), [], 0
    roots = (("/console", back_office(site)), ("/me", borrower_pages(site)))
    with httpx.Client(base_url=site.address, timeout=PATIENCE) as client:
        for again in (False, True):
            for root, places in roots:
                for _, who, path in places:
                    token = site.borrower(who) if isinstance(who, int) else site.session(who) if who else ""
                    client.cookies = httpx.Cookies({"plimsoll": token, "plimsoll-language": "en"} if token else {})
                    answers = [client.get(f"{root}{path}")]
                    for form in () if again else FORM.findall(answers[0].text):
                        fields = filled(form, today)
                        if fields.get("act") not in LEADS_OUT:
                            answers.append(client.post(f"{root}{path}", data=fields))
                            sent += 1
                    wrong += [f"{path}: {one.status_code}" for one in answers if one.status_code >= 500]
                    wrong += [f"{path}: not as text" for one in answers if "<script>window" in one.text or "<img src=x" in one.text]
    assert sent >= 80
    assert wrong == []


def test_nobody_signs_what_they_have_not_read(site: Site) -> None:
    """The button is not there, and the command behind it refuses as well: sent by hand, with a good token."""
    customer, _ = site.take(line.c.limit_minor - line.c.used_minor >= 100_000)
    kept = {"plimsoll": site.borrower(customer), "plimsoll-language": "en"}
    with httpx.Client(base_url=f"{site.address}/me", cookies=kept, timeout=PATIENCE) as client:
        text = client.get("/autopay").text
        token = text.partition('name="form_token" value="')[2].partition('"')[0]
        fields = {"act": "sign", "key": "0a" * 12, "form_token": token, "loan": f"{customer}777", "amount": "80000", "instalments": "6"}
        before = site.rows(select(func.count()).select_from(loan).where(loan.c.customer_id == customer))
        answer = client.post("/borrow/sign?d=0", data={**fields, "repayment": "equal-instalment", "rate": "0.0001"})
        assert answer.status_code in (303, 409)
        assert "done" not in answer.headers.get("location", "")
        assert site.rows(select(func.count()).select_from(loan).where(loan.c.customer_id == customer)) == before


def test_a_planted_session_is_nobodys_after_sign_in(site: Site, window: Open) -> None:
    planted = "planted-" + "x" * 40
    found = window(root="/console")
    found.page.context.add_cookies([{"name": "plimsoll", "value": planted, "url": site.address}])
    found.page.context.add_cookies([{"name": "plimsoll-before", "value": planted, "url": site.address}])
    found.go("/sign-in")
    found.fill(user="model-validator", password=PASSWORD)
    found.press("Enter")
    found.arrives("**/console/")
    kept = {one["name"]: one["value"] for one in found.page.context.cookies()}
    assert kept["plimsoll"] != planted
    for token in (planted, "y" * 43):
        answer = httpx.get(f"{site.address}/console/models", cookies={"plimsoll": token}, timeout=PATIENCE)
        assert answer.status_code == 303
        assert "/sign-in" in answer.headers["location"]


def test_the_way_back_shows_nothing_after_sign_out(site: Site, window: Open) -> None:
    customer, _ = site.take(product="pay-later")
    found = window(customer)
    found.go("/bills")
    found.go("/limit")
    with found.page.expect_navigation():
        found.page.get_by_role("button", name=found.t("b.sign-out")).click()
    for _ in range(2):
        found.page.go_back()
        found.page.wait_for_load_state()
        found.page.wait_for_timeout(100)
        assert found.t("b.limit.title") not in found.text()
        assert "¥" not in found.text()
    site.clock.push(timedelta(seconds=1))

"""Pages in the middle of a task, and things that somebody made before: each is come by as people come by it, once a house."""

import secrets
from datetime import timedelta

import httpx
from sqlalchemy import select

from plimsoll.app.access.invitation import Invitation, invite
from plimsoll.app.access.people import NewUser, register
from plimsoll.app.access.principal import Principal
from plimsoll.app.database.schema import filing, loan
from plimsoll.app.imports.batch import Batch, Upload, upload
from tests.browser.site import PATIENCE, Site

READING = timedelta(minutes=2)
"""Longer than the costs of a debt have to be open before they can be confirmed."""


def step(site: Site, token: str, address: str, act: str, **fields: str) -> str:
    """Send a form of a page as a browser does; give the path that it leads to, without the root."""
    root = "/" + address.split("/")[1]
    with httpx.Client(base_url=site.address, cookies={"plimsoll": token} if token else {}, timeout=PATIENCE) as client:
        page = client.get(address)
        assert page.status_code == 200, (address, page.status_code)
        token_of_form = page.text.partition('name="form_token" value="')[2].partition('"')[0]
        answer = client.post(address, data={"act": act, "key": secrets.token_hex(12), "form_token": token_of_form, **fields})
    assert answer.status_code == 303, (address, act, answer.status_code, answer.text[-2_000:])
    return answer.headers["location"].removeprefix(root)


def midway(site: Site) -> dict[str, object]:
    """Go up to each page that only a task leads to; give what stands in its address, and who sees it."""
    return {**_borrowing(site), **_converting(site), **_offered(site), **_entering(site), **_left(site)}


def _borrowing(site: Site) -> dict[str, object]:
    """Have the costs of a loan shown, and those of another one confirmed."""
    token = site.borrower(site.told["borrower"]["customer"])
    chosen = {"instalments": "6", "repayment": "equal-instalment"}
    costs, read = (step(site, token, "/me/borrow", "show", amount=amount, **chosen) for amount in ("800", "900"))
    site.clock.push(READING)
    sign = step(site, token, f"/me{read}", "confirm", d=read.partition("d=")[2], read="yes")
    return {"costs": costs.partition("?")[2], "sign": sign.partition("?")[2]}


def _converting(site: Site) -> dict[str, object]:
    """Have somebody with a bill see what instalments of it cost."""
    billed = select(loan.c.customer_id).where(loan.c.product == "pay-later").order_by(loan.c.customer_id)
    for (customer,) in site.rows(billed):
        token = site.borrower(customer)
        asked = httpx.get(f"{site.address}/me/bills", cookies={"plimsoll": token}, timeout=PATIENCE)
        if "/bills/instalments" in asked.text:
            costs = step(site, token, "/me/bills/instalments", "show", instalments="6")
            return {"biller": customer, "convert": costs.partition("?")[2]}
    raise AssertionError("nobody has a bill that can be converted; make the house larger")


def _offered(site: Site) -> dict[str, object]:
    """Have somebody who was made an offer see what it costs."""
    signed = select(filing.c.subject).where(filing.c.kind == "offer.signed")
    waiting = select(filing.c.customer_id, filing.c.subject).where(filing.c.kind == "offer.made", filing.c.subject.not_in(signed))
    customer, application = site.rows(waiting)[0]
    costs = step(site, site.borrower(customer), "/me/applications", "offer", application=application)
    return {"offered": customer, "offer": costs.partition("?")[2]}


def _entering(site: Site) -> dict[str, object]:
    return {"code": step(site, "", "/me/sign-in", "send", phone=site.told["borrower"]["phone"]).partition("?")[2]}


def _left(site: Site) -> dict[str, object]:
    """Make a test clock, ask for emergency access, invite somebody, bring a file."""
    admin = Principal("admin-wu", ("tenant_admin",))
    register(site.house, admin, NewUser("mei", "Mei", language="en"))
    invited = invite(site.house, admin, "mei")
    assert isinstance(invited, Invitation), invited
    today = site.house.today().isoformat()
    clock = step(site, site.session("it-ops"), "/console/developers/clocks", "make", name="a year", at=today)
    glass = step(site, site.session("support-engineer"), "/console/emergency", "ask", reason="the desk is ill, and money waits")
    brought = upload(site.house, Principal("treasury", ("treasury",)), Upload("bank.csv", b"key,customer_id,on\n", "repay"))
    assert isinstance(brought, Batch), brought
    made = {name: path.partition("?")[0].rpartition("/")[2] for name, path in (("clock", clock), ("glass", glass))}
    return {**made, "import": brought.import_id, "invitation": invited.text}

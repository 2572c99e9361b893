"""Where every page is, and who looks at it: one address for every screen of the back office and of the borrower pages."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import filing, loan, loan_state
from tests.browser.desks import PACKAGE, TENDER
from tests.browser.midway import midway
from tests.browser.site import HALF, Site

CONSOLE = {
    "overview": ("risk-analyst", "/"),
    "find": ("servicing", "/find?q=3"),
    "customer": ("servicing", "/customers"),
    "customer-page": ("servicing", "/customers/{customer}"),
    "customer-acts": ("collections-supervisor", "/customers/{late}/acts"),
    "customer-act": ("collections-supervisor", "/customers/{late}/acts/recall_early"),
    "papers": ("servicing", "/customers/{customer}/papers"),
    "queue": ("collections-supervisor", "/queues"),
    "queue-page": ("collections-supervisor", "/queues/hardship"),
    "loan": ("servicing", "/loans"),
    "loan-page": ("servicing", "/customers/{customer}/loans/{loan}"),
    "approval": ("finance", "/approvals"),
    "approval-page": ("finance", "/approvals/{approval}"),
    "review": ("underwriter-2", "/reviews"),
    "review-page": ("underwriter-2", "/reviews/{applicant}/{application}"),
    "what-if-application": ("risk-analyst", "/customers/{applicant}/applications/{application}/what-if?amount=1000&instalments=6"),
    "what-if-loan": ("servicing", "/customers/{customer}/loans/{loan}/what-if?amount=100"),
    "application-page": ("risk-analyst", "/customers/{applicant}/applications/{application}"),
    "case": ("collector", "/cases"),
    "case-page": ("collector", "/cases/{late}"),
    "complaint": ("compliance", "/complaints"),
    "complaint-page": ("compliance", "/complaints/{complainer}/{complaint}"),
    "monitoring": ("risk-analyst", "/monitoring"),
    "monitoring-page": ("risk-analyst", "/monitoring/{customer}"),
    "portfolio": ("finance", "/portfolio"),
    "portfolio-bridge": ("finance", "/portfolio/bridge"),
    "portfolio-expected": ("finance", "/portfolio/expected-loss"),
    "portfolio-stress": ("finance", "/portfolio/stress"),
    "portfolio-accounts": ("finance", "/portfolio/accounts"),
    "policy": ("risk-analyst", "/policies"),
    "policy-page": ("risk-analyst", "/policies/{table}"),
    "policy-draft": ("risk-analyst", "/policies/{table}/draft"),
    "model": ("risk-analyst", "/models"),
    "model-page": ("risk-analyst", "/models/{model}"),
    "rule": ("compliance", "/rules"),
    "rule-page": ("compliance", "/rules/CN.CLASS.DPD"),
    "agency": ("collections-supervisor", "/agencies"),
    "agency-page": ("collections-supervisor", "/agencies/north"),
    "placement": ("collections-supervisor", "/placements"),
    "call": ("compliance", "/calls"),
    "call-sample": ("compliance", "/agencies/north/calls"),
    "package": ("finance", "/packages"),
    "tender": ("bidder", "/tenders"),
    "package-page": ("finance", f"/packages/{PACKAGE}"),
    "tender-page": ("finance", f"/tenders/{TENDER}"),
    "notice": ("", "/notices"),
    "notice-page": ("", f"/notices/{TENDER}"),
    "close": ("finance", "/close"),
    "close-page": ("finance", "/close/{closed}"),
    "ledger": ("finance", "/ledger"),
    "treasury": ("treasury", "/treasury"),
    "own-stress": ("treasury", "/treasury/stress?cash=400000&leave=100"),
    "funder-page": ("treasury", "/treasury/harbour-notes"),
    "funder-month": ("funder", "/treasury/river-bank/month"),
    "view": ("treasury", "/views"),
    "import": ("treasury", "/imports"),
    "import-columns": ("treasury", "/imports/columns?verb=repay"),
    "import-page": ("treasury", "/imports/{import}"),
    "audit": ("auditor", "/audit"),
    "user": ("admin-wu", "/users"),
    "user-page": ("admin-wu", "/users/collector"),
    "emergency": ("support-engineer", "/emergency"),
    "emergency-page": ("support-engineer", "/emergency/{glass}"),
    "developer": ("it-ops", "/developers"),
    "developer-keys": ("admin-wu", "/developers/keys"),
    "developer-key": ("admin-wu", "/developers/keys/{key}"),
    "developer-clocks": ("it-ops", "/developers/clocks"),
    "developer-clock": ("it-ops", "/developers/clocks/{clock}"),
    "developer-events": ("it-ops", "/developers/events"),
    "developer-hooks": ("it-ops", "/developers/webhooks"),
    "developer-hook": ("it-ops", "/developers/webhooks/{hook}"),
    "developer-delivery": ("it-ops", "/developers/webhooks/{hook}/{event}"),
    "account": ("servicing", "/account"),
    "invitation": ("", "/invitation/{invitation}"),
    "sign-in": ("", "/sign-in"),
    "second-factor": (f"risk-analyst{HALF}", "/second-factor"),
}
BORROWER = {
    "b-home": "/",
    "b-borrow": "/borrow?amount=1000&instalments=6&repayment=equal-instalment",
    "b-costs": "/borrow/costs?{costs}",
    "b-sign": "/borrow/sign?{sign}",
    "b-loans": "/loans",
    "b-loan": "/loans/{loan}",
    "b-pay": "/loans/{loan}/pay",
    "b-contract": "/loans/{drawn}/contract",
    "b-bills": "/bills",
    "b-convert": "/bills/instalments",
    "b-convert-costs": "/bills/costs?{convert}",
    "b-limit": "/limit",
    "b-reminders": "/reminders",
    "b-autopay": "/autopay",
    "b-overdue": "/overdue",
    "b-hardship": "/hardship",
    "b-apply": "/apply",
    "b-applications": "/applications",
    "b-offer": "/applications/offer?{offer}",
    "b-consents": "/consents",
    "b-complaints": "/complaints",
    "b-papers": "/papers",
    "b-learn": "/learn",
    "b-help": "/help",
    "sign-in": "/sign-in",
    "b-code": "/code?{code}",
}
OTHERS = {
    "b-overdue": "late",
    "b-contract": "drawer",
    "b-convert": "biller",
    "b-convert-costs": "biller",
    "b-offer": "offered",
    "sign-in": "",
    "b-code": "",
}
"""Borrower pages that somebody else than the borrower looks at; nobody who is known, for ""."""
NO_PAGES = {
    "sign-out": "takes a form, and leads to the sign-in",
    "choose": "takes a form, and leads back to where it was sent from",
    "what-if-customer": "leads to the last application of a customer",
    "policy-rows": "a file",
    "policy-header": "a file",
    "audit-proof": "a file",
    "import-errors": "a file",
    "b-contract-pdf": "a file",
    "b-my-data": "a file",
}
"""Screens that show nothing, and why; tests hold them to that."""


class Place(NamedTuple):
    """A page as somebody looks at it: the name of its screen, who (of the staff by name, a borrower by number, "" for nobody), the path."""

    name: str
    who: str | int
    path: str


def back_office(site: Site) -> list[Place]:
    """Give every page of the back office."""
    given = named(site)
    return [Place(name, who, path.format(**given)) for name, (who, path) in CONSOLE.items()]


def borrower_pages(site: Site) -> list[Place]:
    """Give every page of borrowers."""
    given = named(site)
    people = {**given, "": ""}
    return [Place(name, people[OTHERS.get(name, "customer")], path.format(**given)) for name, path in BORROWER.items()]  # type: ignore[arg-type]  # numbers of people


def named(site: Site) -> dict[str, object]:
    """Give what stands in the addresses: a borrower with a loan and a bill, who is late, who complained, a case to review, and so on."""
    if site.given:
        return site.given
    customer = site.told["borrower"]["customer"]
    own = select(loan.c.loan_id).join(loan_state, loan_state.c.loan_id == loan.c.loan_id)
    own = own.where(loan.c.customer_id == customer, loan.c.product == "cash-line", loan_state.c.status == 1)
    filed = select(filing.c.customer_id, filing.c.subject).order_by(filing.c.customer_id.desc())
    applicant, application = site.rows(filed.where(filing.c.kind == "decision"))[0]
    complainer, complaint = site.rows(filed.where(filing.c.kind == "complaint.filed"))[0]
    drawer, drawn = site.rows(select(loan.c.customer_id, loan.c.loan_id).order_by(loan.c.opened_on.desc(), loan.c.loan_id))[0]
    late = select(loan_state.c.customer_id).where(loan_state.c.status == 1, loan_state.c.oldest_due < site.house.today())
    site.given = {
        "customer": customer,
        "loan": site.rows(own)[0][0],
        "approval": site.told["approval"],
        "applicant": applicant,
        "application": application,
        "complainer": complainer,
        "complaint": complaint,
        "late": site.rows(late.order_by(loan_state.c.oldest_due))[0][0],
        "drawer": drawer,
        "drawn": drawn,
        "closed": site.house.today() - timedelta(days=1),
        "hook": site.told["webhook"],
        "event": site.first("it-ops", f"/developers/webhooks/{site.told['webhook']}", r"/(evt_\w+)"),
        "key": site.first("admin-wu", "/developers/keys", r"/developers/keys/(\w+)"),
        "table": site.first("risk-analyst", "/policies", r"/policies/(\w+)"),
        "model": site.first("risk-analyst", "/models", r"/models/(\w+)"),
        **midway(site),
    }
    return site.given

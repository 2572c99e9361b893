"""Where every page is, and who looks at it: one address for every screen of the back office and of the borrower pages."""

from datetime import timedelta

from sqlalchemy import select

from plimsoll.app.schema import filing, loan, loan_state
from tests.browser.desks import PACKAGE, TENDER
from tests.browser.site import Site

CONSOLE = {
    "overview": ("risk-analyst", "/"),
    "find": ("servicing", "/find?q=3"),
    "customer": ("servicing", "/customers"),
    "customer-page": ("servicing", "/customers/{customer}"),
    "loan": ("servicing", "/loans"),
    "loan-page": ("servicing", "/customers/{customer}/loans/{loan}"),
    "approval": ("finance", "/approvals"),
    "approval-page": ("finance", "/approvals/{approval}"),
    "review": ("underwriter-2", "/reviews"),
    "review-page": ("underwriter-2", "/reviews/{applicant}/{application}"),
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
    "package": ("finance", "/packages"),
    "package-page": ("finance", f"/packages/{PACKAGE}"),
    "tender-page": ("finance", f"/tenders/{TENDER}"),
    "close": ("finance", "/close"),
    "close-page": ("finance", "/close/{closed}"),
    "ledger": ("finance", "/ledger"),
    "treasury": ("treasury", "/treasury"),
    "funder-page": ("treasury", "/treasury/harbour-notes"),
    "user": ("admin-wu", "/users"),
    "user-page": ("admin-wu", "/users/collector"),
    "emergency": ("support-engineer", "/emergency"),
    "developer": ("it-ops", "/developers"),
    "developer-keys": ("admin-wu", "/developers/keys"),
    "developer-key": ("admin-wu", "/developers/keys/{key}"),
    "developer-clocks": ("it-ops", "/developers/clocks"),
    "developer-events": ("it-ops", "/developers/events"),
    "developer-hooks": ("it-ops", "/developers/webhooks"),
    "developer-hook": ("it-ops", "/developers/webhooks/{hook}"),
    "developer-delivery": ("it-ops", "/developers/webhooks/{hook}/{event}"),
    "sign-in": ("", "/sign-in"),
}
BORROWER = {
    "b-home": "/",
    "b-borrow": "/borrow?amount=1000&instalments=6&repayment=equal-instalment",
    "b-loans": "/loans",
    "b-loan": "/loans/{loan}",
    "b-pay": "/loans/{loan}/pay",
    "b-bills": "/bills",
    "b-convert": "/bills/instalments",
    "b-limit": "/limit",
    "b-reminders": "/reminders",
    "b-autopay": "/autopay",
    "b-overdue": "/overdue",
    "b-hardship": "/hardship",
    "b-apply": "/apply",
    "b-applications": "/applications",
    "b-consents": "/consents",
    "b-complaints": "/complaints",
    "b-learn": "/learn",
    "b-help": "/help",
    "sign-in": "/sign-in",
}
ONLY_LEADS = {
    *("second-factor", "sign-out", "choose", "policy-rows", "policy-header", "developer-clock", "emergency-page"),
    *("b-code", "b-my-data", "b-costs", "b-sign", "b-convert-costs", "b-offer", "b-contract", "b-contract-pdf"),
    *("notice", "notice-page", "what-if-customer", "what-if-application", "what-if-loan"),
}
"""Screens that are looked at in the middle of a task, give a file, only lead elsewhere, or have tests of their own."""


def named(site: Site) -> dict[str, object]:
    """Give what stands in the addresses: a borrower with a loan and a bill, who is late, who complained, a case to review, and so on."""
    customer = site.told["borrower"]["customer"]
    own = select(loan.c.loan_id).join(loan_state, loan_state.c.loan_id == loan.c.loan_id)
    own = own.where(loan.c.customer_id == customer, loan.c.product == "cash-line", loan_state.c.status == 1)
    filed = select(filing.c.customer_id, filing.c.subject).order_by(filing.c.customer_id.desc())
    applicant, application = site.rows(filed.where(filing.c.kind == "decision"))[0]
    complainer, complaint = site.rows(filed.where(filing.c.kind == "complaint.filed"))[0]
    late = select(loan_state.c.customer_id).where(loan_state.c.status == 1, loan_state.c.oldest_due < site.house.today())
    return {
        "customer": customer,
        "loan": site.rows(own)[0][0],
        "approval": site.told["approval"],
        "applicant": applicant,
        "application": application,
        "complainer": complainer,
        "complaint": complaint,
        "late": site.rows(late.order_by(loan_state.c.oldest_due))[0][0],
        "closed": site.house.today() - timedelta(days=1),
        "hook": site.told["webhook"],
        "event": site.first("it-ops", f"/developers/webhooks/{site.told['webhook']}", r"/(evt_\w+)"),
        "key": site.first("admin-wu", "/developers/keys", r"/developers/keys/(\w+)"),
        "table": site.first("risk-analyst", "/policies", r"/policies/(\w+)"),
        "model": site.first("risk-analyst", "/models", r"/models/(\w+)"),
    }

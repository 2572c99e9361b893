"""Take a loan back from the buyer of its package: the loan first, then the note in the package; may be repeated.

What came back before came back then, for the reason given then: who stopped half-way only has the package note it.
"""

from datetime import date, datetime

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING
from plimsoll.disposal.package import KIND, find_package
from plimsoll.disposal.put_back_claim import PutBackClaim
from plimsoll.disposal.record import put_back_from
from plimsoll.disposal.return_loan import ReturnLoan
from plimsoll.loan.filing import read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


def put_back(
    store: Store, name: str, loan_id: int, reason: str, *, actor: str, now: datetime, on: date, rules: Rules
) -> dict[str, object] | Refused:
    """Give what is paid back to the buyer; refuses package_unknown, package_not_ready, claim_not_sold, and what both verbs refuse."""
    package = find_package(dossier_of(store, KIND, name), name, "transferred")
    if isinstance(package, Refused):
        return package
    loan = next((one for one in package.loans if one.loan_id == loan_id), None)
    if loan is None:
        return Refused("claim_not_sold", "", f"loan {loan_id}, {name!r}")
    if put_back_from(filings_of(store, loan.customer_id), loan_id, name) is None:
        back = PutBackClaim(f"{name} back {loan_id}", loan.customer_id, on, loan_id, name, reason)
        outcome = execute(store, WIRING, back, actor=actor, now=now, rules=rules)
        if not isinstance(outcome, Answer):
            return outcome
    came = put_back_from(filings_of(store, loan.customer_id), loan_id, name)
    assert came is not None, f"loan {loan_id} came back just now"
    said = read_body(came)
    if loan_id not in package.returned:
        noted = ReturnLoan(f"{name} returned {loan_id}", name, date.fromordinal(came.on), loan_id, said["reason"])
        written = execute_dossier(store, DOSSIER_WIRING, noted, actor=actor, now=now, rules=rules)
        if not isinstance(written, Answer):
            return written
    return {"loan_id": loan_id, "paid_back": text_of(said["paid_back_minor"], package.currency), "package": name}

"""How customers and loans are named at the edge: `cus_17`, `loan_17_3` for loan 3 of customer 17. Other ids are the house's own texts."""

import re
from typing import Final

from plimsoll.units.refusal import Malformed

CUSTOMER_PATTERN: Final = r"^cus_[1-9][0-9]{0,17}$"
LOAN_PATTERN: Final = r"^loan_[1-9][0-9]{0,17}_[1-9][0-9]{0,8}$"
_CUSTOMER: Final = re.compile(r"cus_([1-9][0-9]{0,17})", re.ASCII)
_LOAN: Final = re.compile(r"loan_([1-9][0-9]{0,17})_([1-9][0-9]{0,8})", re.ASCII)


def customer_text(customer_id: int) -> str:
    """Write the id of a customer: cus_17."""
    return f"cus_{customer_id}"


def loan_text(customer_id: int, loan_id: int) -> str:
    """Write the id of a loan: loan_17_3."""
    return f"loan_{customer_id}_{loan_id}"


def read_customer(text: str) -> int:
    """Read `cus_17`. Raises Malformed absent: what is not an id names nothing."""
    found = _CUSTOMER.fullmatch(text)
    if found is None:
        raise Malformed("absent", "", remedy="A customer is written cus_17.")
    return int(found[1])


def read_loan(text: str) -> tuple[int, int]:
    """Read `loan_17_3` into customer 17 and loan 3. Raises Malformed absent."""
    found = _LOAN.fullmatch(text)
    if found is None:
        raise Malformed("absent", "", remedy="A loan is written loan_17_3.")
    return int(found[1]), int(found[2])

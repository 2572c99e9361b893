"""A type for each id, so that a loan cannot be taken for a customer."""

from typing import NewType

CustomerId = NewType("CustomerId", int)
LoanId = NewType("LoanId", int)
FactNumber = NewType("FactNumber", int)
CommandKey = NewType("CommandKey", str)

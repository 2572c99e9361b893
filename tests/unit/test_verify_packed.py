"""Which packed records the compiled kernel may be given: what would lead it astray, past an end or for ever, is told first."""

from random import Random

import pytest

pytest.importorskip("numpy", reason="the extra `fast` is not installed")

from plimsoll.app.verify_packed import numbers_of, read_records
from plimsoll.interfaces.case.terms import read_account_terms, read_loan_terms
from plimsoll.ledger.chart import CHART
from plimsoll.loan.book import pack_standing
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import A_BILL_DAY, A_MIN_DEN, T_DISBURSED_ON, T_DUES, T_INSTALMENTS, T_PENALTY_DEN, T_RATE_DEN
from plimsoll.loan.terms import begun_on, write_account, write_loan
from plimsoll.units.pack import pack

LOAN = write_loan(
    read_loan_terms(
        {"currency": "CNY", "principal": "3000.00", "rate": {"per_day": "0.0004"}, "repayment": "equal-instalment"}
        | {"disbursed_on": "2026-01-15", "due_on": ["2026-02-15", "2026-03-15"]}
    )
)
ACCOUNT = write_account(
    read_account_terms(
        {"product": "pay-later", "limit": "5000.00", "bill_day": 1, "due_day": 10, "min_payment": "0.10"}
        | {"revolving_per_day": "0.0005", "penalty_per_day": "0.0005", "opened_on": "2026-01-15"},
        0,
    )
)
TERMS = [pack(LOAN.pack()), pack(ACCOUNT.pack())]
STATES = [pack_standing(fold(terms, (), begun_on(terms))) for terms in (LOAN, ACCOUNT)]
POSTED = [pack([0] * len(CHART))] * 2


def broken(which: int, blob: bytes, at: int) -> list[int]:
    """Give the places that cannot be read once one record is another."""
    records = [TERMS[:], STATES[:], POSTED[:]]
    records[which][at] = blob
    return read_records(*records).broken


def test_records_that_were_written_can_be_read():
    assert read_records(TERMS, STATES, POSTED) == ([False, True], [])
    assert read_records([], [], []) == ([], [])


@pytest.mark.parametrize("which", [0, 1, 2], ids=["terms", "state", "posted"])
@pytest.mark.parametrize("blob", [b"", b"\x00", b"\x04\x01", b"\x04" + b"\xff" * 8, TERMS[0] + b"\x00", STATES[0][:-1], pack([1])])
def test_what_was_not_packed_so_cannot_be_read(which, blob):
    assert broken(which, blob, 1) == [1]


@pytest.mark.parametrize(
    ("at", "place", "number"),
    [
        (0, 0, 3), (0, T_RATE_DEN + 1, 0), (0, T_PENALTY_DEN + 1, 0), (0, T_DUES + 1, 3), (0, T_INSTALMENTS + 1, 601),
        (0, T_DISBURSED_ON + 1, 1), (1, T_DISBURSED_ON + 1, -5), (1, A_BILL_DAY + 1, 0), (1, A_BILL_DAY + 1, 32), (1, A_MIN_DEN + 1, 0),
    ],
)  # fmt: skip
def test_terms_that_nobody_agrees_on_cannot_be_read(at, place, number):
    numbers = list((LOAN, ACCOUNT)[at].pack())
    numbers[place] = number
    assert broken(0, pack(numbers), at) == [at]


def test_no_record_breaks_the_reader():
    chance = Random(20261122)
    for _ in range(300):
        blob = bytearray(TERMS[0])
        blob[chance.randrange(len(blob))] ^= 1 << chance.randrange(8)
        assert broken(0, bytes(blob), 0) in ([], [0])
        assert broken(1, chance.randbytes(chance.randrange(60)), 0) == [0]
        assert numbers_of(chance.randbytes(40)) == []

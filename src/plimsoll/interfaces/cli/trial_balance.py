"""The trial balance: every account of the general ledger with its balance on the debit or on the credit side."""

from collections.abc import Mapping, Sequence

from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.ledger.chart import WHOLE_CHART
from plimsoll.units.money import text_of


def table_of(ledger: Mapping[str, int], currency: str) -> str:
    """Give the balances of one currency (account code -> minor units, debits positive) as text; zero ones are left out."""
    rows: list[Sequence[str]] = [("account", f"debit {currency}", f"credit {currency}"), RULE]
    for code in (one.code for one in WHOLE_CHART):
        minor = ledger.get(code, 0)
        if minor:
            rows.append((code, grouped(minor, currency), "") if minor > 0 else (code, "", grouped(-minor, currency)))
    debit = sum(minor for minor in ledger.values() if minor > 0)
    credit = -sum(minor for minor in ledger.values() if minor < 0)
    return aligned([*rows, RULE, ("total", grouped(debit, currency), grouped(credit, currency))])


def as_object(ledgers: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    """Give the balances by currency as decimal text, debits positive; zero ones are left out."""
    return {currency: {code: text_of(minor, currency) for code, minor in ledger.items() if minor} for currency, ledger in ledgers.items()}

"""Write docs/reference/chart.md and docs/reference/reasons.md: the chart of accounts, and what a decision may give as its reasons.

python -m tools.catalogues_page
"""

import sys
from pathlib import Path
from typing import Final

from plimsoll.ledger.chart import WHOLE_CHART
from plimsoll.rulebook import reason

REFERENCE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference"
ACCOUNTS, REASONS = REFERENCE / "chart.md", REFERENCE / "reasons.md"
ACCOUNTS_HEAD: Final = """\
# Chart of accounts

Written by `make docs` from the ledger. No verb writes debits and credits: an entry is the difference of the balances of two states
([one kernel, one ledger](../explanation/one-kernel-one-ledger.md)). Debits are positive, and the balances of an entry sum to zero. Memo
accounts stand off the balance sheet, in pairs. Deposits of bidders and prices of packages are no customer's money: their balances follow
from the dossiers of tenders and packages ([0019](../decisions/0019-money-of-no-customer.md)), and stand in every trial balance and in the
totals of a close beside those of loans.

| account | | 中文 | usually on |
| --- | --- | --- | --- |
"""
REASONS_HEAD: Final = """\
# Reasons of decisions

Written by `make docs` from `rulebook/policy/reasons/`. What a borrower is told where something was not granted, was granted differently, or
was looked at by a person; and what would change it, where there is anything that they can do. Beside them every decision names the rules
that decided ([decisions](decision.md)).
"""


def accounts() -> str:
    """Give the page of accounts."""
    return ACCOUNTS_HEAD + "".join(f"| `{one.code}` | {one.en} | {one.zh_cn} | {one.side} |\n" for one in WHOLE_CHART)


def reasons() -> str:
    """Give the page of reasons, by what they are about."""
    held = reason.load().by_code.values()
    lines = [REASONS_HEAD]
    for kind in dict.fromkeys(one.kind for one in held):
        lines += [f"## {kind.capitalize()}", "", "| reason | what is said | 中文 | what would change it |", "| --- | --- | --- | --- |"]
        for one in held:
            if one.kind == kind:
                change = " · ".join(_cell(one.change[language]) for language in ("en", "zh-CN")) if one.is_actionable else "–"
                lines.append(f"| `{one.code}` | {_cell(one.said['en'])} | {_cell(one.said['zh-CN'])} | {change} |")
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write both."""
    ACCOUNTS.write_text(accounts(), "utf-8")
    REASONS.write_text(reasons(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The load line: how much a borrower can carry, drawn from what is known of income, spending and debts."""

"""The ledger: balances that follow from where a loan stands; an entry is the difference of two of them."""

"""Bad debts on their way out: packages made, written for bidders, transferred, put back."""

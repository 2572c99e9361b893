"""What a loan must cost: the rate that breaks even at a risk, and the price that is asked for it."""

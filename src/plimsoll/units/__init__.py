"""Exact money, rates, days, ids and refusals; imports nothing of the house."""

"""Webhooks: events of the house sent to addresses outside, signed, in order for each address, at least once."""

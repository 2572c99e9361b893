"""What happened, as others are told: one list of events in the order of the audit chain."""

"""Loans that are running: signals, early warnings, over-extension, and limits that move with notice, reason and the right to object."""

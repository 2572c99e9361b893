"""Agencies that collect for the lender: who is placed with which, their files, and how they do."""

"""Plimsoll runs a consumer-credit book, from draw to write-off, and keeps every borrower above water."""

__version__ = "0.2.0"

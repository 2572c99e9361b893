"""Watching a book: what a night of monitoring finds, asks for, and tells."""

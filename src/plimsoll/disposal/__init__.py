"""Disposal: what is written off, what it may still bring, and its sale: package, tender, transfer."""

"""Tapes read: opened by a map, asked by an engine, and what their answers come to."""

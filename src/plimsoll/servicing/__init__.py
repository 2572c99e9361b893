"""Servicing (贷中): one file a verb, each a command and the pure decision on it."""

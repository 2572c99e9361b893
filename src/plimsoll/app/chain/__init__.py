"""The audit chain: what was done, sealed in blocks that nobody can change without it being seen."""

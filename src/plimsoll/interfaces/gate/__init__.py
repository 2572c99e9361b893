"""The contact gate's public port: facts and attempts in, a decision for each attempt out, nothing stored."""

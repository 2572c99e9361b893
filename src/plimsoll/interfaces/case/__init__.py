"""The kernel's public port: a case in, its answer out, nothing stored."""

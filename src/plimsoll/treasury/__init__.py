"""Who funds the loans, in which shares, whether the money lasts, and what those who lend it are told."""

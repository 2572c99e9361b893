"""Ways by which debits reach borrowers' banks: a made-up bank that misbehaves, and files that are exchanged with one."""

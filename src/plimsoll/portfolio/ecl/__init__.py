"""Expected credit loss by IFRS 9 and CAS 22: stages, lifetime chances of default, loss given default, exposure, and how it all moves."""

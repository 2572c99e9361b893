"""Models that score applicants: made of a table, measured, put on the register, told of."""

"""The kernel: a loan is a pure function of its terms and its facts."""

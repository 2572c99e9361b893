"""How late and how sound a loan is, with the history of every change and its cause."""

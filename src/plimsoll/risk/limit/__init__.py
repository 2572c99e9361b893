"""How high a limit is: the lowest of what can be carried, what is worth lending, what is offered, what is lawful and what is policy."""

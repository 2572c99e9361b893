"""Treasury at work on a book: draws funded, days settled, liquidity laddered, triggers watched, investors told."""

"""Who can pay and who wants to: read off payments and misses, told apart by whether there was money to pay with."""

"""When a customer becomes late: hazards month by month, what is warned of under a budget, and how good the warnings were."""

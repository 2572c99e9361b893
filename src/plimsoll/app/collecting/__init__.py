"""A day of collection: whom it is about, who gets which treatment, when they are contacted, and what came of it."""

"""Ways by which messages reach borrowers: a made-up one that misbehaves, a file, HTTP, and Apprise for real services."""

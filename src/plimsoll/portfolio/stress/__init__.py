"""What the book would lose in a worse economy, how little it takes to break it, and how fast it may grow."""

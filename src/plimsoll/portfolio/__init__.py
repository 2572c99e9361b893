"""What the book is worth, read off its tape alone: vintages, roll and cure rates, early reads, bad loans, concentration."""

"""Bulk imports: a file of commands, checked row by row, shown with its effect, agreed to by others, applied once."""

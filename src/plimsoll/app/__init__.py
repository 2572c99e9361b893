"""The only room with effects: the store, the clock, commands executed, the close of day."""

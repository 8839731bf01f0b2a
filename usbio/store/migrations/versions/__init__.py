"""One step each, from one form of the store to the next."""

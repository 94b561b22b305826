"""From a key to what it does: the table of keys, what a key is for, and pastes."""

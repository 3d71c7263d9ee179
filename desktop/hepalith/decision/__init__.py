"""The decision core: evaluate a case against the knowledge. Pure: no file, no clock, no window."""

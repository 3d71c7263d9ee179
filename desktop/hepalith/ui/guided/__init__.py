"""Guided entry: one question at a time, the one that matters most next."""

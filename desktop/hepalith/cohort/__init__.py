"""Many cases at once: the columns reader, on Polars (extra `cohort`), and the audit. Knows no file and no window."""

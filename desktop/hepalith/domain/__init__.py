"""The innermost layer: values, cases, assessments. Knows no file, clock, knowledge base or window."""

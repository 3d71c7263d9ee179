"""The window (PySide6 widgets). Shows the states of a CaseSession and sends edits to it; decides nothing clinical."""

"""Files on disk: case files and the journal of unsaved edits."""

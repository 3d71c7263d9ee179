"""The composition root and the entry points: the only place that knows every part of the program."""

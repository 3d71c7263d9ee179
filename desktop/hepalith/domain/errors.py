"""Errors that are shown to people. Each says what is wrong and what to do; the text is plain English."""


class HepalithError(Exception):
    """Root of all errors that the program raises on purpose. `str(error)` is one clear line."""


class InvalidValueError(HepalithError):
    """A value that cannot be: refused at the field, with the reason."""


class CaseFileError(HepalithError):
    """A case file that cannot be read or written."""


class NewerCaseFileError(CaseFileError):
    """A case file made by a newer version of the program."""


class MissingCaseFileError(CaseFileError):
    """There is no such file."""


class ChangedCaseFileError(CaseFileError):
    """Another program wrote the case file since it was opened."""


class KnowledgeError(HepalithError):
    """The knowledge base cannot be used."""


class NoteError(HepalithError):
    """The management note cannot be made or written."""


class GivenUpError(HepalithError):
    """The user gave up what was under way; nothing was written."""


class WriteError(HepalithError):
    """A file that was asked for cannot be written."""

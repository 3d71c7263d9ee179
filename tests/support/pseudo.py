"""A language that nobody speaks: every message in brackets, with accents and 40 per cent longer, so that a text that
did not go through gettext, or has no room to grow, can be seen."""

import gettext
import re

OPEN, CLOSE = "⟦", "⟧"
_KEPT = re.compile(r"(\{[^{}]*\}|&\w|\(\*[^)]*\)|\n)")  # placeholders, keys, patterns of files, line ends
_ACCENTS = str.maketrans("aceinouyACEINOUY", "àçéîñöûýÀÇÉÎÑÖÛÝ")
_INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")


def pseudo(text: str) -> str:
    """The message in this language."""
    accented = "".join(
        part if number % 2 else part.translate(_ACCENTS) for number, part in enumerate(_KEPT.split(text))
    )
    longer = " éé" * -(-len(text) * 4 // 30)
    body, end = (accented[:-1], "\n") if accented.endswith("\n") else (accented, "")
    return f"{OPEN}{body}{longer}{CLOSE}{end}"


def unmarked(text: str) -> str:
    """What of a text did not go through gettext."""
    while (rest := _INNERMOST.sub(" ", text)) != text:
        text = rest
    return text


class PseudoTranslations(gettext.NullTranslations):
    """Translates every message of the program."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return pseudo(message)

"""The program's knowledge and interface in each language, and in one that nobody speaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from hepalith import i18n
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.folder import hash_of
from hepalith.knowledge.loader import read_files
from hepalith.knowledge.translation import Catalogue, with_texts
from hepalith.ui.application import speak
from support.pseudo import PseudoTranslations, pseudo
from support.vignettes import KNOWLEDGE

PSEUDO = "pseudo"  # accents, brackets, 40 per cent longer
MIRRORED = "mirrored"  # the same, read from right to left


@lru_cache
def knowledge_in(language: str) -> Knowledge:
    """The program's knowledge in the words of a language."""
    files, places, problems = read_files(KNOWLEDGE, hash_of(KNOWLEDGE))
    assert files is not None, problems
    if language in {PSEUDO, MIRRORED}:
        files = with_texts(files, lambda _place, text: pseudo(text))
    catalogue = Catalogue(i18n.locale_folder(), language) if language in i18n.languages() and language != "en" else None
    knowledge, problems = compile_knowledge(files, places, catalogue=catalogue)
    assert problems == ()
    return knowledge


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """The interface in a language, and in its direction of writing; English again at the end."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if language in {PSEUDO, MIRRORED}:
        i18n.use(PseudoTranslations(), "en")
    else:
        speak(language)
    if language == MIRRORED:
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        yield
    finally:
        speak("en")
        app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

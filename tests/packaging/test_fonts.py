"""The shipped fonts: both readers find them under the same names, and they hold the signs that texts use."""

from pathlib import Path

import pytest
import typst

from hepalith.resources import resource

FAMILIES = ("Noto Sans", "Noto Sans Math", "Noto Sans Symbols2", "Noto Sans CJK SC")
SIGNS = "≥≤→↑↓✓✗⚠☐☑αβµ±×°²³−–•≠≈肝钙化囊腫鈣化中文"


@pytest.fixture(scope="module")
def note_fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(resource("fonts"))])


def test_the_note_finds_every_family(note_fonts: typst.Fonts) -> None:
    assert set(note_fonts.families()) == set(FAMILIES)


def test_the_note_can_write_every_sign(note_fonts: typst.Fonts, tmp_path: Path) -> None:
    """A sign without a glyph is an error in a PDF that is to be accessible."""
    families = ", ".join(f'"{family}"' for family in FAMILIES)
    source = f'#set document(title: "t")\n#set text(font: ({families}), fallback: false, lang: "en")\n= Signs\n{SIGNS}'
    file = tmp_path / "signs.typ"
    file.write_text(source, encoding="utf-8")
    assert typst.compile(str(file), font_paths=note_fonts, pdf_standards=["ua-1"]).startswith(b"%PDF")
    file.write_text(source + "\U0001f980", encoding="utf-8")
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        typst.compile(str(file), font_paths=note_fonts, pdf_standards=["ua-1"])


def test_the_window_uses_the_shipped_families() -> None:
    pytest.importorskip("PySide6")
    from hepalith.ui import fonts

    assert fonts.FAMILIES == FAMILIES


def test_qt_finds_every_family_and_sign(request: pytest.FixtureRequest) -> None:
    pytest.importorskip("PySide6")
    request.getfixturevalue("qapp")
    from PySide6.QtGui import QFont, QFontDatabase, QRawFont

    added = [QFontDatabase.addApplicationFont(str(path)) for path in sorted(resource("fonts").glob("*.[ot]tf"))]
    try:
        found = {family for number in added for family in QFontDatabase.applicationFontFamilies(number)}
        assert found == set(FAMILIES)
        raw_fonts = [QRawFont.fromFont(QFont(family)) for family in FAMILIES]
        missing = [sign for sign in SIGNS if not any(raw.supportsCharacter(ord(sign)) for raw in raw_fonts)]
        assert not missing
    finally:
        for number in added:
            QFontDatabase.removeApplicationFont(number)

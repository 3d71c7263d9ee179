"""Pages made from the knowledge are up to date."""

from support.reference import pages


def test_the_pages_are_up_to_date() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python tests/support/reference.py"

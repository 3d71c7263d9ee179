"""What was made is kept while what it was made of is the same."""

from hepalith.decision.kept import Kept


def test_it_is_made_once_for_each_name_and_again_when_it_is_made_of_anything_else() -> None:
    kept, made = Kept(), []

    def make(name: str, of: int) -> str:
        def made_now() -> str:
            made.append((name, of))
            return f"{name}{of}"

        return kept.of(name, of, made_now)

    assert [make("a", 1), make("b", 1), make("a", 1), make("a", 2), make("a", 1)] == ["a1", "b1", "a1", "a2", "a1"]
    assert made == [("a", 1), ("b", 1), ("a", 2), ("a", 1)]

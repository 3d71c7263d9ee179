"""The example cases that come with the program."""

from pathlib import Path

import msgspec

from hepalith.domain.case import Case

SUFFIX = ".hepalith.json"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """An example: its file and what it is called."""

    path: Path
    title: str


def examples_in(folder: Path) -> tuple[Example, ...]:
    """All examples of a folder by name; a missing folder has none."""
    paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    return tuple(Example(path=path, title=_title(path)) for path in paths)


def title_of(case: Case) -> str:
    """The title that an example carries, or ""."""
    title = case.extra.get("title", "")
    return title if isinstance(title, str) else ""


def _title(path: Path) -> str:
    try:
        data = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        data = None
    places = (data, data.get("case"), data.get("extra")) if isinstance(data, dict) else ()
    for place in places:
        if isinstance(place, dict) and isinstance(place.get("title"), str) and place["title"]:
            return str(place["title"])
    return path.name.removesuffix(SUFFIX).replace("_", " ").replace("-", " ")

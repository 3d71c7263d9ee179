"""The pictures that the dictionary names: small drawings in one colour, each with its words."""

from functools import lru_cache

import msgspec

from hepalith.resources import resource

_SVG = "{http://www.w3.org/2000/svg}"


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing whose colour is `currentColor` throughout, to be replaced by that of the text around it.

    title: what it shows, in a few words; description: what is drawn, for those who do not see it.
    """

    name: str
    svg: str
    title: str
    description: str


@lru_cache(maxsize=256)
def picture(name: str) -> Picture:
    """A picture by the name that the dictionary gives it. Raises ResourceError if there is none."""
    import xml.etree.ElementTree as ET  # not before a picture is wanted

    svg = resource("pictures", f"{name}.svg").read_text(encoding="utf-8")
    root = ET.fromstring(svg)  # noqa: S314 : a file of the program
    return Picture(
        name=name,
        svg=svg,
        title=root.findtext(f"{_SVG}title", ""),
        description=root.findtext(f"{_SVG}desc", ""),
    )

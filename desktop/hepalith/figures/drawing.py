"""A picture as a list of plain shapes. Whoever draws it chooses the colours of the tones ("none": nothing is drawn).

Lengths are points; x grows to the right, y downwards. `alt` says all that the picture shows.
"""

from typing import Literal

import msgspec

Tone = Literal["ink", "text", "soft", "grid", "shade", "paper", "none"]
Place = tuple[float, float]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all shapes."""


class Line(Shape, frozen=True, kw_only=True):
    """A line through some places."""

    places: tuple[Place, ...]
    tone: Tone = "ink"
    width: float = 0.8
    dashed: bool = False


class Area(Shape, frozen=True, kw_only=True):
    """A filled polygon with an outline."""

    places: tuple[Place, ...]
    fill: Tone = "shade"
    outline: Tone = "shade"
    width: float = 0.0
    dashed: bool = False


class Dot(Shape, frozen=True, kw_only=True):
    """A filled circle."""

    at: Place
    radius: float = 3.0
    tone: Tone = "ink"


class Label(Shape, frozen=True, kw_only=True):
    """A line of text; `at` is the start, middle or end of its baseline. It stands out from what lies below."""

    at: Place
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    size: float = 9.0
    tone: Tone = "text"
    bold: bool = False


AnyShape = Line | Area | Dot | Label


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """A picture: its title, its text alternative, its size and its shapes, the lowest first."""

    title: str
    alt: str
    width: float
    height: float
    shapes: tuple[AnyShape, ...]

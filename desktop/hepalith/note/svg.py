"""A picture as SVG, in greys that stay apart in grey print."""

from html import escape

from hepalith.figures.drawing import AnyShape, Area, Dot, Drawing, Label, Line, Place
from hepalith.note.printable import printable

_TONES = {
    "ink": "#12414d",
    "text": "#222",
    "soft": "#555",
    "grid": "#ccc",
    "shade": "#ddd",
    "paper": "#fff",
    "none": "none",
}


def svg(drawing: Drawing) -> str:
    """A whole SVG document that loads nothing; its title is the text alternative."""
    body = "".join(_shape(shape) for shape in drawing.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img">'
        f"<title>{_text(drawing.alt)}</title>{body}</svg>"
    )


def _shape(shape: AnyShape) -> str:
    match shape:
        case Line(places=places, tone=tone, width=width, dashed=dashed):
            return (
                f'<polyline points="{_points(places)}" fill="none" stroke="{_TONES[tone]}" '
                f'stroke-width="{width:g}"{_dashes(dashed)}/>'
            )
        case Area(places=places, fill=fill, outline=outline, width=width, dashed=dashed):
            return (
                f'<polygon points="{_points(places)}" fill="{_TONES[fill]}" stroke="{_TONES[outline]}" '
                f'stroke-width="{width:g}" stroke-linejoin="round"{_dashes(dashed)}/>'
            )
        case Dot(at=(x, y), radius=radius, tone=tone):
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{_TONES[tone]}"/>'
        case Label(at=(x, y), text=text, anchor=anchor, size=size, tone=tone, bold=bold):
            weight = ' font-weight="bold"' if bold else ""
            return (
                f'<text x="{x:.1f}" y="{y:.1f}" font-family="Noto Sans" font-size="{size:g}"{weight} '
                f'fill="{_TONES[tone]}" stroke="#fff" stroke-width="2" paint-order="stroke" '
                f'text-anchor="{anchor}">{_text(text)}</text>'
            )


def _points(places: tuple[Place, ...]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _dashes(dashed: bool) -> str:
    return ' stroke-dasharray="3 2"' if dashed else ""


def _text(text: str) -> str:
    return escape(printable(text))

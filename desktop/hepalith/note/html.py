"""The note as one HTML file without any outside part: no script, no link, no font to load."""

from collections.abc import Iterable
from html import escape

from hepalith.note.document import (
    AnyBlock,
    Band,
    Bullets,
    Document,
    Facts,
    Heading,
    Item,
    Items,
    Paragraph,
    Pictures,
    References,
    Signature,
    Table,
)
from hepalith.note.printable import printable

_STYLE = """
body{font:16px/1.5 "Noto Sans",system-ui,sans-serif;color:#111;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1,h2,h3{color:#12414d;line-height:1.25}h2{border-bottom:2px solid #12414d}
.lead{font-size:1.15em;font-weight:bold}.small,.intro,.aside,.tag,dt{color:#555;font-size:.88em}
.band{border:2px solid #000;border-radius:4px;padding:.6rem 1rem;background:#eee}.band strong{font-size:1.3em}
.rank4,.rank5{background:#222;color:#fff}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;
border-bottom:1px solid #bbb;padding:.25rem .5rem}
th{background:#eee}.item{margin:.8rem 0 .8rem 1rem;break-inside:avoid}.item p{margin:.1rem 0}
.text,td,dd,.body{white-space:pre-line}
.mark{border:2px solid #000;padding:.1rem .4rem;font-weight:bold}ul{padding-left:1.4rem}
svg{max-width:28rem;display:block}.logo svg{height:3.5rem;max-width:15rem}
body,td,dd,p{overflow-wrap:anywhere}
"""


def html_page(document: Document) -> str:
    """A whole HTML document."""
    title, key = _safe(document.title), _safe(document.patient_key)
    logo = f'<div class="logo" role="img" aria-label="{_safe(document.logo_alt)}">{document.logo}</div>'
    letterhead = "".join(f"<div>{_safe(line)}</div>" for line in document.letterhead)
    mark = f'<p><span class="mark">{_safe(document.mark)}</span></p>' if document.mark else ""
    body = html_blocks(document.blocks)
    head = (
        f'<!DOCTYPE html>\n<html lang="{document.language.replace("_", "-")}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style></head>\n'
    )
    header = f"<header>{logo if document.logo else ''}{letterhead}</header>\n"
    main = f"<h1>{title}</h1>\n<p><strong>{key}</strong> {_safe(document.subtitle)}</p>\n{mark}\n{body}\n"
    footer = f'<footer class="small">{_safe(document.footer)}</footer>\n'
    return f"{head}<body>\n{header}<main>\n{main}</main>\n{footer}</body></html>\n"


def html_blocks(blocks: Iterable[AnyBlock]) -> str:
    """Blocks as HTML without a page around them."""
    return "\n".join(_block(block) for block in blocks)


def _block(block: AnyBlock) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"<h{level + 1}>{_safe(text)}</h{level + 1}>"
        case Paragraph(text=text, style=style):
            return f'<p class="{style} text">{_safe(text)}</p>'
        case Facts(rows=rows):
            return (
                "<dl>" + "".join(f"<dt>{_safe(label)}</dt><dd>{_safe(value)}</dd>" for label, value in rows) + "</dl>"
            )
        case Band(rank=rank, label=label, lines=lines):
            below = "".join(f"<div>{_safe(line)}</div>" for line in lines)
            return f'<div class="band rank{rank}"><strong>{_safe(label)}</strong>{below}</div>'
        case Items(items=items):
            return "\n".join(_item(item) for item in items)
        case Bullets(lines=lines):
            return "<ul>" + "".join(f"<li>{_safe(line)}</li>" for line in lines) + "</ul>"
        case Table(columns=columns, rows=rows):
            head = "".join(f'<th scope="col">{_safe(name)}</th>' for name in columns)
            body = "\n".join("<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
        case Pictures(items=pictures):
            return "\n".join(
                f"<figure><figcaption>{_safe(picture.title)}</figcaption>{printable(picture.svg)}</figure>"
                for picture in pictures
            )
        case References(rows=rows):
            return "<ul>" + "".join(f"<li>[{number}] {_safe(text)}</li>" for number, text in rows) + "</ul>"
        case Signature(labels=labels):
            return (
                "<dl>"
                + "".join(f"<dt>{_safe(label)}</dt><dd>______________________________</dd>" for label in labels)
                + "</dl>"
            )
    return ""


def _item(item: Item) -> str:
    aside = f' <span class="aside">{_safe(item.aside)}</span>' if item.aside else ""
    text = f'<p class="text">{_safe(item.text)}</p>' if item.text else ""
    lines = "".join(f'<p class="text"><em>{_safe(label)}:</em> {_safe(value)}</p>' for label, value in item.lines)
    basis = " · ".join(
        part for part in (item.id, item.tag.text if item.tag else "", item.tag.cites if item.tag else "") if part
    )
    tag = f'<p class="tag">{_safe(basis)}</p>' if basis else ""
    title = f"<p>{_safe(item.mark)} <strong>{_safe(item.title)}</strong>{aside}</p>"
    return f'<div class="item">{title}{text}{lines}{tag}</div>'


def _safe(text: str) -> str:
    return escape(printable(text))

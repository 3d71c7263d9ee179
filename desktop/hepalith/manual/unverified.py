"""What is unverified: every statement that was not read, that is overdue, or that no clinician has reviewed."""

from collections.abc import Callable, Iterable, Sequence

from hepalith.domain.assessment import Basis
from hepalith.domain.words import basis_meaning, basis_text
from hepalith.i18n import _, plural
from hepalith.manual.chapters import Chapter
from hepalith.manual.content import Article, Block, Code, Link, Prose, Row, Statement, Table

_LEVELS = ("default", "recalled", "secondary")  # from the weakest


def unverified_blocks(chapters: Iterable[tuple[Chapter, Sequence[Article]]]) -> tuple[Block, ...]:
    """The parts of the page, the weakest ground first."""
    said = [
        (chapter, article, statement)
        for chapter, articles in chapters
        for article in articles
        for statement in article.statements
    ]
    unreviewed = [one for one in said if not one[2].basis.reviewed_by]
    blocks: list[Block] = [_review(len(said), len(unreviewed))]
    if len(unreviewed) < len(said):
        blocks.append(_table(_("Not reviewed"), "not-reviewed", unreviewed, lambda _basis: ""))
    overdue = [one for one in said if one[2].basis.overdue]
    blocks.append(_table(_("Review overdue"), "overdue", overdue, lambda basis: basis.review_by))
    for level in _LEVELS:
        chosen = [one for one in said if one[2].basis.level == level]
        caption = _("Basis: {level}, {meaning}").format(level=basis_text(level), meaning=basis_meaning(level))
        blocks.append(_table(caption, level, chosen, lambda basis: basis.note))
    return tuple(blocks)


def _review(every: int, unreviewed: int) -> Prose:
    if unreviewed == every:
        text = _("No clinician has reviewed any of the {count} statements yet.").format(count=every)
    else:
        text = plural(
            "{count} statement has not been reviewed by a clinician.",
            "{count} statements have not been reviewed by a clinician.",
            unreviewed,
        )
    return Prose(caption=_("Review"), anchor="review", text=(text,))


def _table(
    caption: str, anchor: str, chosen: Sequence[tuple[Chapter, Article, Statement]], about: Callable[[Basis], str]
) -> Block:
    count = plural("{count} statement", "{count} statements", len(chosen))
    if not chosen:
        return Prose(caption=caption, anchor=anchor, text=(_("None."),))
    rows = tuple(
        Row(
            cells=(
                (chapter.title,),
                (Code(text=article.place[1]),),
                (
                    Link(place=article.place, anchor=one.anchor, text=article.title),
                    f": {one.text}" if one.anchor else "",
                ),
                (about(one.basis),),
            )
        )
        for chapter, article, one in chosen
    )
    columns = (_("Chapter"), _("Id"), _("Entry"), _("In particular"))
    return Table(caption=caption, anchor=anchor, columns=columns, rows=rows, note=count)

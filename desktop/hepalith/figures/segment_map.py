"""The liver with its segments: in which of them the lesions lie. The outlines come from `resources/pictures`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from hepalith.domain.case import PATIENT, Case, ItemsValue, State
from hepalith.figures.drawing import AnyShape, Area, Drawing, Label, Place, Tone
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge

WIDGET = "segment_map"
_IN_A_ROW, _ROWS = 3, 2  # names of lesions in one segment; the others are counted


class Outline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A segment: its corners, where its name stands, where it lies in words, and the digit that chooses it, or ""."""

    id: str
    words: str
    key: str = ""
    name: Place
    outline: tuple[Place, ...]


class Outlines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole liver, the segments that lie in front last. whole: what is made of several of them.

    tags: what can be chosen and has no place of its own on the liver.
    """

    width: float
    height: float
    note: str
    segments: tuple[Outline, ...]
    whole: Mapping[str, tuple[str, ...]] = {}
    tags: tuple[Outline, ...] = ()


class SegmentMap(msgspec.Struct, frozen=True, kw_only=True):
    """Which lesions lie where: (lesion, segments as recorded), and which segments another finding names."""

    label: str  # of the finding
    lesions: tuple[tuple[str, tuple[str, ...]], ...]
    not_recorded: tuple[str, ...]  # lesions without a segment
    marked: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (label of a finding of the patient, segments)


def read_outlines(path: Path) -> Outlines:
    """The outlines in a file. Raises OSError or ValueError for a damaged file of the program."""
    from hepalith.knowledge.loader import load_yaml  # YAML: not before a map is wanted

    return msgspec.convert(load_yaml(path.read_text(encoding="utf-8")), Outlines)


def segment_map_of(case: Case, knowledge: Knowledge) -> SegmentMap | None:
    """Where the lesions lie, as recorded last; None where no segment of a lesion is recorded."""
    finding = next((f for f in knowledge.findings.values() if f.widget == WIDGET and f.subject == "lesion"), None)
    if finding is None:
        return None
    placed = {lesion.id: _segments(case, finding.id, lesion.id) for lesion in case.lesions}
    if not any(placed.values()):
        return None
    others = [f for f in knowledge.findings.values() if f.widget == WIDGET and f.subject == PATIENT]
    return SegmentMap(
        label=finding.label,
        lesions=tuple((lesion, segments) for lesion, segments in placed.items() if segments),
        not_recorded=tuple(lesion for lesion, segments in placed.items() if not segments),
        marked=tuple((f.label, segments) for f in others if (segments := _segments(case, f.id, PATIENT))),
    )


def _segments(case: Case, finding: str, subject: str) -> tuple[str, ...]:
    """The segments of the latest observation; none unless it is known."""
    dates = {study.id: study.date for study in case.studies}
    latest = max(case.of(finding, subject), key=lambda o: o.date or dates.get(o.study, "") or "9", default=None)
    if latest is None or latest.state is not State.KNOWN or not isinstance(latest.value, ItemsValue):
        return ()
    return latest.value.present


def segment_text(shown: SegmentMap) -> str:
    """All that the picture shows, in words."""
    parts = [
        _("{lesion} in {segments}").format(lesion=name, segments=", ".join(where)) for name, where in shown.lesions
    ]
    if shown.not_recorded:
        parts.append(_("not recorded for {lesions}").format(lesions=", ".join(shown.not_recorded)))
    parts += [f"{label}: {', '.join(segments)}" for label, segments in shown.marked]
    return _("{label}: {places}.").format(label=shown.label, places="; ".join(parts))


def draw_segments(shown: SegmentMap, outlines: Outlines) -> Drawing:
    """The picture: segments with lesions are shaded, those that another finding names have a dashed outline."""
    return Drawing(
        title=shown.label,
        alt=segment_text(shown),
        width=outlines.width,
        height=outlines.height,
        shapes=tuple(_shapes(shown, outlines)),
    )


def _shapes(shown: SegmentMap, outlines: Outlines) -> Iterator[AnyShape]:
    inside = by_segment(shown.lesions, outlines)
    marked = by_segment(shown.marked, outlines)
    for segment in outlines.segments:
        fill: Tone = "shade" if segment.id in inside else "paper"
        yield Area(places=segment.outline, fill=fill, outline="soft", width=0.8)
    for segment in outlines.segments:
        if segment.id in marked:
            yield Area(places=segment.outline, fill="none", outline="ink", width=2.0, dashed=True)
        x, y = segment.name
        yield Label(at=(x, y), text=segment.id, anchor="middle", size=8, tone="soft")
        for row, text in enumerate(name_rows(inside.get(segment.id, [])), 1):
            yield Label(at=(x, y + 11 * row), text=text, anchor="middle", bold=True)
    yield Label(at=(0, outlines.height - 12), text=outlines.note, size=8, tone="soft")
    if marked:
        text = _("Dashed: {findings}.").format(findings=", ".join(label for label, _segments in shown.marked))
        yield Label(at=(0, outlines.height - 2), text=text, size=8, tone="soft")


def by_segment(placed: tuple[tuple[str, tuple[str, ...]], ...], outlines: Outlines) -> dict[str, list[str]]:
    """The names that stand in each segment; what is made of several segments stands in all of them."""
    found: dict[str, list[str]] = {}
    for name, segments in placed:
        parts = (part for segment in segments for part in outlines.whole.get(segment, (segment,)))
        for part in dict.fromkeys(parts):
            found.setdefault(part, []).append(name)
    return found


def name_rows(names: list[str]) -> list[str]:
    """Names of lesions in rows; what has no room is counted."""
    room = _IN_A_ROW * _ROWS
    shown = names if len(names) <= room else [*names[: room - 1], f"+{len(names) - room + 1}"]
    return [" ".join(shown[start : start + _IN_A_ROW]) for start in range(0, len(shown), _IN_A_ROW)]

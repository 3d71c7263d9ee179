"""A small knowledge base, cases and hand-made assessments: the tests of the note rest on no clinical content."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import get_args

import msgspec

from hepalith.decision.overrides import overrides_of
from hepalith.domain.assessment import (
    Advice,
    Answer,
    Argument,
    Assessment,
    Assumption,
    Basis,
    Cause,
    Citation,
    Classification,
    ClassResult,
    Conflict,
    Gate,
    GateItem,
    GateState,
    Input,
    Need,
    PlannedTest,
    Position,
    Question,
    Status,
    Suppression,
    Urgency,
    UrgencyResult,
)
from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    Identity,
    ItemsValue,
    Lesion,
    NumberValue,
    Observation,
    Origin,
    Override,
    OverrideKind,
    State,
    Study,
    TextValue,
    YesNoValue,
)
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.model import (
    ChoiceOption,
    CourseEntry,
    Derived,
    Finding,
    Group,
    Header,
    KnowledgeFiles,
    OverrideReason,
    Row,
    Source,
    UrgencyEntry,
    UrgencyLevel,
)

AT = datetime(2026, 6, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
AS_OF = "2026-06-01"
SEGMENTS = ("I", "II", "III", "IV", "IVa", "IVb", "V", "VI", "VII", "VIII")


def make_knowledge() -> Knowledge:
    """A few findings, what is drawn of them, four sources."""
    choice = ChoiceOption
    files = KnowledgeFiles(
        hash="0123456789abcdef" * 4,
        header=Header(
            version="test.1",
            dictionary_version=1,
            review_by="2027-01-01",
            review_state="Not reviewed by a clinician.",
            groups=(
                Group(id="patient", label="Patient", subject="patient"),
                Group(id="laboratory", label="Laboratory", subject="patient"),
                Group(id="medicines", label="Medicines", subject="patient"),
                Group(id="remarks", label="Remarks", subject="patient"),
                Group(id="basics", label="The lesion", subject="lesion"),
            ),
            override_reasons=(
                OverrideReason(id="declined", label="The patient declines", basis="default"),
                OverrideReason(id="other", label="Another reason", needs_text=True, basis="default"),
            ),
            urgency_levels=tuple(
                UrgencyEntry(id=level, sentence=f"{level}.", basis="default") for level in get_args(UrgencyLevel)
            ),
        ),
        findings=(
            Finding(
                id="age_years",
                label="Age",
                group="patient",
                subject="patient",
                type="number",
                unit="a",
                hard=(Decimal(0), Decimal(120)),
            ),
            Finding(
                id="sex",
                label="Sex",
                group="patient",
                subject="patient",
                type="choice",
                choices=(choice(id="female", label="Female"), choice(id="male", label="Male")),
            ),
            Finding(
                id="bilirubin",
                label="Bilirubin, total",
                group="laboratory",
                subject="patient",
                type="number",
                unit="umol/L",
                other_units={"mg/dL": "17.104"},
                hard=(Decimal(0), Decimal(1500)),
                limits=True,
            ),
            Finding(id="pregnancy", label="Pregnancy", group="medicines", subject="patient", type="yes_no"),
            Finding(
                id="risks",
                label="Liver risks",
                group="patient",
                subject="patient",
                type="multi",
                choices=(
                    choice(id="hbv", label="Hepatitis B"),
                    choice(id="alcohol", label="Alcohol"),
                    choice(id="masld", label="Fatty liver"),
                ),
            ),
            Finding(id="remark", label="Remarks", group="remarks", subject="patient", type="text"),
            Finding(
                id="modality",
                label="Modality",
                group="basics",
                subject="lesion",
                type="choice",
                choices=(choice(id="us", label="Ultrasound"), choice(id="ct", label="CT")),
            ),
            Finding(
                id="size_mm",
                label="Largest diameter",
                group="basics",
                subject="lesion",
                type="number",
                unit="mm",
                hard=(Decimal(0), Decimal(400)),
                course=CourseEntry(error="size_error", change="size_change", stage="size_class"),
            ),
            Finding(
                id="segments",
                label="Liver segments",
                group="basics",
                subject="lesion",
                type="multi",
                widget="segment_map",
                choices=tuple(choice(id=name, label=name) for name in SEGMENTS),
            ),
            Finding(
                id="wide_ducts",
                label="Segments with wide ducts",
                group="patient",
                subject="patient",
                type="multi",
                widget="segment_map",
                choices=tuple(choice(id=name, label=name) for name in SEGMENTS),
            ),
            Finding(
                id="nature",
                label="Nature",
                group="basics",
                subject="lesion",
                type="choice",
                choices=(choice(id="solid", label="Solid"), choice(id="cystic", label="Cystic")),
            ),
            Finding(
                id="soft_tissue",
                label="Soft tissue beside the calcium",
                group="basics",
                subject="lesion",
                type="yes_no",
            ),
        ),
        derived=(
            Derived(
                id="size_error",
                label="Error of size",
                subject="lesion",
                type="number",
                unit="mm",
                basis="default",
                expr="2 if size_mm < 30 else 4",
            ),
            Derived(
                id="size_change",
                label="Change of size",
                subject="lesion",
                type="choice",
                basis="default",
                choices=(choice(id="grown", label="Grown (by 2 mm or more)"), choice(id="same", label="Unchanged")),
                rows=(Row(id="r1", when="size_mm - previous(size_mm) >= 2", then="grown"),),
                otherwise="same",
            ),
            Derived(
                id="size_class",
                label="Class by size",
                subject="lesion",
                type="choice",
                basis="default",
                choices=(choice(id="large", label="Large"), choice(id="small", label="Small")),
                quiet=("small",),
                rows=(Row(id="r1", when="size_mm >= 20", then="large"),),
                otherwise="small",
            ),
        ),
        sources=(
            Source(
                id="SRC-A",
                title="Guideline on calcified things",
                basis="read",
                body="Society A",
                year=2025,
                doi="10.1000/a",
            ),
            Source(
                id="SRC-B",
                title="Review of cysts",
                basis="secondary",
                body="J Test 3:14",
                year=2019,
                pmid="123456",
                kind="abstract",
            ),
            Source(id="SRC-C", title="General professional knowledge", basis="recalled"),
            Source(id="SRC-D", title="Label of a drug", basis="read", url="example.org/label", year=2020),
        ),
    )
    knowledge, problems = compile_knowledge(files, {})
    assert not problems
    return knowledge


def make_case(lesions: int = 1, identity: Identity | None = None, remark: str = "") -> Case:
    """A patient with so many lesions, seen on two studies."""
    case = Case(
        case_id="6f1c1a52-0000-4000-8000-000000000001",
        revision=3,
        dictionary_version=1,
        identity=identity or Identity(name="Doe, Jane", identifier="LC-2026-00042", birth_date="1961-04-12"),
        studies=(
            Study(id="S0", modality="us", date="2024-05-20"),
            Study(id="S1", modality="ct", date="2026-05-20", phase="portal venous", slice_mm="3"),
        ),
    )
    observations = [
        Observation(finding="age_years", value=NumberValue(number="65", unit="a")),
        Observation(finding="sex", value=ChoiceValue(candidates=("female",))),
        Observation(finding="risks", value=ItemsValue(present=("masld",), absent=("hbv",))),
        Observation(
            finding="bilirubin", value=NumberValue(number="0.8", unit="mg/dL"), date="2026-05-18", upper_limit="1.2"
        ),
        Observation(finding="from_the_future", value=YesNoValue(yes=True)),
    ]
    if remark:
        observations.append(Observation(finding="remark", value=TextValue(text=remark)))
    for number in range(1, lesions + 1):
        name = f"L{number}"
        observations += [
            Observation(
                finding="size_mm", subject=name, study="S0", value=NumberValue(number=str(8 + number), unit="mm")
            ),
            Observation(
                finding="size_mm", subject=name, study="S1", value=NumberValue(number=str(9 + number), unit="mm")
            ),
            Observation(
                finding="nature",
                subject=name,
                study="S1",
                value=ChoiceValue(candidates=("solid", "cystic")),
                origin=Origin.IMPORTED,
            ),
            Observation(finding="soft_tissue", subject=name, study="S1", state=State.INDETERMINATE),
            Observation(
                finding="segments", subject=name, study="S1", value=ItemsValue(present=(SEGMENTS[(6 + number) % 10],))
            ),
        ]
    for number in range(1, lesions + 1):
        case = case.with_new_lesion("right lobe" if number == 1 else "")
    for observation in observations:
        case = case.with_observation(observation)
    return case


def basis(level: str = "read", *sources: Citation, note: str = "") -> Basis:
    """A basis that was not reviewed and is not overdue."""
    return Basis(level=level, sources=sources, review_by="2027-01-01", note=note)


def cite(source: str, locator: str = "") -> Citation:
    """A citation."""
    return Citation(source=source, locator=locator)


def advice(name: str, **fields: object) -> Advice:
    """A recommendation that holds for the patient, unless told otherwise."""
    given: dict[str, object] = {
        "id": name,
        "subject": PATIENT,
        "title": f"Title of {name}",
        "kind": "do",
        "action": f"Consider what {name} says.",
        "status": Status.HOLDS,
        "urgency": Urgency.ROUTINE,
        "basis": basis("read", cite("SRC-A", "table 2")),
    }
    return Advice(**{**given, **fields})  # type: ignore[arg-type]


def make_assessment(case: Case) -> Assessment:
    """An assessment with at least one of everything that a note can hold."""
    lesions = tuple(lesion.id for lesion in case.lesions)
    pregnancy = Need(finding="pregnancy", subject=PATIENT, label="Pregnancy")
    first = lesions[0] if lesions else PATIENT
    return Assessment(
        schema_version=1,
        knowledge_version="test.1",
        knowledge_hash="0123456789abcdef" * 4,
        as_of=AS_OF,
        case_id=case.case_id,
        revision=case.revision,
        urgency=UrgencyResult(
            level=Urgency.SOON,
            set_by="T-R01",
            subject=first,
            within="6 weeks",
            could_be=Urgency.URGENT,
            could_be_by="T-R05",
        ),
        case_class=ClassResult(
            value="infectious",
            certainty="leading, not confirmed; other classes are possible",
            possible=("infectious", "malignant"),
        ),
        impression="Leading cause: small active cyst (leading, not confirmed). Soon: within 6 to 8 weeks.",
        causes=tuple(
            Cause(
                id=name,
                label=label,
                subject=lesion,
                cause_class=kind,
                rank=rank,
                points=points,
                basis=basis("secondary", cite("SRC-B")),
                arguments_for=(
                    Argument(
                        text="cyst wall with two layers",
                        strength=4,
                        answer=Answer.YES,
                        basis=basis("read", cite("SRC-A", "figure 1")),
                    ),
                    Argument(
                        text="lived where it is common",
                        strength=2,
                        answer=Answer.UNKNOWN,
                        basis=basis("default"),
                        needs=(pregnancy,),
                    ),
                ),
                arguments_against=(
                    Argument(
                        text="soft tissue beside the calcium",
                        strength=3,
                        answer=Answer.NO,
                        basis=basis("read", cite("SRC-A")),
                    ),
                ),
                tells_apart="Ultrasound by an experienced operator",
            )
            for lesion in lesions
            for name, label, kind, rank, points in (
                ("T-C1", "Small active cyst", "infectious", 1, 8),
                ("T-C2", "Calcified metastasis", "malignant", 2, 2),
            )
        ),
        classifications=(
            *(
                Classification(
                    id="stage",
                    label="Stage of the cyst",
                    subject=lesion,
                    value="CE1 or CE3a",
                    basis=basis("read", cite("SRC-A", "table 1")),
                    complete=False,
                    needs=(Need(finding="soft_tissue", subject=lesion, label="Soft tissue beside the calcium"),),
                    inputs=(Input(finding="nature", subject=lesion, label="Nature", value="Solid or Cystic"),),
                )
                for lesion in lesions
            ),
            Classification(
                id="score",
                label="Score of the liver",
                subject=PATIENT,
                value="6 to 8",
                basis=basis("recalled", cite("SRC-C"), note="cut-offs recalled"),
                complete=False,
                inputs=(
                    Input(
                        finding="bilirubin", subject=PATIENT, label="Bilirubin, total", value="0.8 mg/dL", assumed=True
                    ),
                ),
            ),
        ),
        recommendations=(
            *(
                advice(
                    "T-R01",
                    subject=lesion,
                    title="Drug alone for a small active cyst",
                    kind="consider",
                    action="Consider the drug alone for 3 to 6 months, 10 to 15 mg/kg a day in two doses.",
                    reason="The guideline suggests the drug alone below 5 cm.",
                    urgency=Urgency.SOON,
                    within="6 weeks",
                    urgency_could_be=Urgency.URGENT,
                    gates=("drug",),
                    gates_shut=("drug",),
                    strength="suggested (conditional)",
                    certainty="low",
                    conflicts=("T-X1",),
                    basis=basis(
                        "secondary", cite("SRC-A", "as summarised by SRC-B"), cite("SRC-B"), note="regimen recalled"
                    ),
                )
                for lesion in lesions
            ),
            advice(
                "T-R02",
                title="Refer to a centre",
                kind="refer",
                action="Refer to a centre that treats cysts.",
                urgency=Urgency.SOON,
            ),
            advice(
                "T-R03",
                title="No needle into the cyst",
                kind="avoid",
                action="Avoid any needle outside a specialist centre.",
                urgency=Urgency.NONE,
                basis=basis("recalled", cite("SRC-C")),
            ),
            advice(
                "T-R04",
                title="Calcium does not show that it is dead",
                kind="inform",
                action="Do not call it inactive because of calcium alone.",
                urgency=Urgency.NONE,
                basis=basis("default", note="a working rule"),
            ),
            advice(
                "T-R05",
                title="Look for a second lesion",
                kind="ask",
                action="Ask for another look.",
                status=Status.CANNOT_BE_EXCLUDED,
                urgency=Urgency.URGENT,
                supported=True,
                needs=(pregnancy,),
            ),
            advice(
                "T-R06",
                title="No further imaging",
                kind="none_needed",
                action="No treatment and no further imaging.",
                status=Status.SUPPRESSED,
                urgency=Urgency.NONE,
                tags=("closure",),
                suppressed_by=(
                    Suppression(by="T-R02", subject=PATIENT, label="referral comes first", precedence="P1"),
                ),
            ),
            advice("T-R07", status=Status.DOES_NOT_HOLD, title="Never shown"),
            advice(
                "T-R08",
                title="Reasons to come back",
                kind="inform",
                action="New fever, new pain or growth: open the case again.",
                urgency=Urgency.NONE,
                tags=("reopen",),
                basis=basis("default"),
            ),
        ),
        gates=(
            Gate(
                id="drug",
                label="Before the drug",
                kind="safety",
                subject=PATIENT,
                state=GateState.SHUT_UNTIL_KNOWN,
                items=(
                    GateItem(
                        id="pregnancy",
                        label="Not pregnant",
                        fulfilled=Answer.UNKNOWN,
                        severity="block",
                        basis=basis("read", cite("SRC-D", "section 4.3")),
                        text="Contraindicated in pregnancy.",
                        needs=(pregnancy,),
                    ),
                    GateItem(
                        id="liver",
                        label="Bilirubin not raised",
                        fulfilled=Answer.YES,
                        severity="block",
                        basis=basis("read", cite("SRC-D")),
                    ),
                    GateItem(
                        id="age",
                        label="Age 65 or less",
                        fulfilled=Answer.NO,
                        severity="caution",
                        basis=basis("default"),
                        text="Watch closely.",
                    ),
                ),
            ),
            *(
                Gate(
                    id="close",
                    label="Closing the case",
                    kind="closure",
                    subject=lesion,
                    state=GateState.SHUT,
                    items=(
                        GateItem(
                            id="stable",
                            label="Unchanged for two years",
                            fulfilled=Answer.NO,
                            severity="block",
                            basis=basis("default"),
                        ),
                        GateItem(
                            id="cancer",
                            label="No cancer known",
                            fulfilled=Answer.YES,
                            severity="block",
                            basis=basis("default"),
                        ),
                    ),
                )
                for lesion in lesions
            ),
        ),
        follow_up=tuple(
            PlannedTest(
                recommendation="T-R01",
                subject=lesion,
                test="Ultrasound",
                due=due,
                earliest=early,
                latest=late,
                note=note,
                stop="Five stable years.",
            )
            for due, early, late, note in (
                ("2026-09-01", "2026-08-18", "2026-10-01", ""),
                ("2027-06-01", "2027-05-18", "2027-07-01", "then every 12 months until 5 years"),
            )
            for lesion in lesions
        ),
        questions=(
            Question(
                finding="pregnancy",
                subject=PATIENT,
                label="Pregnancy",
                cost="ask",
                urgency=Urgency.URGENT,
                wanted_by=("T-R05",),
            ),
            Question(
                finding="soft_tissue",
                subject=first,
                label="Soft tissue beside the calcium",
                cost="ct",
                urgency=Urgency.NONE,
                wanted_by=("T-R06",),
            ),
        ),
        conflicts=(
            Conflict(
                id="T-X1",
                topic="Drug with or without pauses",
                positions=(
                    Position(text="28 days on, 14 days off.", sources=(cite("SRC-D"),)),
                    Position(text="Continuous.", sources=(cite("SRC-A"),)),
                ),
                default="Continuous.",
                why="No benefit of a pause was shown.",
            ),
        ),
        assumptions=(Assumption(text="Bilirubin, total: upper limit 21 umol/L assumed"),),
        not_evaluated=("from_the_future",),
    )


def case_with(lesion_labels: tuple[str, ...]) -> Case:
    """A case with lesions of these labels and nothing else."""
    lesions = tuple(Lesion(id=f"L{number}", label=label) for number, label in enumerate(lesion_labels, 1))
    return Case(case_id="c", lesions=lesions, lesion_counter=len(lesions))


def make_decided(lesions: int = 2) -> tuple[Case, Assessment]:
    """A case in which the clinician decided otherwise about three recommendations and wrote a plan of their own."""

    def override(name: str, subject: str, kind: OverrideKind, **fields: str) -> Override:
        return Override(
            recommendation=name, subject=subject, kind=kind, author="Dr B. Chooser", date="2026-05-30", **fields
        )

    case = make_case(lesions=lesions)
    explained = "She has no one who could bring her to the centre before the harvest is in. " * 4
    for one in (
        override("T-R01", "L1", OverrideKind.SET_ASIDE, reason="declined", text=explained.strip(), level="routine"),
        override("T-R02", PATIENT, OverrideKind.OTHER_PLAN, text="Telephone the centre first.", level="soon"),
        override("T-R07", PATIENT, OverrideKind.SET_ASIDE, reason="other", text="no reason left", level="urgent"),
        override("", "L2", OverrideKind.OTHER_PLAN, text="Look at it again at the visit of the sister."),
    ):
        case = case.with_override(one)
    plain = make_assessment(case)
    return case, msgspec.structs.replace(
        plain,
        overrides=overrides_of(case, make_knowledge(), plain.recommendations),
        urgency=msgspec.structs.replace(plain.urgency, without_set_aside=Urgency.ROUTINE),
    )

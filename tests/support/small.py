"""A tiny knowledge base for tests of the machinery: no clinical content."""

from pathlib import Path

from hepalith.knowledge.base import Knowledge, Problem, compile_knowledge
from hepalith.knowledge.loader import hash_of, read_files

HEADER = """
version: "1"
dictionary_version: 1
review_by: 2027-01-01
review_state: not reviewed
groups:
- {id: person, label: Person, subject: patient}
- {id: spot, label: Spot, subject: lesion}
starting_points:
- {id: S1, statement: A statement}
"""

FINDINGS = """
findings:
- {id: age, label: Age, group: person, subject: patient, type: number, unit: a, hard: [0, 120], warn: [1, 100]}
- {id: fever, label: Fever, group: person, subject: patient, type: yes_no}
- {id: pain, label: Pain, group: person, subject: patient, type: yes_no, observation: any}
- {id: bilirubin, label: Bilirubin, group: person, subject: patient, type: number, unit: umol/L,
   other_units: {mg/dL: "17.104"}, hard: [0, 1500], limits: true, upper_limit: 21, max_age_days_for_gates: 7}
- {id: creatinine, label: Creatinine, group: person, subject: patient, type: number, unit: umol/L,
   other_units: {mg/dL: "88.42"}, hard: [10, 3000]}
- {id: sex, label: Sex, group: person, subject: patient, type: choice,
   choices: [{id: female, label: Female}, {id: male, label: Male}]}
- {id: risks, label: Risks, group: person, subject: patient, type: multi,
   choices: [{id: a, label: A}, {id: b, label: B}, {id: c, label: C}]}
- {id: treated_on, label: Treated on, group: person, subject: patient, type: date}
- {id: remarks, label: Remarks, group: person, subject: patient, type: text}
- {id: lesion_count, label: Number of lesions, group: person, subject: patient, type: number, unit: "1", hard: [0, 999]}
- {id: modality, label: Modality, group: person, subject: patient, type: multi,
   choices: [{id: us, label: Ultrasound}, {id: ct, label: CT}]}
- {id: size, label: Size, group: spot, subject: lesion, type: number, unit: mm, other_units: {cm: "10"}, hard: [0.5, 500]}
- {id: stage, label: Stage, group: spot, subject: lesion, type: choice,
   choices: [{id: one, label: One}, {id: two, label: Two}, {id: three, label: Three}], relevant: "not fever"}
- {id: solid, label: Solid, group: spot, subject: lesion, type: yes_no}
"""

REST = """
lists:
- {id: SOME_RISKS, label: Some, of: risks, values: [a, b], basis: default}
derived:
- {id: ill, label: Ill, subject: patient, type: yes_no, expr: "fever or pain", basis: default}
- {id: points, label: Points, subject: patient, type: number, unit: "1", range: [0, 5], classification: true, basis: default,
   rows: [{id: r1, when: "bilirubin < 34", then: 1}, {id: r2, when: "bilirubin <= 51", then: 2}], otherwise: 3}
- {id: total, label: Total, subject: patient, type: number, unit: "1", range: [2, 6], classification: true, basis: default,
   expr: "points + (2 if fever else 1)"}
- {id: kind, label: Kind, subject: lesion, type: choice, classification: true, basis: default,
   choices: [{id: big, label: Big}, {id: middle, label: Middle}, {id: small, label: Small}],
   rows: [{id: r1, when: "size > 50", then: big}, {id: r2, when: "solid and size >= 10", then: middle}], otherwise: small}
gates:
- id: drug
  label: Before the drug
  kind: safety
  subject: patient
  items:
  - {id: liver, label: Bilirubin not above twice the limit, requires: "bilirubin <= 2 * uln(bilirubin)", basis: default}
  - {id: adult, label: Adult, requires: "age >= 18", basis: default}
  - {id: note, label: Not old, requires: "age < 65", severity: caution, basis: default}
- id: close
  label: Closing
  kind: closure
  subject: patient
  items:
  - {id: row_1, label: No fever, requires: "not fever", basis: default}
  - {id: row_2, label: Every spot is small, requires: "every_lesion(kind == small)", basis: default}
conflicts:
- {id: X1, topic: A topic, positions: [{text: One side}, {text: Other side}], default: One, why: Safer, starting_points: [S1]}
sources:
- {id: SRC-1, title: A source, basis: read}
conditions:
- id: BENIGN
  label: Benign spot
  class: benign
  subject: lesion
  basis: default
  for: [{when: "kind == small", strength: 2, text: small}, {when: "not solid", strength: 3, text: not solid}]
  against: [{when: "size > 20", strength: 1, text: larger}]
- id: BAD
  label: Bad spot
  class: malignant
  subject: lesion
  basis: default
  for: [{when: "solid", strength: 4, text: solid}]
  excluded_when: "age < 5"
recommendations:
- {id: ALARM, title: Alarm, subject: patient, kind: do, action: "Act on {bilirubin}.", urgency: emergency_same_day,
   when: "ill and bilirubin > '4.0 mg/dL'", tags: [alarm], basis: read, sources: [{id: SRC-1, locator: page 3}],
   escalate: [{when: "age >= 75", urgency: emergency_now}]}
- {id: DRUG, title: Drug, subject: lesion, kind: consider, action: "Consider the drug for a spot of {size}.", urgency: soon,
   when: "kind == middle", gates: [drug], tags: [elective], conflicts: [X1], basis: default,
   follow_up: [{test: Ultrasound, after: [3 months, 6 months], then_every: 12 months, until: 5 years, window: ["-2 weeks", "+1 month"]}]}
- {id: CLOSE, title: Close, subject: patient, kind: none_needed, action: Nothing more is needed., urgency: none,
   when: "passes(close)", tags: [closure], basis: default}
- {id: ASK, title: Ask the age, subject: patient, kind: ask, action: Ask the age., urgency: routine, when: "missing(age)", basis: default}
precedence:
- {id: P1, step: 1, when_holds: ["#alarm"], suppresses: ["#closure", "#elective"], across: patient, label: after the alarm, basis: default}
"""


def write_small(folder: Path, **replaced: str) -> Path:
    """The knowledge files in a folder; `findings` and `rest` can be replaced."""
    for name, text in {"findings": FINDINGS, "rest": REST, **replaced}.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "small.yaml").write_text(text, encoding="utf-8")
    (folder / "knowledge.yaml").write_text(HEADER, encoding="utf-8")
    return folder


def compile_small(folder: Path, **replaced: str) -> tuple[Knowledge, tuple[Problem, ...]]:
    """The compiled tiny knowledge base and its problems."""
    write_small(folder, **replaced)
    files, places, problems = read_files(folder, hash_of(folder))
    assert files is not None
    knowledge, more = compile_knowledge(files, places)
    return knowledge, (*problems, *more)

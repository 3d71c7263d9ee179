"""The published JSON Schemas of case files and assessments, made from the structures themselves."""

import inspect
from typing import Any

import msgspec

from hepalith.domain.assessment import SCHEMA_VERSION, Assessment
from hepalith.domain.case import Case

CASE_FILE_VERSION = 1


def case_schema() -> str:
    """The schema of `*.hepalith.json`, version 1. Unknown keys are allowed: they are kept."""
    schema = _schema(Case, f"Hepalith case file, version {CASE_FILE_VERSION}")
    target = schema["$defs"]["Case"]
    target["properties"] = {
        "format": {"const": "hepalith-case"},
        "version": {"const": CASE_FILE_VERSION},
        **{key: value for key, value in target["properties"].items() if key != "extra"},
    }
    target["required"] = ["format", "version", *target["required"]]
    for name in ("Observation", "Study", "Lesion", "Override"):
        schema["$defs"][name]["properties"].pop("extra", None)
    return _text(schema)


def assessment_schema() -> str:
    """The schema of `hepalith assess --format json`."""
    return _text(_schema(Assessment, f"Hepalith assessment, version {SCHEMA_VERSION}"))


def _schema(kind: type[msgspec.Struct], title: str) -> dict[str, Any]:
    schema = _cleaned(msgspec.json.schema(kind))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def _cleaned(part: Any) -> Any:
    """Descriptions without the indentation of their source, which differs between versions of Python."""
    if isinstance(part, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _cleaned(value)
            for key, value in part.items()
        }
    return [_cleaned(item) for item in part] if isinstance(part, list) else part


def _text(schema: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(schema), indent=1).decode() + "\n"

"""Reads the knowledge files and reports every problem of every file at once, with file, line and id."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec
import yaml

from hepalith.domain.errors import KnowledgeError
from hepalith.knowledge.base import Knowledge, Places, Problem
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.folder import files_in, hash_of
from hepalith.knowledge.model import HEADER_FILE, KINDS, Header, KnowledgeFiles
from hepalith.knowledge.site import Site
from hepalith.knowledge.translation import Catalogue


class KnowledgeFileError(KnowledgeError):
    """The knowledge files have problems; `problems` holds all of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(
            f"The knowledge base has {len(problems)} problem(s); the first: {first}. "
            "Run `hepalith knowledge check` for all."
        )


class _Loader(yaml.CSafeLoader):
    """YAML in which only true and false are booleans, numbers are exact, dates stay text, and a key stands once."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp)
        for tag, regexp in resolvers
        if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}
    ]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _construct_bool_word(loader: yaml.Loader, node: yaml.ScalarNode) -> bool | str:
    word = loader.construct_scalar(node)
    return word == "true" if word in {"true", "false"} else str(word)


def _construct_exact(loader: yaml.Loader, node: yaml.ScalarNode) -> Decimal | str:
    text = str(loader.construct_scalar(node))
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _construct_unique(loader: yaml.Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f'the key "{key}" stands twice', key_node.start_mark)
        seen.add(key)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_implicit_resolver("tag:hepalith,2026:bool", re.compile("^(?:true|false)$"), ["t", "f"])
_Loader.add_constructor("tag:hepalith,2026:bool", _construct_bool_word)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_exact)
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_unique)


def load_yaml(text: str) -> Any:
    """The content of a YAML text of ours: exact numbers, only true and false as booleans. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader: subclass of CSafeLoader)


def read_knowledge(
    directory: Path, site: Site | None = None, catalogue: Catalogue | None = None
) -> tuple[Knowledge, Places]:
    """The knowledge base of `directory`, as a site refines it, and where each entry stands.

    catalogue: None for the words of the files themselves.

    Raises KnowledgeFileError with all problems, SiteError.
    """
    files, places, problems = read_files(directory, hash_of(directory))
    if problems or files is None:
        raise KnowledgeFileError(problems)
    knowledge, problems = compile_knowledge(files, places, site, catalogue)
    if problems:
        raise KnowledgeFileError(problems)
    return knowledge, places


def check_knowledge(directory: Path) -> tuple[Problem, ...]:
    """All problems of the knowledge files, in the order of the files."""
    files, places, problems = read_files(directory, hash_of(directory))
    if files is None:
        return problems
    _, more = compile_knowledge(files, places)
    return tuple(
        sorted({*problems, *more}, key=lambda problem: (problem.file, problem.line, problem.id, problem.message))
    )


def read_files(directory: Path, digest: str) -> tuple[KnowledgeFiles | None, Places, tuple[Problem, ...]]:
    """All entries of all files, where each stands, and what could not be read."""
    problems: list[Problem] = []
    places: Places = {}
    header: Header | None = None
    entries: dict[str, list[msgspec.Struct]] = {kind: [] for kind in KINDS}
    for path in files_in(directory):
        name = path.relative_to(directory).as_posix()
        root = _compose(path, name, problems)
        if root is None:
            continue
        if name == HEADER_FILE:
            header = _header(root, name, problems)
            continue
        for kind, node in _kinds(root, name, problems):
            for item in node.value:
                entry = _entry(kind, item, name, problems)
                if entry is None:
                    continue
                key = (kind, getattr(entry, "id"))  # noqa: B009 (every kind has an id)
                if key in places:
                    problems.append(
                        Problem(
                            name,
                            item.start_mark.line + 1,
                            key[1],
                            f"this id was already given in {places[key][0]}; ids are never reused",
                        )
                    )
                places.setdefault(key, (name, item.start_mark.line + 1))
                entries[kind].append(entry)
    if header is None:
        problems.append(Problem(HEADER_FILE, 0, "", "the file is missing or cannot be read"))
        return None, places, tuple(problems)
    files = KnowledgeFiles(header=header, hash=digest, **{kind: tuple(found) for kind, found in entries.items()})  # type: ignore[arg-type]
    return files, places, tuple(problems)


def _compose(path: Path, name: str, problems: list[Problem]) -> yaml.MappingNode | None:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(
            Problem(
                name,
                mark.line + 1 if mark else 0,
                "",
                f"is not readable YAML: {getattr(error, 'problem', None) or error}",
            )
        )
        return None
    if root is None:
        return None
    if not isinstance(root, yaml.MappingNode):
        problems.append(Problem(name, 1, "", "must hold a mapping with one kind of entries"))
        return None
    return root


def _header(root: yaml.MappingNode, name: str, problems: list[Problem]) -> Header | None:
    try:
        return msgspec.convert(_construct(root), Header)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        problems.append(Problem(name, 1, "", str(error)))
        return None


def _kinds(root: yaml.MappingNode, name: str, problems: list[Problem]) -> Iterator[tuple[str, yaml.SequenceNode]]:
    for key_node, value_node in root.value:
        line = key_node.start_mark.line + 1
        if key_node.value not in KINDS:
            problems.append(
                Problem(name, line, "", f'"{key_node.value}" is no kind of entry; kinds are {", ".join(KINDS)}')
            )
        elif not isinstance(value_node, yaml.SequenceNode):
            if value_node.value:
                problems.append(Problem(name, line, "", f'"{key_node.value}" must hold a list of entries'))
        else:
            yield key_node.value, value_node


def _entry(kind: str, node: yaml.Node, name: str, problems: list[Problem]) -> msgspec.Struct | None:
    line = node.start_mark.line + 1
    try:
        data = _construct(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(name, mark.line + 1 if mark else line, "", str(getattr(error, "problem", error))))
        return None
    identifier = str(data.get("id", "")) if isinstance(data, dict) else ""
    if isinstance(data, dict):
        allowed = set(KINDS[kind].__struct_encode_fields__)
        problems.extend(
            Problem(name, line, identifier, f'unknown key "{key}"; known are {", ".join(sorted(allowed))}')
            for key in data
            if key not in allowed
        )
        data = {key: value for key, value in data.items() if key in allowed}
    try:
        return msgspec.convert(_results_as_text(data) if kind == "derived" else data, KINDS[kind])
    except msgspec.ValidationError as error:
        problems.append(Problem(name, line, identifier, str(error)))
        return None


def _results_as_text(data: Any) -> Any:
    """Results of table rows as text: a number may be written as a number or as an expression."""
    if not isinstance(data, dict):
        return data
    rows = [_with_text(row, "then") for row in data.get("rows", ())]
    return _with_text(data | {"rows": rows} if rows else data, "otherwise")


def _with_text(data: Any, key: str) -> Any:
    value = data.get(key) if isinstance(data, dict) else None
    return data | {key: str(value)} if isinstance(value, int | Decimal) and not isinstance(value, bool) else data


def _construct(node: yaml.Node) -> Any:
    loader = _Loader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()

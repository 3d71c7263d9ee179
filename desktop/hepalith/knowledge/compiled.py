"""The compiled form of the knowledge: made once, and read in place of the files while nothing has changed.

A form holds for one state of the knowledge files, of the code that compiles them, of the site settings and of the
catalogue of a language: the hash over all of them is its name and stands in it. Its content carries a checksum of its
own, so that a damaged form is made again instead of being believed. Forms come with an installed program, or lie in the
user's cache folder. What no field shows (advice, causes, sources) is read from them when it is first asked for.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
from msgspec.structs import replace

from hepalith import __version__
from hepalith.knowledge.base import Knowledge, suppressors_of
from hepalith.knowledge.folder import hash_of
from hepalith.knowledge.later import Later

if TYPE_CHECKING:
    from hepalith.knowledge.site import Site
    from hepalith.knowledge.translation import Catalogue

_PACKAGE = Path(__file__).resolve().parents[1]
_CODE = ("domain", "knowledge")  # the packages whose code decides what a form holds
_CHECKSUM = hashlib.sha256().digest_size
_LATER = ("conditions", "recommendations", "gates", "conflicts", "sources", "inputs", "packs")  # fields of `Knowledge`
_KEPT = 6  # forms in a folder: with and without site settings, in two languages, and those of the last edit


class _Form(msgspec.Struct, frozen=True):
    """What a file holds after its checksum."""

    made_from: str
    knowledge: Knowledge  # without `later`
    later: dict[str, msgspec.Raw]


def load_knowledge(
    directory: Path,
    cache: Path | None = None,
    site: "Site | None" = None,
    shipped: Path | None = None,
    catalogue: "Catalogue | None" = None,
) -> Knowledge:
    """The knowledge base of `directory`, ready to evaluate.

    cache: folder of this user's forms, where a new one is kept; None for none. shipped: folder of forms that came with
    the program. site: what this site refines. catalogue: None for the words of the files. Raises KnowledgeFileError
    with all problems, SiteError.
    """
    key = _key(directory, site, catalogue)
    for folder in filter(None, (shipped, cache)):
        knowledge = _read(folder / _name(key), key)
        if knowledge is not None:
            return knowledge
    knowledge = _compiled(directory, site, catalogue)
    if cache is not None:
        with suppress(OSError):  # the cache only saves time
            _write(cache, key, knowledge)
    return knowledge


def write_form(directory: Path, folder: Path, catalogue: "Catalogue | None" = None) -> Path:
    """Compiles the knowledge base of `directory` and writes its form into `folder`; returns the file.

    Raises KnowledgeFileError with all problems, OSError.
    """
    return _write(folder, _key(directory, None, catalogue), _compiled(directory, None, catalogue))


def _compiled(directory: Path, site: "Site | None", catalogue: "Catalogue | None") -> Knowledge:
    from hepalith.knowledge.loader import read_knowledge  # YAML and the compiler: not needed where a form is current

    return read_knowledge(directory, site, catalogue)[0]


def _key(directory: Path, site: "Site | None", catalogue: "Catalogue | None") -> str:
    parts = [hash_of(directory), _hash_of_code(), "" if site is None else msgspec.json.encode(site).decode()]
    if catalogue is not None:
        parts.append(f"{catalogue.language} {catalogue.hash}")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _hash_of_code() -> str:
    """The code that compiles. A frozen program has no source files: there its version stands for them."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(path for package in _CODE for path in (_PACKAGE / package).glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _name(key: str) -> str:
    return f"knowledge-{key}.msgpack"


def _read(path: Path, key: str) -> Knowledge | None:
    """The knowledge in a form; None if it is not there, damaged, or made from something else."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    payload = content[_CHECKSUM:]
    if hashlib.sha256(payload).digest() != content[:_CHECKSUM]:
        return None
    try:
        form = msgspec.msgpack.decode(payload, type=_Form)
    except msgspec.MsgspecError:
        return None
    if form.made_from != key:
        return None
    parts: dict[str, Any] = {name: Later(partial(_decoded, name, content)) for name, content in form.later.items()}
    precedence, recommendations = form.knowledge.precedence.values(), parts["recommendations"]
    # Ten thousand pairs that follow from the rules of precedence: quicker made again than read.
    parts["suppressors"] = Later(
        lambda: suppressors_of(precedence, {name: compiled.entry for name, compiled in recommendations.items()})
    )
    return replace(form.knowledge, **parts)


def _decoded(field: str, content: msgspec.Raw) -> Mapping[str, Any]:
    made: Mapping[str, Any] = msgspec.msgpack.decode(content, type=get_type_hints(Knowledge)[field])
    return made


def _write(folder: Path, key: str, knowledge: Knowledge) -> Path:
    from hepalith.files import write_atomically

    later = {name: msgspec.Raw(msgspec.msgpack.encode(getattr(knowledge, name))) for name in _LATER}
    first = replace(knowledge, suppressors={}, **{name: {} for name in _LATER})
    payload = msgspec.msgpack.encode(_Form(key, first, later))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _name(key)
    write_atomically(path, hashlib.sha256(payload).digest() + payload)
    newest_first = sorted(folder.glob(_name("*")), key=lambda form: form.stat().st_mtime, reverse=True)
    for old in newest_first[_KEPT:]:
        old.unlink(missing_ok=True)
    return path

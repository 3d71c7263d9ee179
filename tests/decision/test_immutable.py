"""What the inner layers hand on cannot be changed by who gets it."""

import importlib
import pkgutil

import msgspec
import pytest

import hepalith.decision
import hepalith.domain

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (hepalith.decision, hepalith.domain)
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_every_struct_is_frozen(name: str) -> None:
    structs = [one for one in vars(importlib.import_module(name)).values() if isinstance(one, type)]
    changeable = [one for one in structs if issubclass(one, msgspec.Struct) and not one.__struct_config__.frozen]
    assert not changeable

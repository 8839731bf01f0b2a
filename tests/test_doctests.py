"""Every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from typing import Any

import pytest

import segmentation
import usbio

MODULES = sorted(
    found.name
    for package in (segmentation, usbio)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not found.name.endswith("__main__")
)

WITHOUT_EXAMPLE: dict[str, str] = {}
"""Public functions of segmentation that have no example, each with the reason; the list may only shrink."""


def public_functions() -> dict[str, Callable[..., Any]]:
    """Every function that a module of segmentation defines itself, by its full name."""
    modules = [importlib.import_module(name) for name in MODULES if name.startswith("segmentation.")]
    return {
        f"{module.__name__}.{name}": function
        for module in modules
        for name, function in vars(module).items()
        if not name.startswith("_")
        and inspect.isfunction(inspect.unwrap(function))
        and inspect.unwrap(function).__module__ == module.__name__
    }


def documented(function: Callable[..., Any], section: str) -> bool:
    return re.search(rf"^{section}\n-+$", inspect.getdoc(function) or "", re.MULTILINE) is not None


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str) -> None:
    runner = doctest.DocTestRunner()
    for found in doctest.DocTestFinder().find(importlib.import_module(name)):
        if found.examples:  # each run looks whether any source file of the process has changed
            runner.run(found)
    assert runner.failures == 0


def test_every_public_function_of_segmentation_says_what_it_returns() -> None:
    silent = [
        name
        for name, function in public_functions().items()
        if not (documented(function, "Returns") or documented(function, "Yields"))
    ]
    assert silent == []


def test_every_parameter_of_a_public_function_of_segmentation_is_named() -> None:
    unnamed = [
        f"{name}({parameter})"
        for name, function in public_functions().items()
        for parameter in inspect.signature(function).parameters
        if not documented(function, "Parameters")
        or not re.search(rf"\b{parameter}\b", (inspect.getdoc(function) or "").partition("Parameters\n")[2])
    ]
    assert unnamed == []


def test_every_public_function_of_segmentation_has_an_example() -> None:
    functions = public_functions()
    without = {name for name, function in functions.items() if ">>> " not in (inspect.getdoc(function) or "")}
    assert len(functions) > 140  # else they were not found
    assert without == set(WITHOUT_EXAMPLE)

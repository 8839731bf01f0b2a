"""What is said to people: a code with parameters in the code, its words in a catalogue of each language."""

from __future__ import annotations

import gettext
import logging
import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

ENGLISH = "en"
LOCALE = Path(__file__).parent / "locale"
DOMAIN = "usbio"

Value: TypeAlias = "str | int | float | Text | tuple[Text, ...] | None"  # None: not measured

_DECIMAL_SIGN = {"de": ","}
_NOT_MEASURED = "–"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, init=False)
class Text:
    """Something to say, in no language yet: ``Text("visit.repetition", number=2, total=3)``.

    A parameter may be a Text itself, or several of them. The one named ``count`` chooses singular or plural.
    """

    code: str
    parameters: tuple[tuple[str, Value], ...]  # by name; pairs, so that a Text can be a key and be compared

    def __init__(self, code: str, /, **parameters: Value) -> None:
        object.__setattr__(self, "code", code)
        pairs = tuple((name, _kept(value)) for name, value in sorted(parameters.items()))
        object.__setattr__(self, "parameters", pairs)


class Texts:
    """The words of one language; what it lacks is said in English. Built once and handed down."""

    def __init__(self, language: str = ENGLISH, locale: Path = LOCALE) -> None:
        self.language = language
        self._catalogue = gettext.translation(DOMAIN, locale, [language, ENGLISH], fallback=True)
        self._sentence = _Sentence(_DECIMAL_SIGN.get(language.partition("_")[0], "."))
        self._logged: set[str] = set()  # a screen says the same many times a second

    def say(self, text: Text) -> str:
        """Return the words. Never fails: without an entry the code is said, for a visit has to go on."""
        told = {name: self._told(value) for name, value in text.parameters}
        words = self._words(text.code, told.get("count"))
        try:
            return self._sentence.vformat(words, (), told)
        except (
            ValueError,
            LookupError,
            TypeError,
        ) as error:  # asks for what is not told
            self._log_once(text.code, f"{type(error).__name__}: {error}")
            return words

    def _words(self, code: str, count: object) -> str:
        if isinstance(count, int) and (counted := self._catalogue.ngettext(code, code, count)) != code:
            return counted
        if (words := self._catalogue.gettext(code)) == code:
            self._log_once(code, "has no words")
        return words

    def _told(self, value: Value) -> str | int | float | None:
        if isinstance(value, Text):
            return self.say(value)
        return "; ".join(self.say(part) for part in value) if isinstance(value, tuple) else value

    def _log_once(self, code: str, happened: str) -> None:
        if code not in self._logged:
            self._logged.add(code)
            _log.error("text %s, language %s: %s", code, self.language, happened)


def _kept(value: Value) -> Value:
    """None for nan, so that a Text equals itself and is the same again when it was written as JSON."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _Sentence(string.Formatter):
    """Puts parameters in their places: by plain names only, numbers with the language's decimal sign."""

    def __init__(self, decimal_sign: str) -> None:
        self._decimal_sign = decimal_sign

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return _NOT_MEASURED
        words = format(value, format_spec)
        return words.replace(".", self._decimal_sign) if isinstance(value, float) else words

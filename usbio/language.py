"""Which language the patient reads."""

from __future__ import annotations

from collections.abc import Mapping

from usbio.errors import CallError
from usbio.texts import DOMAIN, ENGLISH, LOCALE

_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as everywhere


def languages() -> tuple[str, ...]:
    """Return the languages that there are words in."""
    return tuple(sorted(path.parts[-3] for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def patient_language(asked: str | None, environment: Mapping[str, str], system: str = "") -> str:
    """Return the language asked for, else the one of the environment or the system, else English.

    What was asked for and is not there is an error; a system in a language that is not there is none.
    """
    if asked:
        if (found := _known(asked)) is None:
            raise CallError(
                "--lang", f"there are no texts in {asked!r}", f"choose {' or '.join(languages())}"
            )
        return found
    set_to = next((environment[name] for name in _VARIABLES if environment.get(name)), system)
    return next(filter(None, map(_known, set_to.split(":"))), ENGLISH)


def _known(name: str) -> str | None:
    """Return which of our languages a name such as de_AT.UTF-8 or de-CH means."""
    language = name.replace("-", "_").partition(".")[0].partition("_")[0].lower()
    return language if language in languages() else None

"""Lab Streaming Layer as a library: loaded when it is needed, and no louder than this program."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from usbio.errors import CallError

_QUIET = "[log]\nlevel = -3\n"  # it says on the error stream how it was built, and what it does
_PLACES = ("lsl_api.cfg", "~/lsl_api/lsl_api.cfg", "/etc/lsl_api/lsl_api.cfg")


def load_lsl() -> Any:
    """Return pylsl; a `CallError` says how to install it."""
    try:
        lsl = importlib.import_module("pylsl")
    except ImportError as error:
        raise CallError(
            "Lab Streaming Layer", "pylsl is not installed", 'type: pip install "usbio[lsl]"'
        ) from error
    except (OSError, RuntimeError) as error:  # pylsl is there, its library for this system is not
        raise CallError(
            "Lab Streaming Layer", f"its library cannot be loaded ({error})", "install liblsl for this system"
        ) from error
    if not _configured() and hasattr(lsl, "set_config_content"):
        lsl.set_config_content(_QUIET)
    return lsl


def _configured() -> bool:
    """A laboratory's own settings hold as they are, and what is given here would take their place."""
    return "LSLAPICFG" in os.environ or any(Path(place).expanduser().is_file() for place in _PLACES)

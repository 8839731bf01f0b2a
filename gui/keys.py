"""All keys, once: what they are called, what they do, and what the footer says of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the window."""

    action: str  # method of the window, or of `RunActions`
    keys: tuple[str, ...]  # as Qt names them; the first is shown in the footer
    words: str
    short: str = ""  # for the footer; "" keeps it out of there
    everywhere: bool = False  # on the set-up page too, whose keys are its own


KEYS = (
    Key("toggle_pause", ("Space",), "pause or go on; after the end, play again", "pause"),
    Key("confirm", ("C",), "stand by the borders that were found: grey becomes colour", "confirm border"),
    Key("toggle_freeze", ("F",), "hold the picture while measuring goes on", "freeze"),
    Key("toggle_recording", ("V",), "record, or end the recording; nothing of a picture is lost", "record"),
    Key("record_smaller", ("Shift+V",), "record as H.264: smaller, visually lossless"),
    Key("mark", ("M",), "write a marker into the recording"),
    Key("toggle_streaming", ("B",), "broadcast by Lab Streaming Layer, or end it"),
    Key("toggle_streams", ("Shift+B",), "what is broadcast, to whom, and whose markers are heard"),
    Key("save_setup", ("S", "Ctrl+S"), "save the setup as a file", "save setup"),
    Key("set_up", ("K",), "set up: scale, picture, side, border", "set up"),
    Key("set_up_right", ("Shift+K",), "set up the right one of two sources"),
    Key("measure_other_side", ("X",), "hold this side's values and measure the other side"),
    Key("open_chooser", ("O", "Ctrl+O"), "open another source", "open", everywhere=True),
    Key("play_again", ("Home",), "play from the start"),
    Key("toggle_loop", ("L",), "play again and again, or once"),
    Key("slower", ("-",), "half the speed"),
    Key("faster", ("+", "="), "twice the speed"),
    Key("more_effort", ("Up",), "simulator: contract more"),
    Key("less_effort", ("Down",), "simulator: contract less"),
    Key("own_effort", ("A",), "simulator: contract by itself again"),
    Key("switch_theme", ("T",), "dark or light", everywhere=True),
    Key("toggle_full_screen", ("F11",), "full screen", everywhere=True),
    Key("toggle_keys", ("?", "F1"), "this list", "all keys", everywhere=True),
    Key("leave", ("Esc",), "close this list, or go back", everywhere=True),
    Key("close", ("Ctrl+Q",), "close the window", everywhere=True),
)


def footer_words() -> str:
    """Return the line of the most used keys."""
    return "      ".join(f"{key.keys[0]}  {key.short}" for key in KEYS if key.short)


SETUP_FOOTER = "O  open another source      T  dark or light      Esc  back      ?  all keys"

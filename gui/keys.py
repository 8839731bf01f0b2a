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
    in_visit: bool = False  # while a visit is on too, which has its own


KEYS = (
    Key("toggle_pause", ("Space",), "pause or go on; after the end, play again", "pause"),
    Key("confirm", ("C",), "stand by the borders that were found: grey becomes colour", "confirm border"),
    Key("toggle_freeze", ("F",), "hold the picture while measuring goes on", "freeze", in_visit=True),
    Key("toggle_recording", ("V",), "record, or end the recording; nothing of a picture is lost", "record"),
    Key("record_smaller", ("Shift+V",), "record as H.264: smaller, visually lossless"),
    Key("mark", ("M",), "write a marker into the recording"),
    Key("toggle_streaming", ("B",), "broadcast by Lab Streaming Layer, or end it"),
    Key(
        "toggle_streams",
        ("Shift+B",),
        "what is broadcast, to whom, whose markers are heard",
        in_visit=True,
    ),
    Key("save_setup", ("S", "Ctrl+S"), "save the setup as a file", "save setup"),
    Key("set_up", ("K",), "set up: scale, picture, side, border", "set up", in_visit=True),
    Key("set_up_right", ("Shift+K",), "set up the right one of two sources", in_visit=True),
    Key("show_visit", ("P",), "a visit: patient, captures, training", "visit"),
    Key("measure_other_side", ("X",), "hold this side's values and measure the other side"),
    Key("open_chooser", ("O", "Ctrl+O"), "open another source", "open", everywhere=True),
    Key("play_again", ("Home",), "play from the start"),
    Key("toggle_loop", ("L",), "play again and again, or once"),
    Key("slower", ("-",), "half the speed"),
    Key("faster", ("+", "="), "twice the speed"),
    Key("more_effort", ("Up",), "simulator: contract more", in_visit=True),
    Key("less_effort", ("Down",), "simulator: contract less", in_visit=True),
    Key("own_effort", ("A",), "simulator: contract by itself again"),
    Key("switch_theme", ("T",), "dark or light", everywhere=True, in_visit=True),
    Key("toggle_full_screen", ("F11",), "full screen", everywhere=True, in_visit=True),
    Key("toggle_keys", ("?", "F1"), "this list", "all keys", everywhere=True, in_visit=True),
    Key("leave", ("Esc",), "close this list, or go back", everywhere=True, in_visit=True),
    Key("close", ("Ctrl+Q",), "close the window", everywhere=True, in_visit=True),
)


VISIT_KEYS = (
    Key("next", ("PgDown", "N", "Return", "Enter"), "what comes next; enter what is typed", "next"),
    Key("start", ("Space",), "start, or stop what runs", "start, stop"),
    Key("confirm", ("C",), "stand by the borders: grey becomes colour", "confirm"),
    Key("breath", ("PgUp", "B"), "at rest: end of breathing out; in a hold: breath held", "breath"),
    Key("repeat", ("R",), "take it again: what lies apart, else the newest", "again"),
    Key("undo", ("Z", "Ctrl+Z"), "take back the newest", "take back"),
    Key("redo", ("Shift+Z", "Ctrl+Shift+Z"), "put it back"),
    Key("feedback", ("V",), "the patient asks for feedback next time"),
    Key("clear", ("Backspace",), "clear the figure that is typed"),
    Key("tell_nothing", ("-",), "asked, and not told"),
    Key("accept", ("A",), "accept the proposal"),
    Key("decide", ("D",), "decide otherwise, and say why"),
    Key("note_function", ("Shift+F",), "an activity, and how it goes: 0 to 10"),
    Key("check_caliper", ("Shift+C",), "check the scale: the thickness by the scanner's own caliper"),
    Key("remark", ("M",), "a remark"),
    Key("skip", ("Shift+N",), "leave this step as it is"),
    Key("toggle_screen", ("P",), "the patient's screen, or not", "patient"),
    Key("turn_picture", ("Shift+P",), "the patient's next kind of picture"),
    Key("hide_picture", ("H",), "the patient's picture hidden, or as the schedule says"),
    Key("toggle_sound", ("L",), "tones for the patient, or none"),
    Key("end", ("Shift+E",), "twice: end the visit here"),
)
"""Of a visit, by methods of `LiveVisit`; they go before those of the picture. Foot switches are keys."""
FIGURES = Key("type_figure", tuple("0123456789"), "0 to 9: pain, or the score asked for; 1 and 0: ten")


def keys_in_visit() -> tuple[Key, ...]:
    """Return the keys that act while a visit is on."""
    return (*VISIT_KEYS, FIGURES, *(key for key in KEYS if key.in_visit))


def footer_words(keys: tuple[Key, ...] = KEYS) -> str:
    """Return the line of the most used keys."""
    return "      ".join(f"{key.keys[0]}  {key.short}" for key in keys if key.short)


VISIT_FOOTER = footer_words(VISIT_KEYS) + "      ?  all keys"
SETUP_FOOTER = "O  open another source      T  dark or light      Esc  back      ?  all keys"
FORM_FOOTER = "Enter  begin      Tab, ↑ ↓  to and fro      Ctrl+O  open a source      Esc  back      F1  keys"

"""Places in a TOML file: every key that tomllib reads has a line, and it is the line it stands on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from usbio.toml_places import Key, line_of, toml_lines

TEXT = '''# a = 1
title = "# no comment = 1"
long = """
fake = 1
[fake]
"quoted" \\"""" # ends here
raw = \'\'\'
[[fake]]\'\'\'

[dose]
hold_s = { value = 10, source = "a, b = {c}", population = ["x"] }
times = [
  1, # one
  { a = 1, "b c" = 2 },

  [3,
   4],
]
"odd.key" . \'in two\' = 1
[[part]]
view = "tra"
[part.target]
low = 0.8
[[part]]
[[part.step]]
n = 1
[[part.step]]
n = 2
[part."t\\u00e4xt".de]
title = "x"
'''


def test_lines_of_every_form() -> None:
    lines = toml_lines(TEXT)
    expected: dict[Key, int] = {
        ("title",): 2,
        ("long",): 3,
        ("raw",): 7,
        ("dose",): 10,
        ("dose", "hold_s"): 11,
        ("dose", "hold_s", "population", 0): 11,
        ("dose", "times"): 12,
        ("dose", "times", 0): 13,
        ("dose", "times", 1, "b c"): 14,
        ("dose", "times", 2): 16,
        ("dose", "times", 2, 1): 17,
        ("dose", "odd.key", "in two"): 19,
        ("part", 0): 20,
        ("part", 0, "target", "low"): 23,
        ("part", 1): 24,
        ("part", 1, "step", 0, "n"): 26,
        ("part", 1, "step", 1, "n"): 28,
        ("part", 1, "täxt", "de", "title"): 30,
    }
    assert {key: lines.get(key) for key in expected} == expected
    assert not any("fake" in key for key in lines)


def test_a_key_that_is_not_written_has_the_line_of_its_table() -> None:
    lines = toml_lines(TEXT)
    assert line_of(lines, ("part", 0, "target", "high")) == 22
    assert line_of(lines, ("nowhere",)) == 1


VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9**9) | st.floats(allow_nan=False) | st.text(max_size=12) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=5), st.booleans())
def test_all_keys_that_are_read_are_found_and_no_others(tables: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(tables, multiline_strings=multiline)
    assert set(toml_lines(text)) == set(_keys(tomllib.loads(text), ()))


def _keys(value: Any, key: Key) -> Iterator[Key]:
    if key:
        yield key
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from _keys(inner, (*key, name))

"""Whether a file is shorter than its own container says: a copy that broke off, a recording that was cut."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_EBML = b"\x1a\x45\xdf\xa3"
_MATROSKA_SEGMENT = b"\x18\x53\x80\x67"


def is_cut(path: Path) -> bool:
    """True where the file surely ends too early; a container that does not say its size is not judged."""
    try:
        with path.open("rb") as file:
            length = path.stat().st_size
            measure = _measure_for(file.read(16))
            file.seek(0)
            return measure is not None and measure(file, length) > length
    except OSError:
        return False  # whoever reads the pictures says what is wrong


def _measure_for(head: bytes) -> Callable[[BinaryIO, int], int] | None:
    if head[:4] == _EBML:
        return _matroska_end
    if head[:4] == b"RIFF":
        return _riff_end
    if head[:4] == b"GIF8":
        return _gif_end
    if head == _ASF_HEADER:
        return _asf_end
    return _mp4_end if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip") else None


def _matroska_end(file: BinaryIO, length: int) -> int:
    file.seek(4)
    header_size, _ = _ebml_size(file)
    file.seek(header_size, 1)
    if file.read(4) != _MATROSKA_SEGMENT:
        return length if file.tell() < length else length + 1
    size, known = _ebml_size(file)
    return file.tell() + size if known else length


def _ebml_size(file: BinaryIO) -> tuple[int, bool]:
    """A size of 1 to 8 bytes, and whether it is known: a live recording leaves all its bits set."""
    first = file.read(1)
    width = 9 - first[0].bit_length() if first and first[0] else 1
    bits = int.from_bytes(first + file.read(width - 1), "big") & ((1 << 7 * width) - 1)
    return bits, bits != (1 << 7 * width) - 1


def _riff_end(file: BinaryIO, length: int) -> int:
    end = 0
    while end < length:  # an AVI above 1 GB is several RIFF lists
        file.seek(end)
        head = file.read(8)
        if len(head) < 8 or head[:4] != b"RIFF":
            return length  # padding, or what another program left behind
        size = struct.unpack("<4xI", head)[0]
        if size == 0:
            return length  # a recording that never was closed
        end += 8 + size
    return end


def _gif_end(file: BinaryIO, length: int) -> int:
    file.seek(max(0, length - 16))
    return length if file.read().rstrip(b"\0").endswith(b";") else length + 1


def _asf_end(file: BinaryIO, length: int) -> int:
    head = file.read(65536)
    at = head.find(_ASF_FILE_PROPERTIES)
    return int(struct.unpack_from("<Q", head, at + 40)[0]) if 0 <= at <= len(head) - 48 else length


def _mp4_end(file: BinaryIO, length: int) -> int:
    end = 0
    while end < length:
        file.seek(end)
        head = file.read(16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8:
            return length  # 0: to the end of the file; anything else is no box
        end += size
    return end

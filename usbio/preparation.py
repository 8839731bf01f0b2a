"""From setup file, flags and first picture to all that measuring needs."""

from __future__ import annotations

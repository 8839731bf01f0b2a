"""Recordings that are evidence: a journal, the video beside it, and what can be made again from the two."""

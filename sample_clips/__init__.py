"""Clips that the phantom made, each with truth and setup."""

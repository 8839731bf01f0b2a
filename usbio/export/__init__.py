"""Visits as tables that other programs read."""

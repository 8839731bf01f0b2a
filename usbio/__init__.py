"""Ultrasound biofeedback, in and out: sources, pipeline, analysis, tables."""

__version__ = "0.1.0"

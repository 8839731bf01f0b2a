"""The window: draws what the pipeline measured and forwards clicks."""

"""B-mode clips with known truth, from a scatterer model."""

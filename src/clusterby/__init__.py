"""groupby for what things look like or mean."""

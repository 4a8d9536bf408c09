"""Legal provisions per country in YAML and how they are cited."""

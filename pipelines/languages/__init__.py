"""What the house knows of languages: word lists and patterns in YAML, names, numbers, dates."""

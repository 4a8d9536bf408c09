"""The rooms an item walks through: thin stages here, pure rooms below (text, languages, law, detectors, channels)."""

"""One network step per module, each returning Observations; no verdicts here."""

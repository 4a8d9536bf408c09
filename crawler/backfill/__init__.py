"""Pages that are not fetched: articles given in a file, and pages of the archive read again. No verdicts here."""

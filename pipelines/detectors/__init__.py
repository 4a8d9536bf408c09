"""Pure judgements over texts and observations: no database, clock, file or network."""

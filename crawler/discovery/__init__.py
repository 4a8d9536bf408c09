"""Finding out how a site can be read, and writing that down as a source entry. Pure but for the one file it appends to."""

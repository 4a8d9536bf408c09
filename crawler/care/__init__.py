"""Looking after the house: checks that say in one line what is well, what to watch and what must be fixed."""

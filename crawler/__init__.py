"""The front of the house: what we read, from where, how politely. Ground floor: items, config, sources."""

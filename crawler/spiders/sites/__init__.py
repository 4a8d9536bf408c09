"""Spiders for sites that need code of their own, at most 120 lines each."""

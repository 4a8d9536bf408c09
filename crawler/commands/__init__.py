"""Scrapy commands, one per module; the only code that may use every room."""

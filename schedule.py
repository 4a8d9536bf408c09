"""The clock: cadences become jobs, jobs become `scrapy ...` subprocesses; no other logic, nothing at import."""

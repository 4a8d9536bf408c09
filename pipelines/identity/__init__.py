"""Which article a page is: canonical addresses, near copies and what changed between versions. Pure."""

"""Which case an event belongs to, and whether that is news: pure comparison of facts, each with a score and a sentence."""

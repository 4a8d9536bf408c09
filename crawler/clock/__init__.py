"""What the clock is made of: who is due, one child process per run, and what a person sees of it. No crawling here."""

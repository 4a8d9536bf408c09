"""What watches a run: one crawl_run row per run, judged against expectations."""

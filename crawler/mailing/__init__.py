"""From outbox rows to mails: what a letter says, when it goes, how its answer is recorded. Run by `scrapy notify` alone."""

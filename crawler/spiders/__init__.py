"""One module per way of looking. Spiders yield items and do not know who reads them."""

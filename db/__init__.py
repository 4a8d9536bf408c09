"""The archive: words, schema, queries, and the server that shows it. Knows neither crawler nor pipelines."""

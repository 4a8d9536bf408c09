"""Reading a page: charset, page class, dates, title, text and table rows. Pure: no network, no database, no clock."""

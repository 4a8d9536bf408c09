-- Full text beside the text it indexes; `search_text` is the folded copy (ё as е, no soft hyphens, lower case),
-- `search_stems` its words without endings, so that forms of a word meet.
create virtual table article_fts using fts5 (
    title, search_text, search_stems, content = 'article', content_rowid = 'rowid', tokenize = 'unicode61 remove_diacritics 0'
);
create trigger article_fts_insert after insert on article begin
    insert into article_fts (rowid, title, search_text, search_stems) values (new.rowid, new.title, new.search_text, new.search_stems);
end;
create trigger article_fts_delete after delete on article begin
    insert into article_fts (article_fts, rowid, title, search_text, search_stems)
    values ('delete', old.rowid, old.title, old.search_text, old.search_stems);
end;
create trigger article_fts_update after update of title, search_text, search_stems on article begin
    insert into article_fts (article_fts, rowid, title, search_text, search_stems)
    values ('delete', old.rowid, old.title, old.search_text, old.search_stems);
    insert into article_fts (rowid, title, search_text, search_stems) values (new.rowid, new.title, new.search_text, new.search_stems);
end;

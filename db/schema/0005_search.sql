-- Full text beside the text it indexes; `search_text` is the folded copy (ё as е, no soft hyphens, lower case).
create virtual table article_fts using fts5 (
    title, search_text, content = 'article', content_rowid = 'rowid', tokenize = 'unicode61 remove_diacritics 0'
);
create trigger article_fts_insert after insert on article begin
    insert into article_fts (rowid, title, search_text) values (new.rowid, new.title, new.search_text);
end;
create trigger article_fts_delete after delete on article begin
    insert into article_fts (article_fts, rowid, title, search_text) values ('delete', old.rowid, old.title, old.search_text);
end;
create trigger article_fts_update after update of title, search_text on article begin
    insert into article_fts (article_fts, rowid, title, search_text) values ('delete', old.rowid, old.title, old.search_text);
    insert into article_fts (rowid, title, search_text) values (new.rowid, new.title, new.search_text);
end;

-- Derived: which cases were merged into a case, asked for with every report that may be of it.
create index court_case_merged on court_case (merged_into) where merged_into is not null;

-- What the public copy holds, table by table and column by column: a column that is not named here is not in it.
-- `whole` is the archive. An alert is public with its words only when a person confirmed it; of the others only category, place and time.
-- A case with a protected source keeps its titles too: a name may stand in them.
create temp table told as select id, coalesce(case_id, '') as case_id, coalesce(incident_id, '') as incident_id from whole.alert
where status = 'confirmed' and coalesce(case_id, '') not in (
    select n.case_id from whole.case_party cp join whole.case_member m on m.case_id = cp.case_id
        join whole.case_member n on n.root_id = m.root_id where cp.role = 'source');

insert into outlet select * from whole.outlet;
insert into source (id, outlet_id, country, kind, languages, cadence_s, max_silence_s, is_enabled, is_verified)
select id, outlet_id, country, kind, languages, cadence_s, max_silence_s, is_enabled, is_verified from whole.source;

insert into court_case (id, country, procedure, category, title, court, outlet_id, stage, outcome, is_for_media, claim_amount, awarded_amount,
    currency, filed_on, filed_precision, filed_basis, next_hearing_at, closed_on, closed_precision, closed_basis, new_basis, predecessor_id,
    merged_into, first_seen_at, updated_at, case_number)
select id, country, procedure, category, case when id in (select case_id from told) then title else replace(category, '_', ' ') end,
    case when id in (select case_id from told) then court else '' end, outlet_id, stage, outcome, is_for_media, claim_amount, awarded_amount,
    currency, filed_on, filed_precision, filed_basis, next_hearing_at, closed_on, closed_precision, closed_basis, new_basis, predecessor_id,
    merged_into, first_seen_at, updated_at, case when id in (select case_id from told) then case_number else '' end
from whole.court_case;

-- Persons are named in confirmed cases only, protected sources never; bodies and outlets always, everyone else by role.
create temp table seat as
select cp.case_id, cp.role, cp.status, p.kind, cp.party_id, p.name, p.name_folded,
    cp.role <> 'source' and (p.kind in ('outlet', 'court', 'agency') or cp.case_id in (select case_id from told)) as is_named
from whole.case_party cp join whole.party p on p.id = cp.party_id;
insert or ignore into party (id, kind, name, name_folded) select party_id, kind, name, name_folded from seat where is_named = 1;
insert or ignore into party (id, kind, name, name_folded)
select 'role:' || role, 'unknown', replace(role, '_', ' '), replace(role, '_', ' ') from seat where is_named = 0;
insert or ignore into case_party (case_id, party_id, role, status)
select case_id, case when is_named = 1 then party_id else 'role:' || role end, role, status from seat;

insert into case_provision select * from whole.case_provision;
insert into case_amount (id, case_id, role, value, currency, reported_on)
select id, case_id, role, value, currency, reported_on from whole.case_amount;
insert into case_event (id, case_id, stage, kind, outcome, event_on, event_precision, event_basis, basis, score, seen_at)
select id, case_id, stage, kind, outcome, event_on, event_precision, event_basis, basis, score, seen_at from whole.case_event;
insert into hearing (id, case_id, starts_at, starts_on, zone, status, ical_uid, sequence, first_seen_at, last_seen_at)
select id, case_id, starts_at, starts_on, zone, status, id, sequence, first_seen_at, last_seen_at from whole.hearing;

insert into incident (id, outlet_id, country, kind, state, title, method, class, confidence, started_at, opened_at, eased_at, closed_at,
    last_evidence_at, reopened, merged_into, updated_at)
select id, outlet_id, country, kind, state,
    case when id in (select incident_id from told) then title else replace(kind, '_', ' ') end,
    method, class, confidence, started_at, opened_at, eased_at, closed_at, last_evidence_at, reopened, merged_into, updated_at
from whole.incident;

insert into alert (id, number, kind, alert_kind, category, stage, country, severity, status, title, confidence, outlet_id,
    case_id, incident_id, thread_key, basis, event_on, event_precision, event_basis, rules_version, is_backfill, n_reports, created_at, updated_at)
select id, number, kind, alert_kind, category, stage, country, severity, case when status = 'confirmed' then status else 'open' end,
    case when id in (select id from told) then title else replace(category, '_', ' ') end, confidence, outlet_id,
    case_id, incident_id, 'alert:' || id, basis, event_on, event_precision, event_basis, rules_version, is_backfill, n_reports, created_at, updated_at
from whole.alert where status not in ('dismissed', 'merged', 'expired');

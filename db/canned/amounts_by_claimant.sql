-- title: Sums by claimant
-- group: researcher
-- description: What each claimant has asked for and been awarded, in each currency. A sum reported twice for one case counts once.
select p.id as party, p.name as claimant, m.currency, count(distinct m.case_id) as n_cases,
    sum(case when m.role = 'claimed' then m.value end) as claimed,
    sum(case when m.role = 'awarded' then m.value end) as awarded
from case_amount m
    join case_party cp on cp.case_id = m.case_id and cp.role = 'claimant'
    join party p on p.id = cp.party_id
where m.role in ('claimed', 'awarded')
group by p.id, m.currency
order by claimed desc nulls last

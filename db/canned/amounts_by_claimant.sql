-- title: Sums by claimant
-- group: researcher
-- description: What each claimant has asked for and been awarded, in each currency. A sum reported twice for one case counts once.
with told as (
    select distinct m.root_id, s.role, s.value, s.currency from case_amount s join case_member m on m.case_id = s.case_id
    where s.role in ('claimed', 'awarded')
),
claimant as (
    select distinct m.root_id, cp.party_id from case_party cp join case_member m on m.case_id = cp.case_id where cp.role = 'claimant'
)
select p.id as party, p.name as claimant, told.currency, count(distinct told.root_id) as n_cases,
    sum(case when told.role = 'claimed' then told.value end) as claimed,
    sum(case when told.role = 'awarded' then told.value end) as awarded
from told join claimant on claimant.root_id = told.root_id join party p on p.id = claimant.party_id
group by p.id, told.currency
order by claimed desc nulls last

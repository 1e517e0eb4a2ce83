-- Twenty thousand rows of each kind that grows, at which PostgreSQL plans as it does for a million.
insert into jobs (account_id, id, action, state, input_digest, input, recipient, message_sid, notes, attempts, due_at,
                  lease_until, requested_by, created_at, updated_at, sender, turn_at, look_at)
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
select a.id, 'job_' || cast(100000 + i as text), 'SendMessage',
       case when i % 100 = 1 then 'waiting' when i % 400 = 2 then 'running' when i % 200 = 3 then 'unknown'
            when i % 200 = 4 then 'refused' when i % 800 = 5 then 'withdrawn' else 'done' end,
       a.auth_token, '{}', '+1500555' || cast(i / 4 as text), 'SM' || cast(i as text), '[]', 1, i,
       i, 'test', i, i, '+15005550001', i, case when i % 200 = 3 then i end
from n, accounts a;

insert into attempts (account_id, job_id, number, owner, started_at)
select account_id, id, 1, 'p', created_at from jobs;

insert into events (account_id, job_id, number, at, kind, who, detail)
select account_id, id, 1, created_at, case when state = 'withdrawn' then 'alarm' else 'status' end, 'p', '{}' from jobs;

insert into messages (account_id, sid, job_id, attempt, status, watched, polls, created_at, updated_at)
select account_id, message_sid, id, 1, 'sent', 'callback', 0, created_at, updated_at from jobs;

insert into verifications (account_id, sid, service_sid, recipient, state, started_at, deadline, deadline_is_ours,
                           checks, sends, updated_at)
select account_id, 'VE' || id, 'VA1', case when state = 'done' then '' else recipient end, 'approved', created_at,
       created_at, 0, 1, 1, updated_at
from jobs;

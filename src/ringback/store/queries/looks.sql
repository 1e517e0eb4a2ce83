-- name: plan_first_look(id, wait)!
-- A job has become unknown: when it is looked for first.
update jobs set look_at = db_now() + cast(:wait as bigint), looks = 0 where id = :id and state = 'unknown';

-- name: end_looks(id)!
-- What became of it is known.
update jobs set look_at = null where id = :id;

-- name: due_looks(most)
-- Unknown jobs whose time to be looked for has come, longest overdue first.
select id, looks, look_at from jobs
where state = 'unknown' and look_at is not null and look_at <= db_now()
order by look_at, id limit :most;

-- name: claim_look(id, looks, look_at, again)^
-- Take a look upon this process; answers nothing if another was first. Should it die, another looks later.
update jobs set look_at = db_now() + cast(:again as bigint)
where id = :id and state = 'unknown' and looks = :looks and look_at = :look_at
returning id;

-- name: count_look(id, looks, wait, never, error, now)^
-- A look found nothing that is plain: the next is `wait` milliseconds away, or never.
update jobs set looks = looks + 1, updated_at = :now, error = coalesce(cast(:error as text), error),
                look_at = case when cast(:wait as bigint) is null then cast(:never as bigint)
                               else db_now() + cast(:wait as bigint) end
where id = :id and state = 'unknown' and looks = :looks
returning id;

-- name: possible_owners(account_id, recipient)
-- Jobs to a recipient that may have made what no job has claimed, with the span of their last try.
select j.*, a.name as account, t.started_at as try_started_at, t.ended_at as try_ended_at
from jobs j join accounts a on a.id = j.account_id
left join attempts t on t.account_id = j.account_id and t.job_id = j.id and t.number = j.attempts
where j.account_id = :account_id and coalesce(j.recipient, '') = :recipient and j.look_at is not null
  and (j.state = 'unknown' or (j.state = 'done' and j.message_sid is null))
union all
select j.*, a.name as account, j.updated_at as try_started_at, null as try_ended_at
from jobs j join accounts a on a.id = j.account_id
where j.state = 'running' and j.lease_until > 0  -- by the few that run, not by the many of the account
  and j.account_id || '' = :account_id and coalesce(j.recipient, '') = :recipient;

-- name: connections_of(account_id)
-- Under which ids the account at Twilio of one of them is or was connected: all of these show in its lists.
select s.id from accounts a
join accounts s on s.account_sid = a.account_sid and coalesce(s.base_url, '') = coalesce(a.base_url, '')
where a.id = :account_id
order by s.id;

-- name: insert_proof(account_id, sid, job_id)^
-- What proves one job proves no other; answers nothing if it is claimed.
insert into proofs (account_id, sid, job_id) values (:account_id, :sid, :job_id)
on conflict do nothing
returning sid;

-- name: proof(account_id, sid)^
-- Which job something at Twilio proves.
select * from proofs where account_id = :account_id and sid = :sid;

-- name: doubt_attempts(detail, now)!
-- The tries that ran when the ledger was copied.
insert into attempts (account_id, job_id, number, owner, started_at, ended_at, verdict, detail)
select account_id, id, attempts, lease_owner, updated_at, cast(:now as bigint), 'unknown', cast(:detail as text)
from jobs where state = 'running'
on conflict do nothing;

-- name: doubt_jobs(error, most, now)
-- Waiting and running jobs of a ledger that lost commits become unknown, to be looked for at once.
update jobs set state = 'unknown', attempts = attempts + 1, error = :error, sealed = null,
                lease_owner = null, lease_until = null, look_at = db_now(), looks = 0, updated_at = :now
where id in (select id from jobs where state = 'running' union all select id from jobs where state = 'waiting' limit :most)
  and state in ('waiting', 'running')
returning account_id, id, attempts, created_at;

-- name: insert_lost_attempt(account_id, job_id, number, created_at, detail, now)!
-- The tries that the ledger may have lost, as one: from the last that it knows, or from the beginning, until now.
insert into attempts (account_id, job_id, number, owner, started_at, ended_at, verdict, detail)
select :account_id, :job_id, :number, 'restored',
       coalesce((select max(started_at) from attempts where account_id = :account_id and job_id = :job_id),
                :created_at), :now, 'unknown', :detail;

-- name: insert_job(account_id, id, action, state, idempotency_key, input_digest, input, sealed, recipient, notes, attempts, due_at, owner, lease, requested_by, sender, priority, cost, turn_at, away, expires_at, trace, now)^
-- Accept a job, to wait or running at once; answers nothing if the account has one under the same idempotency key.
-- What is due now is due by the database's clock, which that of the accepting machine may be ahead of.
insert into jobs (account_id, id, action, state, idempotency_key, input_digest, input, sealed, recipient, notes,
                  attempts, due_at, lease_owner, lease_until, requested_by, sender, priority, cost, turn_at,
                  expires_at, trace, created_at, updated_at)
values (:account_id, :id, :action, :state, :idempotency_key, :input_digest, :input, :sealed, :recipient, :notes,
        :attempts, case when cast(:due_at as bigint) > :now or :due_at < db_now() then :due_at else db_now() end,
        :owner, db_now() + cast(:lease as bigint), :requested_by, :sender, :priority, :cost,
        case when cast(:away as bigint) is not null then db_now() + :away
             when cast(:turn_at as bigint) > :now or :turn_at < db_now() then :turn_at else db_now() end,
        :expires_at, :trace, :now, db_now())
on conflict do nothing
returning updated_at, (select name from accounts where accounts.id = account_id) as account,
          (select accounts.updated_at from accounts where accounts.id = account_id) as account_at,
          (select s.held_until from senders s where s.account_id = jobs.account_id and s.sender = jobs.sender) as held_until;

-- name: let_wait(id)!
-- A job that was to run at once has to wait: nothing left, and it has had no try.
update jobs set state = 'waiting', attempts = 0, lease_owner = null, lease_until = null
where id = :id and state = 'running';

-- name: job(id)^
-- One job by its id.
select j.*, a.name as account, m.status as message_status, m.error_code as message_error_code,
       m.error_message as message_error, m.watched as message_watched, m.poll_at as message_poll_at
from jobs j join accounts a on a.id = j.account_id
left join messages m on m.account_id = j.account_id and m.sid = j.message_sid
where j.id = :id;

-- name: job_by_key(account_id, idempotency_key)^
-- The job that was accepted under a caller's idempotency key.
select j.*, a.name as account, m.status as message_status, m.error_code as message_error_code,
       m.error_message as message_error, m.watched as message_watched, m.poll_at as message_poll_at
from jobs j join accounts a on a.id = j.account_id
left join messages m on m.account_id = j.account_id and m.sid = j.message_sid
where j.account_id = :account_id and j.idempotency_key = :idempotency_key;

-- name: turns_between(after_at, after_id, until, most)
-- Waiting jobs whose turn comes before an instant, in the order of their turns, from a place on; but for those that
-- go before others.
select j.account_id, j.id, j.sender, j.priority, j.turn_at - db_now() as wait, j.turn_at, a.base_url
from jobs j join accounts a on a.id = j.account_id
where j.state = 'waiting' and j.priority <= 0 and j.turn_at <= db_now() + cast(:until as bigint)
  and (j.turn_at > :after_at or (j.turn_at = :after_at and j.id > :after_id))
order by j.turn_at, j.id limit :most;

-- name: first_turns(until, most)
-- Those that go before others, likewise.
select j.account_id, j.id, j.sender, j.priority, j.turn_at - db_now() as wait, j.turn_at, a.base_url
from jobs j join accounts a on a.id = j.account_id
where j.state = 'waiting' and j.priority > 0 and j.turn_at <= db_now() + cast(:until as bigint)
order by j.turn_at, j.id limit :most;

-- name: claim_job(id, owner, lease, wait)^
-- Take a waiting job that leaves in so many milliseconds: compare-and-set, so that only one process ever runs it.
update jobs set state = 'running', attempts = attempts + 1, lease_owner = :owner,
                lease_until = db_now() + cast(:lease as bigint), updated_at = db_now()
where id = :id and state = 'waiting' and due_at <= db_now()
  and (expires_at is null or expires_at > db_now() + cast(:wait as bigint))
  and not exists (select 1 from senders s where s.account_id = jobs.account_id and s.sender = jobs.sender
                                            and s.held_until > db_now() * 1000)
returning *, (select name from accounts where accounts.id = account_id) as account,
          (select accounts.updated_at from accounts where accounts.id = account_id) as account_at;

-- name: wait_of(id, away)^
-- How long a waiting job still has to wait for its instant or its sender, in milliseconds, and whether it has expired
-- so many from now; nothing if it does not wait.
select case when s.held_until > j.due_at * 1000 then s.held_until / 1000 + 1 else j.due_at end - db_now() as wait,
       case when j.expires_at <= db_now() + cast(:away as bigint) then 1 else 0 end as expired
from jobs j left join senders s on s.account_id = j.account_id and s.sender = j.sender
where j.id = :id and j.state = 'waiting';

-- name: turn_of(id)^
-- How far away the turn of a waiting job is, in milliseconds; nothing if it does not wait.
select turn_at - db_now() as wait from jobs where id = :id and state = 'waiting';

-- name: turn_later(id, wait)!
-- The turn of a waiting job comes in so many milliseconds.
update jobs set turn_at = db_now() + cast(:wait as bigint) where id = :id and state = 'waiting';

-- name: jobs_with_lapsed_lease()
-- Jobs whose process stopped renewing: what became of them is unknown.
select account_id, id, attempts from jobs
where state = 'running' and lease_until < db_now() and lease_until > 0  -- or SQLite would walk down all ids
order by id;

-- name: lock_job(id)^
-- Take a job's row before anything is written about it: two who tell of one job wait for each other here.
select attempts, state, lease_owner, updated_at, lease_until - db_now() as leased
from jobs where id = :id for_update;

-- name: finish_job(id, attempt, result, message_sid, now)^
-- A running job was carried out by the try that runs; answers nothing if it has moved on meanwhile.
update jobs set state = 'done', lease_owner = null, lease_until = null, updated_at = :now, result = :result,
                error = null, message_sid = coalesce(message_sid, cast(:message_sid as text)), sealed = null
where id = :id and state = 'running' and attempts = :attempt
returning attempts, message_sid;

-- name: move_job(id, state, new_state, result, error, message_sid, now)^
-- Move a job on from a state that it must still be in, and let its lease go; only a further try needs its secrets.
-- The first message of a job is its message.
update jobs set state = :new_state, lease_owner = null, lease_until = null, updated_at = :now,
                result = coalesce(cast(:result as text), result), error = :error,
                message_sid = coalesce(message_sid, cast(:message_sid as text)),
                sealed = case when :new_state in ('waiting', 'running') then sealed else null end
where id = :id and state = :state
returning account_id, id, attempts, message_sid;

-- name: put_job_back(id, attempt, wait, now)^
-- NotSent with tries left: the job waits again, for so many milliseconds.
update jobs set state = 'waiting', due_at = db_now() + cast(:wait as bigint),
                turn_at = db_now() + cast(:wait as bigint), lease_owner = null, lease_until = null, updated_at = :now
where id = :id and state = 'running' and attempts = :attempt
returning account_id, id, attempts;

-- name: name_message(id, message_sid)^
-- The first message of a job is its message; answers nothing if it has one.
update jobs set message_sid = :message_sid where id = :id and message_sid is null returning id;

-- name: complete_result(id, result, now)!
-- The answer of a try whose callback came first fills in what the callback could not know.
update jobs set result = :result, updated_at = :now where id = :id and state = 'done';

-- name: census()^
-- The jobs that are not at their end, and how long the oldest has been due; each through an index of its own.
select w.jobs as waiting, (select count(*) from jobs where state = 'running') as running,
       (select count(*) from jobs
        where state = 'unknown' and state <> 'done' and state <> 'waiting' and state <> 'running') as unknown,
       (select count(*) from events where kind = 'alarm') as alarms,
       case when w.due_at < db_now() then db_now() - w.due_at else 0 end as oldest
from (select count(*) as jobs, min(due_at) as due_at from jobs where state = 'waiting') w;

-- name: insert_attempt(account_id, job_id, number, owner, started_at, verdict, detail, now)!
-- A try ended. While it runs, the row of its job tells of it.
insert into attempts (account_id, job_id, number, owner, started_at, ended_at, verdict, detail)
values (:account_id, :job_id, :number, :owner, :started_at, :now, :verdict, :detail)
on conflict do nothing;

-- name: correct_attempt(account_id, job_id, number, verdict, detail, now)!
-- A try that was given up as unknown tells what it came to.
update attempts set ended_at = :now, verdict = :verdict, detail = :detail
where account_id = :account_id and job_id = :job_id and number = :number and verdict = 'unknown';

-- name: attempts_of(job_id)
-- The tries of a job in order.
select t.* from attempts t join jobs j on j.account_id = t.account_id and j.id = t.job_id
where j.id = :job_id order by t.number;

-- name: insert_event(account_id, job_id, at, kind, who, detail)!
-- Note what happened.
insert into events (account_id, job_id, number, at, kind, who, detail)
select :account_id, :job_id,
       coalesce((select max(number) from events where account_id = :account_id and job_id = :job_id), 0) + 1,
       :at, :kind, :who, :detail;

-- name: events_of(job_id)
-- What happened to a job, in order.
select e.* from events e join jobs j on j.account_id = e.account_id and j.id = e.job_id
where j.id = :job_id order by e.number;

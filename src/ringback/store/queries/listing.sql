-- name: newest_ids(state, action, first, before, most)
-- Of the jobs from one id on and before another, the newest that fit; a filter that is null does not filter.
-- Ids sort by the time they were made.
select id from jobs
where id >= :first and id < :before
  and (cast(:state as text) is null or state = :state)
  and (cast(:action as text) is null or action = :action)
order by id desc limit :most;

-- name: ids_of_account(account_id, state, action, first, before, most)
-- The same of one account.
select id from jobs
where account_id = :account_id and id >= :first and id < :before
  and (cast(:state as text) is null or state = :state)
  and (cast(:action as text) is null or action = :action)
order by id desc limit :most;

-- name: ids_of_recipient(recipient, account_id, state, action, first, before, most)
-- The same of one recipient.
select id from jobs
where recipient = :recipient and id >= :first and id < :before
  and (cast(:account_id as text) is null or account_id = :account_id)
  and (cast(:state as text) is null or state = :state)
  and (cast(:action as text) is null or action = :action)
order by created_at desc, id desc limit :most;

-- name: ids_not_done(state, account_id, action, first, before, most)
-- The same of those that did not come to be done, or are not known to be.
select id from jobs
where state = :state and state <> 'done' and state <> 'waiting' and state <> 'running'
  and id >= :first and id < :before
  and (cast(:account_id as text) is null or account_id = :account_id)
  and (cast(:action as text) is null or action = :action)
order by id desc limit :most;

-- name: ids_waiting(account_id, action, first, before, most)
-- The same of those that wait, where few do: found by what waits, not by ids or accounts, which all jobs have.
select id from jobs
where state = 'waiting' and id || '' >= :first and id || '' < :before
  and (cast(:account_id as text) is null or account_id || '' = :account_id)
  and (cast(:action as text) is null or action = :action)
order by id || '' desc limit :most;

-- name: ids_running(account_id, action, first, before, most)
-- The same of those that run.
select id from jobs
where state = 'running' and id || '' >= :first and id || '' < :before
  and (cast(:account_id as text) is null or account_id || '' = :account_id)
  and (cast(:action as text) is null or action = :action)
order by id || '' desc limit :most;

-- name: do_many_wait(many)^
-- Answers one of the waiting jobs if there are more than so many.
select id from jobs where state = 'waiting' order by turn_at, id limit 1 offset :many;

-- name: jobs_listed(ids)
-- Jobs by their ids (a JSON list), the newest first.
select j.*, a.name as account, m.status as message_status, m.error_code as message_error_code,
       m.error_message as message_error, m.watched as message_watched, m.poll_at as message_poll_at
from jobs j join accounts a on a.id = j.account_id
left join messages m on m.account_id = j.account_id and m.sid = j.message_sid
where j.id in (select value from json_each(:ids))
order by j.id desc;

-- name: accounts_named(name)
-- The accounts that have or had a name.
select id from accounts where name = :name;

-- name: id_so_far_down(first, before, span)^
-- The id that a walk down reaches after so many; nothing where it ends before.
select id from jobs where id >= :first and id < :before order by id desc limit 1 offset :span;

-- name: id_so_far_down_of_account(account_id, first, before, span)^
-- The same among one account's.
select id from jobs where account_id = :account_id and id >= :first and id < :before
order by id desc limit 1 offset :span;

-- name: count_ids(beyond, until, most)^
-- How many jobs follow an id, before another and no more than so many; and the last of them.
select count(*) as jobs, max(id) as last
from (select id from jobs where id > :beyond and id < :until order by id limit :most) ids;

-- name: count_jobs(beyond)^
-- The jobs in each state that an index knows, and all that follow an id.
select (select count(*) from jobs where id > :beyond) as beyond,
       (select count(*) from jobs where state = 'waiting') as waiting,
       (select count(*) from jobs where state = 'running') as running,
       (select count(*) from jobs
        where state = 'unknown' and state <> 'done' and state <> 'waiting' and state <> 'running') as unknown,
       (select count(*) from jobs
        where state = 'refused' and state <> 'done' and state <> 'waiting' and state <> 'running') as refused,
       (select count(*) from jobs
        where state = 'not_sent' and state <> 'done' and state <> 'waiting' and state <> 'running') as not_sent,
       (select count(*) from jobs
        where state = 'withdrawn' and state <> 'done' and state <> 'waiting' and state <> 'running') as withdrawn;

-- name: renew_leases(ids, owner, lease)!
-- Say that this process is alive and still at these jobs (a JSON list). In the order of their ids, as all take them
-- who take more than one.
update jobs set lease_until = db_now() + cast(:lease as bigint)
where id in (
    select id from jobs
    where state = 'running' and lease_owner = :owner and lease_until > 0 and id in (select value from json_each(:ids))
    order by id for_update
);

-- name: leased_by(owner)
-- The jobs that a process runs, or that a claim of its took whose answer it never heard.
select account_id, id, attempts, updated_at from jobs
where state = 'running' and lease_owner = :owner and lease_until > 0;  -- in no order, or SQLite would walk all ids

-- name: put_back_unrun(id, owner, attempt, since)^
-- A job was taken and never begun: it waits again, and the number of that try is the next one's.
update jobs set state = 'waiting', attempts = attempts - 1, turn_at = db_now(), lease_owner = null,
                lease_until = null, updated_at = db_now()
where id = :id and state = 'running' and lease_owner = :owner and attempts = :attempt and updated_at = :since
returning account_id, updated_at;

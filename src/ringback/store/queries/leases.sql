-- name: renew_leases(ids, owner, lease)!
-- Say that this process is alive and still at these jobs, whose ids stand between spaces. In the order of their ids,
-- as all take them who take more than one.
update jobs set lease_until = db_now() + cast(:lease as bigint)
where id in (
    select id from jobs
    where state = 'running' and lease_owner = :owner and replace(:ids, ' ' || id || ' ', '') <> :ids
    order by id for_update
);

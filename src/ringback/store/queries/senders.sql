-- name: book_turn(account_id, sender, cost, rate)^
-- Reserve the next turn of a sender's queue; how many microseconds away it is.
insert into senders (account_id, sender, booked_until, updated_at)
values (:account_id, :sender, db_now() * 1000 + cast(:cost as bigint) * 1000000000 / cast(:rate as bigint), db_now())
on conflict (account_id, sender) do update
set booked_until = cast(:cost as bigint) * 1000000000 / cast(:rate as bigint)
                   + case when senders.booked_until >= senders.held_until
                               and senders.booked_until >= db_now() * 1000 then senders.booked_until
                          when senders.held_until >= db_now() * 1000 then senders.held_until
                          else db_now() * 1000 end,
    updated_at = db_now()
returning booked_until - cast(:cost as bigint) * 1000000000 / cast(:rate as bigint) - db_now() * 1000 as away;

-- name: take_slot(account_id, sender, cost, rate, horizon)^
-- Move a sender's next free slot on, if it is within the horizon (microseconds); how far away the taken one is.
insert into senders (account_id, sender, free_at, updated_at)
values (:account_id, :sender, db_now() * 1000 + cast(:cost as bigint) * 1000000000 / cast(:rate as bigint), db_now())
on conflict (account_id, sender) do update
set free_at = (case when senders.slowed_until > db_now() * 1000 then 2 else 1 end)
              * cast(:cost as bigint) * 1000000000 / cast(:rate as bigint)
              + case when senders.free_at > db_now() * 1000 then senders.free_at else db_now() * 1000 end,
    updated_at = db_now()
where senders.free_at <= db_now() * 1000 + cast(:horizon as bigint) and senders.held_until <= db_now() * 1000
returning free_at - (case when slowed_until > db_now() * 1000 then 2 else 1 end)
          * cast(:cost as bigint) * 1000000000 / cast(:rate as bigint) - db_now() * 1000 as away;

-- name: top_job(account_id, sender)^
-- Whose turn a sender's slot is: the highest priority first, then the longest due.
select id, cost from jobs
where account_id = :account_id and sender = :sender and state = 'waiting' and due_at <= db_now()
  and (expires_at is null or expires_at > db_now())
order by priority desc, due_at, id limit 1;

-- name: hold_sender(account_id, sender, wait)!
-- Twilio asked this sender to wait (milliseconds).
insert into senders (account_id, sender, held_until, updated_at)
values (:account_id, :sender, (db_now() + cast(:wait as bigint)) * 1000, db_now())
on conflict (account_id, sender) do update
set held_until = case when senders.held_until > excluded.held_until then senders.held_until else excluded.held_until end,
    updated_at = db_now();

-- name: slow_sender_of(job_id, wait)!
-- Half the rate for a while (milliseconds), for the sender of a job.
insert into senders (account_id, sender, slowed_until, updated_at)
select account_id, sender, (db_now() + cast(:wait as bigint)) * 1000, db_now()
from jobs where id = :job_id and sender is not null
on conflict (account_id, sender) do update set slowed_until = excluded.slowed_until, updated_at = db_now();

-- name: set_rate(account_id, sender, rate)!
-- Give a sender a rate of its own, or null for its kind's again.
insert into senders (account_id, sender, rate, updated_at) values (:account_id, :sender, :rate, db_now())
on conflict (account_id, sender) do update set rate = excluded.rate, free_at = 0, booked_until = 0, updated_at = db_now();

-- name: own_rates()
-- The senders that have a rate of their own.
select account_id, sender, rate from senders where rate is not null;

-- name: sender_queues(account)
-- What waits for each sender, and where its pace stands.
select a.name as account, a.base_url, q.account_id, q.sender, s.rate, coalesce(s.free_at, 0) as free_at,
       coalesce(s.held_until, 0) as held_until, coalesce(s.slowed_until, 0) as slowed_until,
       q.jobs, q.cost, db_now() * 1000 as now
from (
    select account_id, sender, cast(sum(waiting) as bigint) as jobs, cast(sum(cost) as bigint) as cost
    from (
        select account_id, sender, 1 as waiting, cost from jobs
        where state = 'waiting' and sender is not null and due_at <= db_now()
        union all
        select account_id, sender, 0, 0 from senders where rate is not null
    ) u
    group by account_id, sender
) q
join accounts a on a.id = q.account_id
left join senders s on s.account_id = q.account_id and s.sender = q.sender
where a.removed_at is null and (cast(:account as text) is null or a.name = :account)
order by a.name, q.sender;

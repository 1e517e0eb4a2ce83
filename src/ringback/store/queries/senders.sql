-- name: book_turn(account_id, sender, cost, rate)^
-- Reserve the next turn of a sender's queue; how many microseconds away it is. Here as below, a rate that was set
-- holds against the given one: the claim that comes just after may not have heard of it.
insert into senders (account_id, sender, booked_until, updated_at)
values (:account_id, :sender, db_now() * 1000 + cast(:cost as bigint) * 1000000000 / cast(:rate as bigint), db_now())
on conflict (account_id, sender) do update
set booked_until = cast(:cost as bigint) * 1000000000 / coalesce(senders.rate, cast(:rate as bigint))
                   + case when senders.booked_until >= senders.held_until
                               and senders.booked_until >= db_now() * 1000 then senders.booked_until
                          when senders.held_until >= db_now() * 1000 then senders.held_until
                          else db_now() * 1000 end,
    updated_at = db_now()
returning booked_until - cast(:cost as bigint) * 1000000000 / coalesce(rate, cast(:rate as bigint)) - db_now() * 1000 as away;

-- name: give_turn_back(account_id, sender, cost, rate)!
-- The turn that was just reserved is nobody's.
update senders
set booked_until = booked_until - cast(:cost as bigint) * 1000000000 / coalesce(rate, cast(:rate as bigint))
where account_id = :account_id and sender = :sender;

-- name: take_slot(account_id, sender, cost, rate, horizon)^
-- Move a sender's next free slot on, if it is within the horizon (microseconds); how far away the taken one is.
insert into senders (account_id, sender, free_at, updated_at)
values (:account_id, :sender, db_now() * 1000 + cast(:cost as bigint) * 1000000000 / cast(:rate as bigint), db_now())
on conflict (account_id, sender) do update
set free_at = (case when senders.slowed_until > db_now() * 1000 then 2 else 1 end)
              * cast(:cost as bigint) * 1000000000 / coalesce(senders.rate, cast(:rate as bigint))
              + case when senders.free_at > db_now() * 1000 then senders.free_at else db_now() * 1000 end,
    updated_at = db_now()
where senders.free_at <= db_now() * 1000 + cast(:horizon as bigint) and senders.held_until <= db_now() * 1000
returning free_at - (case when slowed_until > db_now() * 1000 then 2 else 1 end)
          * cast(:cost as bigint) * 1000000000 / coalesce(rate, cast(:rate as bigint)) - db_now() * 1000 as away;

-- name: move_slot(account_id, sender, cost, rate)!
-- The slot just taken went to a job that costs so many segments more than it was taken for, or fewer.
update senders
set free_at = free_at + (case when slowed_until > db_now() * 1000 then 2 else 1 end)
                        * cast(:cost as bigint) * 1000000000 / coalesce(rate, cast(:rate as bigint))
where account_id = :account_id and sender = :sender;

-- name: top_job(account_id, sender, wait)^
-- Whose a slot is that is so many milliseconds away: the highest priority first, then the longest due. Each priority
-- is asked by itself, since the index tells what is due only within one, and a hundred thousand may be for later.
with recursive ranks (priority) as (
    select max(priority) from jobs where account_id = :account_id and sender = :sender and state = 'waiting'
    union all
    select (select max(j.priority) from jobs j where j.account_id = :account_id and j.sender = :sender
                                                and j.state = 'waiting' and j.priority < ranks.priority)
    from ranks where ranks.priority is not null
)
select id, cost from jobs where id = (
    select first from (
        select r.priority, (
            select j.id from jobs j
            where j.account_id = :account_id and j.sender = :sender and j.state = 'waiting'
              and j.priority = r.priority and j.due_at <= db_now()
              and (j.expires_at is null or j.expires_at > db_now() + cast(:wait as bigint))
            order by j.due_at, j.id limit 1) as first
        from ranks r where r.priority is not null
    ) tops
    where first is not null order by priority desc limit 1);

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

-- name: set_rate(account_id, sender, rate, kind)!
-- Give a sender a rate of its own, or null for its kind's again; what it has still to pay off is paid at the new one.
insert into senders (account_id, sender, rate, updated_at)
values (:account_id, :sender, cast(:rate as bigint), db_now())
on conflict (account_id, sender) do update
set rate = excluded.rate, updated_at = db_now(),
    free_at = case when senders.free_at <= db_now() * 1000 then senders.free_at
                   else db_now() * 1000 + coalesce((senders.free_at - db_now() * 1000)
                        * coalesce(senders.rate, cast(:kind as bigint)) / coalesce(excluded.rate, cast(:kind as bigint)), 0)
              end;

-- name: lock_sender(account_id, sender)^
-- Take a sender's row, as a claim does before its job's; its rate, if it was given one, and what time it is.
select rate, db_now() as now from senders where account_id = :account_id and sender = :sender for_update;

-- name: next_priority(account_id, sender, below)^
-- The highest priority of what waits for a sender, below one.
select max(priority) as priority from jobs
where account_id = :account_id and sender = :sender and state = 'waiting'
  and (cast(:below as bigint) is null or priority < :below);

-- name: spread_turns(account_id, sender, priority, after_at, after_id, start, ahead, rate, most)
-- Plan the turns of some of what is due anew, from a place on, one after the other behind so many segments; at once
-- where no pace is kept (null).
update jobs set turn_at = cast(:start as bigint)
                          + coalesce((cast(:ahead as bigint) + w.ahead) * 1000000 / cast(:rate as bigint), 0)
from (
    select id, cast(sum(cost) over (order by due_at, id) as bigint) - cost as ahead
    from (
        select id, cost, due_at from jobs
        where account_id = :account_id and sender = :sender and state = 'waiting' and priority = :priority
          and due_at <= db_now() and (due_at, id) > (cast(:after_at as bigint), cast(:after_id as text))
        order by due_at, id limit :most
    ) page
) w
where jobs.id = w.id and jobs.state = 'waiting'
returning jobs.due_at, jobs.id, jobs.cost;

-- name: book_all(account_id, sender, start, ahead, rate)!
-- The next turn is after so many segments; at once where no pace is kept (null).
update senders
set booked_until = coalesce(cast(:start as bigint) * 1000
                            + cast(:ahead as bigint) * 1000000000 / cast(:rate as bigint), 0)
where account_id = :account_id and sender = :sender;

-- name: idle_senders(horizon)
-- Senders that could send now and have something to, whose turns are all further away (microseconds) than need be.
-- Turns are in no index by sender, so they are looked at only where something is due, priority by priority.
select s.account_id, s.sender, a.base_url from senders s join accounts a on a.id = s.account_id
where s.free_at <= db_now() * 1000 - cast(:horizon as bigint) and s.held_until <= db_now() * 1000
  and case when exists (
    with recursive ranks (priority) as (
        select max(priority) from jobs
        where account_id = s.account_id and sender = s.sender and state = 'waiting'
        union all
        select (select max(j.priority) from jobs j where j.account_id = s.account_id and j.sender = s.sender
                                                    and j.state = 'waiting' and j.priority < ranks.priority)
        from ranks where ranks.priority is not null
    )
    select 1 from ranks r
    where (select min(j.due_at) from jobs j where j.account_id = s.account_id and j.sender = s.sender
                                              and j.state = 'waiting' and j.priority = r.priority) <= db_now())
  then not exists (select 1 from jobs j where j.account_id = s.account_id and j.sender = s.sender
                                         and j.state = 'waiting' and j.turn_at <= db_now() + cast(:horizon as bigint) / 1000)
  else false end;

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
        select account_id, sender, count(*) as waiting, cast(sum(cost) as bigint) as cost from jobs
        where state = 'waiting' and sender is not null and due_at <= (select db_now())
        group by account_id, sender
        union all
        select account_id, sender, 0, 0 from senders where rate is not null
    ) u
    group by account_id, sender
) q
join accounts a on a.id = q.account_id
left join senders s on s.account_id = q.account_id and s.sender = q.sender
where a.removed_at is null and (cast(:account as text) is null or a.name = :account)
order by a.name, q.sender;

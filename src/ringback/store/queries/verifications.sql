-- name: keep_verification(account_id, sid, service_sid, recipient, started_at, deadline, deadline_is_ours, max_checks, max_sends, use, now)!
-- A verification was started, or its code sent again: a resend counts once, before it left or now, never lengthens
-- the deadline, and the newest limits hold. What Twilio sends again is open, whatever we thought of it.
insert into verifications (account_id, sid, service_sid, recipient, state, started_at, deadline, deadline_is_ours,
                           checks, max_checks, sends, max_sends, updated_at, counted)
values (:account_id, :sid, :service_sid, :recipient, 'open', :started_at, :deadline, :deadline_is_ours,
        0, :max_checks, 1, :max_sends, :now, :use)
on conflict (account_id, sid) do update
set sends = verifications.sends
            + case when replace(verifications.counted, excluded.counted, '') = verifications.counted then 1 else 0 end,
    counted = replace(verifications.counted, excluded.counted, '') || excluded.counted,
    state = 'open',
    deadline_is_ours = case when excluded.deadline < verifications.deadline then excluded.deadline_is_ours
                            else verifications.deadline_is_ours end,
    deadline = case when excluded.deadline < verifications.deadline then excluded.deadline
                    else verifications.deadline end,
    max_checks = coalesce(excluded.max_checks, verifications.max_checks),
    max_sends = coalesce(excluded.max_sends, verifications.max_sends),
    updated_at = excluded.updated_at;

-- name: verification_by_sid(account_id, sid)^
-- One verification.
select * from verifications where account_id = :account_id and sid = :sid;

-- name: newest_verification(account_id, service_sid, recipient)^
-- The newest verification of a recipient with a service.
select * from verifications where account_id = :account_id and service_sid = :service_sid and recipient = :recipient
order by started_at desc, updated_at desc limit 1;

-- name: verification_before(account_id, service_sid, recipient, instant)^
-- The newest verification of a recipient with a service that had begun by an instant of Twilio's world.
select * from verifications where account_id = :account_id and service_sid = :service_sid and recipient = :recipient
                              and started_at <= :instant
order by started_at desc, updated_at desc limit 1;

-- name: count_check(account_id, sid, use, now)^
-- A check is about to leave, and counts once; answers nothing if no check is left.
update verifications
set checks = checks + case when replace(counted, :use, '') = counted then 1 else 0 end,
    counted = replace(counted, :use, '') || :use,
    updated_at = :now
where account_id = :account_id and sid = :sid and state = 'open'
  and (max_checks is null or checks < max_checks
       or replace(counted, :use, '') <> counted)
returning sid;

-- name: count_send(account_id, sid, use, most, now)^
-- A code is about to be sent again, and counts once; answers nothing if no send is left.
update verifications
set sends = sends + case when replace(counted, :use, '') = counted then 1 else 0 end,
    counted = replace(counted, :use, '') || :use,
    updated_at = :now
where account_id = :account_id and sid = :sid and state = 'open'
  and (cast(:most as bigint) is null or sends < :most
       or replace(counted, :use, '') <> counted)
returning sid;

-- name: return_send(account_id, sid, use)!
-- The code was not sent again after all; nothing if that was told before.
update verifications
set sends = sends - 1, counted = replace(counted, :use, '')
where account_id = :account_id and sid = :sid and replace(counted, :use, '') <> counted;

-- name: return_check(account_id, sid, use)!
-- The check never left after all; nothing if that was told before.
update verifications
set checks = checks - 1, counted = replace(counted, :use, '')
where account_id = :account_id and sid = :sid and replace(counted, :use, '') <> counted;

-- name: close_verification(account_id, sid, state, now)!
-- An open verification came to its end. An approval is proved by Twilio, so it counts for more than what a deadline,
-- or a 404 after it, was taken for.
update verifications set state = :state, updated_at = :now
where account_id = :account_id and sid = :sid
  and (state = 'open' or (cast(:state as text) = 'approved' and state <> 'approved'));

-- name: accounts_with_deadlines()
-- Connected accounts with an open verification whose deadline is ours to keep.
select a.id from accounts a
where a.removed_at is null
  and exists (select 1 from verifications v where v.account_id = a.id and v.state = 'open' and v.deadline_is_ours = 1)
order by a.id;

-- name: verifications_to_end(account_id, most)
-- An account's open verifications whose deadline is ours to keep, nearest first.
select * from verifications
where account_id = :account_id and state = 'open' and deadline_is_ours = 1
order by deadline limit :most;

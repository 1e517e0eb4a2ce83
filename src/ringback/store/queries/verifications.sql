-- name: keep_verification(account_id, sid, service_sid, recipient, started_at, deadline, deadline_is_ours, max_checks, max_sends, counted, now)!
-- A verification was started, or its code sent again: a resend counts unless it was counted before it left, never
-- lengthens the deadline, and the newest limits hold. What Twilio sends again is open, whatever we thought of it.
insert into verifications (account_id, sid, service_sid, recipient, state, started_at, deadline, deadline_is_ours,
                           checks, max_checks, sends, max_sends, updated_at)
values (:account_id, :sid, :service_sid, :recipient, 'open', :started_at, :deadline, :deadline_is_ours,
        0, :max_checks, 1, :max_sends, :now)
on conflict (account_id, sid) do update
set sends = verifications.sends + 1 - :counted,
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

-- name: count_check(account_id, sid, now)^
-- A check is about to leave; answers nothing if no check is left.
update verifications set checks = checks + 1, updated_at = :now
where account_id = :account_id and sid = :sid and state = 'open'
  and (max_checks is null or checks < max_checks)
returning *;

-- name: count_send(account_id, sid, most, now)^
-- A code is about to be sent again; answers nothing if no send is left.
update verifications set sends = sends + 1, updated_at = :now
where account_id = :account_id and sid = :sid and state = 'open'
  and (cast(:most as bigint) is null or sends < :most)
returning sid;

-- name: return_send(account_id, sid)!
-- The code was not sent again after all.
update verifications set sends = sends - 1 where account_id = :account_id and sid = :sid and sends > 0;

-- name: return_check(account_id, sid)!
-- The check never left after all.
update verifications set checks = checks - 1 where account_id = :account_id and sid = :sid and checks > 0;

-- name: close_verification(account_id, sid, state, now)!
-- An open verification came to its end.
update verifications set state = :state, updated_at = :now
where account_id = :account_id and sid = :sid and state = 'open';

-- name: verifications_to_end()
-- Open verifications of connected accounts whose deadline is ours to keep, nearest first.
select v.* from verifications v join accounts a on a.id = v.account_id
where v.state = 'open' and v.deadline_is_ours = 1 and a.removed_at is null
order by v.deadline limit 500;

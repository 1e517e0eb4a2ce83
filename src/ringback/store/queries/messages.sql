-- name: insert_report(account_id, sid, status, now)^
-- A status was reported; answers nothing if it had been before.
insert into reports (account_id, sid, status, at) values (:account_id, :sid, :status, :now)
on conflict do nothing
returning sid;

-- name: insert_message(account_id, sid, job_id, attempt, status, watched, poll_at, now)^
-- A job made a message at Twilio; answers nothing if that is known already.
insert into messages (account_id, sid, job_id, attempt, status, watched, poll_at, polls, created_at, updated_at)
values (:account_id, :sid, :job_id, :attempt, :status, :watched, :poll_at, 0, :now, :now)
on conflict do nothing
returning sid;

-- name: message(account_id, sid)^
-- One message.
select * from messages where account_id = :account_id and sid = :sid;

-- name: move_message(account_id, sid, status, settled, error_code, error_message, now)!
-- A message moved forward; one that has come to rest is not asked for. Twilio's words about it are not kept once its
-- job was redacted.
update messages set status = :status, error_code = coalesce(cast(:error_code as bigint), error_code),
                    error_message = case
                        when exists (select 1 from jobs j where j.account_id = messages.account_id
                                                            and j.id = messages.job_id
                                                            and j.redacted_at is not null) then null
                        else coalesce(cast(:error_message as text), error_message) end,
                    poll_at = case when cast(:settled as bigint) = 1 then null else poll_at end, updated_at = :now
where account_id = :account_id and sid = :sid;

-- name: plan_poll(account_id, sid, poll_at)!
-- When to ask Twilio next what became of a message; null for never again.
update messages set poll_at = :poll_at where account_id = :account_id and sid = :sid;

-- name: due_polls(now, most)
-- Messages whose status is due to be asked for.
select * from messages where poll_at <= :now order by poll_at limit :most;

-- name: claim_poll(account_id, sid, polls, later)^
-- Take the asking upon this process; answers nothing if another was first.
update messages set poll_at = :later, polls = polls + 1
where account_id = :account_id and sid = :sid and polls = :polls and poll_at is not null
returning sid;

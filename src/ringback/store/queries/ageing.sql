-- name: expired_jobs(most)
-- Jobs that still wait at the instant after which they must not leave, longest overdue first.
select id from jobs where state = 'waiting' and expires_at <= db_now() order by expires_at limit :most;

-- name: expire_job(id, error)^
-- Withdraw a job that has expired; answers nothing if it left, was withdrawn or was done so by another process.
update jobs set state = 'withdrawn', error = :error, sealed = null, updated_at = db_now()
where id = :id and state = 'waiting' and expires_at <= db_now()
returning account_id, updated_at, expires_at, attempts;

-- name: aged_jobs(keep, most)
-- Jobs that ended longer than `keep` milliseconds ago and still hold texts and numbers, oldest first.
select id from jobs
where redacted_at is null and (state = 'done' or state = 'refused' or state = 'not_sent' or state = 'withdrawn')
  and updated_at < db_now() - cast(:keep as bigint)
order by updated_at limit :most;

-- name: begin_redaction(id)^
-- Answers what a finished job still holds; nothing if another process is first.
update jobs set redacted_at = db_now()
where id = :id and redacted_at is null and state in ('done', 'refused', 'not_sent', 'withdrawn')
returning account_id, input, result, error;

-- name: redact_job(id, input, result, error)!
-- The job without its texts and numbers; digest and key stay, so that the same intent still hears of it.
update jobs set input = :input, result = :result, error = :error, recipient = null, notes = '[]', sealed = null
where id = :id;

-- name: redact_attempt(account_id, job_id, number, detail)!
-- What a try came to, without texts and numbers.
update attempts set detail = :detail where account_id = :account_id and job_id = :job_id and number = :number;

-- name: redact_event(account_id, job_id, number, detail)!
-- What happened, without texts and numbers.
update events set detail = :detail where account_id = :account_id and job_id = :job_id and number = :number;

-- name: redact_messages(account_id, job_id)!
-- Twilio's words about a job's messages, where it had any; their codes stay.
update messages set error_message = null
where account_id = :account_id and job_id = :job_id and error_message is not null;

-- name: aged_verifications(keep, most)
-- Verifications last changed longer ago, which still name their recipient, oldest first.
select account_id, sid from verifications
where recipient <> '' and updated_at < db_now() - cast(:keep as bigint)
order by updated_at limit :most;

-- name: redact_verification(account_id, sid)!
-- The verification without its recipient.
update verifications set recipient = '' where account_id = :account_id and sid = :sid;

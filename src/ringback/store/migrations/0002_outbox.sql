-- Senders with a pace of their own, jobs that wait for their turn, are looked up when unknown, and age.

create table senders (
    account_id text not null,
    sender text not null,
    rate bigint,
    free_at bigint not null default 0,
    booked_until bigint not null default 0,
    held_until bigint not null default 0,
    slowed_until bigint not null default 0,
    updated_at bigint not null default 0,
    primary key (account_id, sender)
);

alter table jobs add column sender text;
alter table jobs add column priority bigint not null default 0;
alter table jobs add column cost bigint not null default 0;
alter table jobs add column turn_at bigint not null default 0;
alter table jobs add column expires_at bigint;
alter table jobs add column look_at bigint;
alter table jobs add column looks bigint not null default 0;
alter table jobs add column redacted_at bigint;
alter table jobs add column trace text;

update jobs set turn_at = due_at;
update jobs set look_at = updated_at where state = 'unknown';

drop index jobs_newest;
drop index jobs_waiting;
create index jobs_waiting on jobs (turn_at, id, due_at, state) where state = 'waiting';
create index jobs_of_sender on jobs (account_id, sender, priority desc, due_at, id, cost, state) where state = 'waiting';
create index jobs_expiring on jobs (expires_at) where state = 'waiting' and expires_at is not null;
create index jobs_to_look_up on jobs (look_at) where state = 'unknown' and look_at is not null;
create index jobs_in_trouble on jobs (state, id) where state <> 'done' and state <> 'waiting' and state <> 'running';
create index jobs_unproved on jobs (account_id, coalesce(recipient, '')) where look_at is not null;
create index jobs_to_redact on jobs (updated_at)
    where redacted_at is null and (state = 'done' or state = 'refused' or state = 'not_sent' or state = 'withdrawn');
create index jobs_recipient on jobs (recipient, created_at) where recipient is not null;
create index jobs_sealed on jobs (id) where sealed is not null;

create index events_alarms on events (at) where kind = 'alarm';

drop index messages_job;
create index messages_with_words on messages (account_id, job_id) where error_message is not null;

alter table accounts add column previous_token bytea;
alter table accounts add column previous_until bigint;
alter table accounts add column not_found_means_not_sent integer not null default 0;

create table proofs (
    account_id text not null,
    sid text not null,
    job_id text not null,
    primary key (account_id, sid)
);

create table migrations (
    number bigint primary key,
    applied_at bigint not null
);

drop index verifications_deadline;
create index verifications_deadline on verifications (account_id, deadline)
    where state = 'open' and deadline_is_ours = 1;
create index verifications_to_redact on verifications (updated_at) where recipient <> '';
alter table verifications add column counted text not null default '';

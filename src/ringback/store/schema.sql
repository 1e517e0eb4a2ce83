-- The ledger. One dialect for SQLite and PostgreSQL: text ids, bigint instants (milliseconds since 1970, UTC),
-- bytea for what is sealed or hashed, JSON as text, flags as integers. Every key starts with the account.

-- A connected Twilio account. The secrets are sealed, bound to this row.
create table accounts (
    id text primary key,
    name text not null,
    account_sid text not null,
    auth_token bytea not null,
    api_key_sid text,
    api_key_secret bytea,
    environment text not null,
    region text,
    edge text,
    base_url text,
    default_sender text,
    default_country text,
    default_verify_service text,
    verification_lifetime bigint not null,      -- seconds that Twilio keeps a verification of this account
    report text not null,                       -- the capability report of the last test, JSON
    created_at bigint not null,
    updated_at bigint not null,
    removed_at bigint,
    previous_token bytea,                       -- the Auth Token before a rotation, sealed, and until when
    previous_until bigint,                      -- Twilio may still sign callbacks with it
    not_found_means_not_sent integer not null default 0   -- an unknown job absent from Twilio's lists: 0 stays so,
                                                          -- 1 ends as not_sent, 2 so and is sent again
);
create unique index accounts_name on accounts (name) where removed_at is null;

-- An API key of ours. Only its hash is kept.
create table keys (
    id text primary key,
    name text not null,
    hash bytea not null unique,
    scopes text not null,                       -- JSON list: read, send, verify, admin
    accounts text,                              -- JSON list of account names, null for all
    created_at bigint not null,
    revoked_at bigint
);
create unique index keys_name on keys (name) where revoked_at is null;

-- One accepted action.
--   waiting -> running -> done | refused | unknown | not_sent, running -> waiting (NotSent, tries left)
--   waiting -> withdrawn, unknown -> done | refused | not_sent
create table jobs (
    account_id text not null,
    id text not null,
    action text not null,
    state text not null,
    idempotency_key text,
    input_digest bytea not null,                -- HMAC of action, account and canonical input; outlives redaction
    input text not null,                        -- JSON after keywords, secrets masked
    sealed bytea,                               -- the secrets of the input, erased when the job ends
    recipient text,
    message_sid text,                           -- the message that came of it
    notes text not null,                        -- JSON list of sentences for the person who asked
    result text,
    error text,
    attempts bigint not null,
    due_at bigint not null,
    lease_owner text,
    lease_until bigint,
    requested_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    sender text,                                -- whom a throughput is kept for; null where none is
    priority bigint not null default 0,         -- the sender's slot goes to its highest first
    cost bigint not null default 0,             -- segments
    turn_at bigint not null default 0,          -- when the queue is expected to bring it up
    expires_at bigint,                          -- withdrawn if it still waits then
    look_at bigint,                             -- unknown: when to look for it at Twilio; then null once that is proved
    looks bigint not null default 0,
    redacted_at bigint,                         -- its texts and numbers were erased
    trace text,                                 -- the W3C traceparent of the request that asked for it
    primary key (account_id, id)
);
-- Each send pays for each of these, also for those that it never enters: so their conditions are short and without
-- `in`, for which SQLite builds a table in memory each time. What is counted of those that wait stands in the index.
create unique index jobs_id on jobs (id);
create unique index jobs_intent on jobs (account_id, idempotency_key) where idempotency_key is not null;
create index jobs_waiting on jobs (turn_at, id, due_at, state) where state = 'waiting';
create index jobs_first on jobs (turn_at, id) where state = 'waiting' and priority > 0;
create index jobs_of_sender on jobs (account_id, sender, priority desc, due_at, id, cost, state) where state = 'waiting';
create index jobs_expiring on jobs (expires_at) where state = 'waiting' and expires_at is not null;
create index jobs_to_look_up on jobs (look_at) where state = 'unknown' and look_at is not null;
create index jobs_in_trouble on jobs (state, id) where state <> 'done' and state <> 'waiting' and state <> 'running';
create index jobs_unproved on jobs (account_id, coalesce(recipient, '')) where look_at is not null;
create index jobs_to_redact on jobs (updated_at)
    where redacted_at is null and (state = 'done' or state = 'refused' or state = 'not_sent' or state = 'withdrawn');
create index jobs_recipient on jobs (recipient, created_at) where recipient is not null;
create index jobs_sealed on jobs (id) where sealed is not null;
create index jobs_running on jobs (lease_until) where state = 'running';

-- One try of a job. `verdict` is null while it runs.
create table attempts (
    account_id text not null,
    job_id text not null,
    number bigint not null,
    owner text not null,
    started_at bigint not null,
    ended_at bigint,
    verdict text,                               -- done, refused, not_sent, unknown
    detail text,                                -- JSON: code, message, cause, remedy, request id
    primary key (account_id, job_id, number)
);

-- Something that happened to a job. Append-only.
create table events (
    account_id text not null,
    job_id text not null,
    number bigint not null,
    at bigint not null,
    kind text not null,
    who text not null,
    detail text not null,                       -- JSON
    primary key (account_id, job_id, number)
);
create index events_alarms on events (at) where kind = 'alarm';

-- A Message at Twilio that one of our jobs made.
create table messages (
    account_id text not null,
    sid text not null,
    job_id text not null,
    attempt bigint not null,
    status text not null,
    error_code bigint,
    error_message text,
    watched text not null,                      -- callback or polling: how we hear of its status
    poll_at bigint,
    polls bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (account_id, sid)
);
create index messages_with_words on messages (account_id, job_id) where error_message is not null;
create index messages_polled on messages (poll_at) where poll_at is not null;

-- What shows that a job was carried out, where that is no message: the delivery of a code (VL…), a verification
-- that a check approved (VE…), a call (CA…). One proves one job.
create table proofs (
    account_id text not null,
    sid text not null,
    job_id text not null,
    primary key (account_id, sid)
);

-- Each status that was reported, once: what makes a repeated callback change nothing.
create table reports (
    account_id text not null,
    sid text not null,
    status text not null,
    at bigint not null,
    primary key (account_id, sid, status)
);

-- A verification that Ringback started. Instants are of the account's world clock.
create table verifications (
    account_id text not null,
    sid text not null,
    service_sid text not null,
    recipient text not null,
    state text not null,                        -- open, approved, canceled, expired, too_many_checks
    started_at bigint not null,
    deadline bigint not null,                   -- ours if expires_in was asked for, else Twilio's lifetime
    deadline_is_ours integer not null,
    checks bigint not null,
    max_checks bigint,
    sends bigint not null,
    max_sends bigint,
    updated_at bigint not null,
    counted text not null default '',           -- whose sends and checks these are, each within spaces: counted once
    primary key (account_id, sid)
);
create index verifications_recipient on verifications (account_id, service_sid, recipient, started_at);
create index verifications_deadline on verifications (account_id, deadline)
    where state = 'open' and deadline_is_ours = 1;
create index verifications_to_redact on verifications (updated_at) where recipient <> '';

-- A sender's throughput, shared by all who send. Instants are microseconds since 1970: 400 a second are 2,500 apart.
create table senders (
    account_id text not null,
    sender text not null,                       -- as Twilio knows it, with whatsapp: where it is one
    rate bigint,                                -- thousandths of a segment per second; null for its kind's
    free_at bigint not null default 0,          -- its next free slot
    booked_until bigint not null default 0,     -- when all that waits is expected to have had a turn
    held_until bigint not null default 0,       -- Twilio asked it to wait
    slowed_until bigint not null default 0,     -- and until then half its rate
    updated_at bigint not null default 0,       -- milliseconds, as everywhere else
    primary key (account_id, sender)
);

-- Which migrations this database has had.
create table migrations (
    number bigint primary key,
    applied_at bigint not null
);

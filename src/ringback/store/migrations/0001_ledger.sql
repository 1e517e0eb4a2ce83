-- The ledger as it first was.

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
    removed_at bigint
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
    primary key (account_id, id)
);
create unique index jobs_id on jobs (id);
create unique index jobs_intent on jobs (account_id, idempotency_key) where idempotency_key is not null;
create index jobs_waiting on jobs (due_at, id) where state = 'waiting';
create index jobs_running on jobs (lease_until) where state = 'running';
create index jobs_newest on jobs (created_at, id);

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
create index messages_job on messages (job_id);
create index messages_polled on messages (poll_at) where poll_at is not null;

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
    primary key (account_id, sid)
);
create index verifications_recipient on verifications (account_id, service_sid, recipient, started_at);
create index verifications_deadline on verifications (deadline) where state = 'open';

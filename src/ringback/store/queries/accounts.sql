-- name: insert_account(id, name, account_sid, auth_token, api_key_sid, api_key_secret, environment, region, edge, base_url, default_sender, default_country, default_verify_service, verification_lifetime, report, previous_token, previous_until, not_found_means_not_sent, now)^
-- Connect an account; answers nothing if the name is taken.
insert into accounts (id, name, account_sid, auth_token, api_key_sid, api_key_secret, environment, region, edge,
                      base_url, default_sender, default_country, default_verify_service, verification_lifetime,
                      report, previous_token, previous_until, not_found_means_not_sent, created_at, updated_at)
values (:id, :name, :account_sid, :auth_token, :api_key_sid, :api_key_secret, :environment, :region, :edge,
        :base_url, :default_sender, :default_country, :default_verify_service, :verification_lifetime,
        :report, :previous_token, :previous_until, :not_found_means_not_sent, :now, :now)
on conflict do nothing
returning id;

-- name: update_account(id, name, account_sid, auth_token, api_key_sid, api_key_secret, environment, region, edge, base_url, default_sender, default_country, default_verify_service, verification_lifetime, report, previous_token, previous_until, not_found_means_not_sent, now, seen)^
-- Change an account; its id stays, and so do its callback URLs. Answers nothing if it changed since it was seen:
-- a test of new secrets takes seconds, and what somebody else has changed meanwhile stays.
update accounts set name = :name, account_sid = :account_sid, auth_token = :auth_token, api_key_sid = :api_key_sid,
                    api_key_secret = :api_key_secret, environment = :environment, region = :region, edge = :edge,
                    base_url = :base_url, default_sender = :default_sender, default_country = :default_country,
                    default_verify_service = :default_verify_service, verification_lifetime = :verification_lifetime,
                    report = :report, previous_token = :previous_token, previous_until = :previous_until,
                    not_found_means_not_sent = :not_found_means_not_sent, updated_at = :now
where id = :id and removed_at is null and updated_at = :seen
returning id;

-- name: note_report(id, report)!
-- Keep the report of a test; nobody who is changing the account has to begin again for it.
update accounts set report = :report where id = :id and removed_at is null;

-- name: accounts_that_wait()
-- Accounts with jobs that wait: one look into the index for each, which the order sees to.
select a.id from accounts a
where a.removed_at is null
  and (select j.id from jobs j where j.account_id = a.id and j.state = 'waiting'
       order by j.account_id, j.sender limit 1) is not null
order by a.id;

-- name: lapsed_tokens()
-- Accounts whose previous token is no longer accepted.
select id from accounts where previous_until <= db_now() order by id;

-- name: forget_lapsed_tokens()!
-- Erase previous tokens that are no longer accepted.
update accounts set previous_token = null, previous_until = null where previous_until <= db_now();

-- name: account_by_name(name)^
-- One account by its name.
select * from accounts where name = :name and removed_at is null;

-- name: account_by_id(id)^
-- One account by its id.
select * from accounts where id = :id;

-- name: all_accounts()
-- All accounts by name.
select * from accounts where removed_at is null order by name;

-- name: unfinished_jobs(account_id)^
-- How many jobs of an account still need it.
select (select count(*) from jobs where state = 'waiting' and account_id = :account_id)
       + (select count(*) from jobs where state = 'running' and account_id || '' = :account_id) as jobs;

-- name: unknown_jobs(account_id)^
-- How many jobs of an account may have been sent, for all that is known.
select count(*) as jobs from jobs
where state = 'unknown' and state <> 'done' and state <> 'waiting' and state <> 'running'
  and account_id || '' = :account_id;

-- name: remove_account(id, nothing, now)!
-- Forget an account's secrets and let its name go; its jobs stay in the ledger.
update accounts set removed_at = :now, auth_token = :nothing, api_key_secret = null,
                    previous_token = null, previous_until = null, updated_at = :now where id = :id;

-- name: any_account()^
-- Whether the database holds sealed secrets.
select id from accounts where removed_at is null limit 1;

-- name: write_nothing()!
-- Changes no row, and is refused where none may be changed: a transaction that is only begun is not.
update accounts set name = name where 1 = 0;

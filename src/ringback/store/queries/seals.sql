-- name: seals_by_version()
-- How many secrets are sealed under each key; two bytes name its version.
select version, count(*) as secrets from (
    select substr(auth_token, 1, 2) as version from accounts where removed_at is null
    union all
    select substr(api_key_secret, 1, 2) from accounts where removed_at is null and api_key_secret is not null
    union all
    select substr(previous_token, 1, 2) from accounts where removed_at is null and previous_token is not null
    union all
    select substr(sealed, 1, 2) from jobs where sealed is not null
) as seals
group by version order by version;

-- name: accounts_to_reseal(newest)
-- Secrets of accounts under another key than the newest.
select id, 'auth_token' as part, auth_token as sealed from accounts
where removed_at is null and substr(auth_token, 1, 2) <> :newest
union all
select id, 'api_key_secret' as part, api_key_secret as sealed from accounts
where removed_at is null and substr(api_key_secret, 1, 2) <> :newest
union all
select id, 'previous_token' as part, previous_token as sealed from accounts
where removed_at is null and substr(previous_token, 1, 2) <> :newest;

-- name: jobs_to_reseal(newest, beyond, most)
-- Secrets of jobs under another key than the newest, beyond an id, in order.
select id, 'secrets' as part, sealed from jobs
where sealed is not null and substr(sealed, 1, 2) <> :newest and id > :beyond
order by id limit :most;

-- name: reseal_auth_token(id, former, sealed)^
-- The same secret under another key; answers nothing if it was changed meanwhile.
update accounts set auth_token = :sealed where id = :id and auth_token = :former returning id;

-- name: reseal_api_key_secret(id, former, sealed)^
-- As above.
update accounts set api_key_secret = :sealed where id = :id and api_key_secret = :former returning id;

-- name: reseal_previous_token(id, former, sealed)^
-- As above.
update accounts set previous_token = :sealed where id = :id and previous_token = :former returning id;

-- name: reseal_secrets(id, former, sealed)^
-- As above, of a job; its secrets are gone once it has ended.
update jobs set sealed = :sealed where id = :id and sealed = :former returning id;

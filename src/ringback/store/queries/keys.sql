-- name: insert_key(id, name, hash, scopes, accounts, now)^
-- Keep a new API key's hash; answers nothing if the name is taken.
insert into keys (id, name, hash, scopes, accounts, created_at) values (:id, :name, :hash, :scopes, :accounts, :now)
on conflict do nothing
returning id;

-- name: key_by_hash(hash)^
-- The key that hashes to this, unless revoked.
select * from keys where hash = :hash and revoked_at is null;

-- name: all_keys()
-- All keys that work, by name.
select * from keys where revoked_at is null order by name;

-- name: revoke_key(name, now)^
-- Take a key back.
update keys set revoked_at = :now where name = :name and revoked_at is null
returning id;

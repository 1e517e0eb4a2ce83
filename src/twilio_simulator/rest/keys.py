"""API keys, under both of their paths (`SigningKeys` is the older one); a standard key cannot come here."""

from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.world.keys import KeyRecord
from twilio_simulator.world.making import simulated


def _records(call: Call) -> list[KeyRecord]:
    """All keys; those made through the control API have no name and are as old as the account."""
    account = call.account
    return [
        account.key_records.get(sid) or KeyRecord(sid, "", account.created, account.created)
        for sid in account.api_keys
    ]


def _found(call: Call) -> KeyRecord:
    for record in _records(call):
        if record.sid == call.path["Sid"]:
            return record
    raise call.missing()


def create_key(call: Call) -> Reply:
    """A new standard key; this answer alone holds its secret."""
    sid, secret = simulated(call.world, "SK"), simulated(call.world, "")
    record = KeyRecord(sid, call.said("FriendlyName") or "", call.now, call.now)
    call.account.api_keys[sid], call.account.key_records[sid] = secret, record
    call.world.register(call.account)
    return json_reply(201, {**record.resource(), "secret": secret})


def fetch_key(call: Call) -> Reply:
    """One key."""
    return json_reply(200, _found(call).resource())


def update_key(call: Call) -> Reply:
    """Give it another name."""
    record = _found(call)
    record.friendly_name, record.updated = call.one("FriendlyName") or record.friendly_name, call.now
    call.account.key_records[record.sid] = record
    return json_reply(200, record.resource())


def delete_key(call: Call) -> Reply:
    """It opens nothing from now on."""
    sid = _found(call).sid
    del call.account.api_keys[sid]
    call.account.key_records.pop(sid, None)
    call.world.register(call.account)
    return no_content()


def list_keys(call: Call) -> Reply:
    """All keys of the account."""
    key = "signing_keys" if "/SigningKeys" in call.request.path else "keys"
    return flat_page(call, key, _records(call), lambda one: one.sid, KeyRecord.resource)


_KINDS = ("Key", "SigningKey")
HANDLERS: dict[str, Handler] = {
    **{f"api.CreateNew{kind}": create_key for kind in _KINDS},
    **{f"api.List{kind}": list_keys for kind in _KINDS},
    **{f"api.Fetch{kind}": fetch_key for kind in _KINDS},
    **{f"api.Update{kind}": update_key for kind in _KINDS},
    **{f"api.Delete{kind}": delete_key for kind in _KINDS},
}

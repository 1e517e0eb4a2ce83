"""Signatures of webhooks: explained, and made with a webhook signing key."""

from typing import Any

from twilio_simulator.control.fields import BadInputError, Fields
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.webhooks.explaining import Claim, explained
from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.world.account import Account


def _parameters(fields: Fields) -> Parameters:
    """`{"Body": "Hi", "Digits": ["1", "2"]}`, or pairs `[["Body", "Hi"]]`."""
    value = fields.value("parameters")
    pairs: list[Any] = list(value.items()) if isinstance(value, dict) else value or []
    found: Parameters = []
    for pair in pairs if isinstance(pairs, list) else [None]:
        match pair:
            case [str() as name, str() as text]:
                found.append((name, text))
            case [str() as name, [*texts]] if all(isinstance(one, str) for one in texts):
                found += [(name, one) for one in texts]
            case _:
                fields.wrong("parameters", "are not names with strings", 'Send {"Body": "Hi"}.')
                return []
    return found


def _account(visit: Visit, fields: Fields) -> Account:
    sid = fields.text("account")
    if sid is None:
        return visit.simulator.account
    if sid not in visit.world.accounts:
        fields.wrong("account", f"is {sid}, which does not exist", "GET /_sim/accounts lists them.")
    return visit.world.accounts.get(sid, visit.simulator.account)


def verify(visit: Visit) -> Content:
    """Explain a signature: `{url, parameters, signature}` as received, or `{webhook: id}` of an attempt."""
    fields = visit.fields()
    sent = visit.simulator.webhooks.kept.get(fields.text("webhook") or "")
    if fields.has("webhook"):
        if sent is None:
            fields.wrong("webhook", f"is {fields.text('webhook')}, which is not kept", "GET /_sim/webhooks.")
        fields.done()
    if sent is not None:
        # What a receiver sees: the URL as it was set, without fragment.
        claim = Claim(sent.url.partition("#")[0], sent.parameters, sent.signature or "")
        account = visit.world.accounts.get(sent.account_sid, visit.simulator.account)
        return explained(claim, account)._asdict()
    claim = Claim(fields.words("url"), _parameters(fields), fields.words("signature"), fields.text("body"))
    account = _account(visit, fields)
    fields.done()
    return explained(claim, account)._asdict()


def make_key(visit: Visit) -> Content:
    """Sign the account's webhooks by HMAC-SHA256 with a key of their own from now on."""
    account = visit.account()
    visit.fields().done()
    new = visit.world.sids.new
    account.signing_key = (f"webhooks_sharedkey_{new('signing key')[-32:]}", new("")[-32:])
    return {"id": account.signing_key[0], "secret": account.signing_key[1], "algorithm": "HMAC_SHA256"}


def remove_key(visit: Visit) -> Content:
    """Sign with the auth token again."""
    account = visit.account()
    if account.signing_key is None:
        raise BadInputError.of("sid", f"{account.sid} has no signing key", "POST makes one.", 404)
    account.signing_key = None
    return {"removed": 1}


ROUTES: dict[str, Handler] = {
    "POST /webhooks/verify": verify,
    "POST /accounts/{sid}/signing-key": make_key,
    "DELETE /accounts/{sid}/signing-key": remove_key,
}

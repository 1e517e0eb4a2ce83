"""Verify rate limits and their buckets; the check at the start of a verification is in verify_limits."""

import re

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.rest.verify_services import found_service
from twilio_simulator.world.verify_parts import Bucket, RateLimit

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
LONGEST_INTERVAL = 30 * 24 * 3600


def _named(call: Call, name: str) -> RateLimit:
    """By SID or by unique name."""
    limits = found_service(call, call.path["ServiceSid"]).rate_limits
    found = limits.get(name) or next((one for one in limits.values() if one.unique_name == name), None)
    if found is None:
        raise call.missing()
    return found


def create_limit(call: Call) -> Reply:
    """A new key to meter by."""
    service = found_service(call, call.path["ServiceSid"])
    name = call.said("UniqueName")
    if name is None:
        raise RefusalError(60200, parameter="UniqueName")
    if _NAME.fullmatch(name) is None:
        raise RefusalError(60209)
    if any(one.unique_name == name for one in service.rate_limits.values()):
        raise RefusalError(60208)
    if len(service.rate_limits) >= call.world.rules.most_rate_limits:
        raise RefusalError(60207)
    sid, now = call.world.sids.new("RK"), call.now
    limit = RateLimit(sid, call.account.sid, service.sid, name, call.said("Description"), now, now)
    service.rate_limits[sid] = limit
    return json_reply(201, limit.resource(call.request.address))


def fetch_limit(call: Call) -> Reply:
    """One rate limit."""
    return json_reply(200, _named(call, call.path["Sid"]).resource(call.request.address))


def update_limit(call: Call) -> Reply:
    """Only the description can change."""
    limit = _named(call, call.path["Sid"])
    if call.one("Description") is not None:
        limit.description = call.said("Description")
    limit.updated = call.now
    return json_reply(200, limit.resource(call.request.address))


def delete_limit(call: Call) -> Reply:
    """Remove it with its buckets."""
    limit = _named(call, call.path["Sid"])
    del found_service(call, call.path["ServiceSid"]).rate_limits[limit.sid]
    return no_content()


def list_limits(call: Call) -> Reply:
    """All of the service."""
    rows = list(found_service(call, call.path["ServiceSid"]).rate_limits.values())
    address = call.request.address
    return meta_page(call, "rate_limits", rows, lambda one: one.sid, lambda one: one.resource(address))


def _whole(call: Call, name: str, present: int | None, most: int) -> int:
    given = call.number(name) if call.said(name) else present
    if given is None or not 1 <= given <= most:
        raise RefusalError(60200, parameter=name)
    return given


def _sizes(call: Call, limit: RateLimit, bucket: Bucket | None) -> tuple[int, int]:
    most = _whole(call, "Max", None if bucket is None else bucket.most, 1_000_000)
    seconds = _whole(call, "Interval", None if bucket is None else bucket.seconds, LONGEST_INTERVAL)
    if any(one.seconds == seconds and one is not bucket for one in limit.buckets.values()):
        raise RefusalError(60211)
    return most, seconds


def create_bucket(call: Call) -> Reply:
    """So many starts within so many seconds."""
    limit = _named(call, call.path["RateLimitSid"])
    most, seconds = _sizes(call, limit, None)
    if len(limit.buckets) >= call.world.rules.most_buckets:
        raise RefusalError(60210)
    bucket = Bucket(call.world.sids.new("BL"), most, seconds, call.now, call.now)
    limit.buckets[bucket.sid] = bucket
    return json_reply(201, limit.bucket_resource(bucket, call.request.address))


def _bucket(call: Call) -> tuple[RateLimit, Bucket]:
    limit = _named(call, call.path["RateLimitSid"])
    bucket = limit.buckets.get(call.path["Sid"])
    if bucket is None:
        raise call.missing()
    return limit, bucket


def fetch_bucket(call: Call) -> Reply:
    """One bucket."""
    limit, bucket = _bucket(call)
    return json_reply(200, limit.bucket_resource(bucket, call.request.address))


def update_bucket(call: Call) -> Reply:
    """Change the number, the time or both; what was counted stays counted."""
    limit, bucket = _bucket(call)
    bucket.most, bucket.seconds = _sizes(call, limit, bucket)
    bucket.updated = call.now
    return json_reply(200, limit.bucket_resource(bucket, call.request.address))


def delete_bucket(call: Call) -> Reply:
    """Remove it."""
    limit, bucket = _bucket(call)
    del limit.buckets[bucket.sid]
    return no_content()


def list_buckets(call: Call) -> Reply:
    """All of the rate limit."""
    limit, address = _named(call, call.path["RateLimitSid"]), call.request.address
    rows = list(limit.buckets.values())
    return meta_page(
        call, "buckets", rows, lambda one: one.sid, lambda one: limit.bucket_resource(one, address)
    )


HANDLERS: dict[str, Handler] = {
    "verify.CreateRateLimit": create_limit,
    "verify.FetchRateLimit": fetch_limit,
    "verify.UpdateRateLimit": update_limit,
    "verify.DeleteRateLimit": delete_limit,
    "verify.ListRateLimit": list_limits,
    "verify.CreateBucket": create_bucket,
    "verify.FetchBucket": fetch_bucket,
    "verify.UpdateBucket": update_bucket,
    "verify.DeleteBucket": delete_bucket,
    "verify.ListBucket": list_buckets,
}

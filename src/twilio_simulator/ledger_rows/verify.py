"""Verify's refusals; the error dictionary gives most HTTP statuses itself."""

from twilio_simulator.ledger_rows.rule import Rule

ROWS = (
    Rule(60200, 400, "Invalid parameter: {parameter}", "errors/60200", "captured"),
    Rule(
        60201,
        400,
        "Selected template translation is not approved",
        "errors/60201; the status is inferred",
        "documented",
    ),
    Rule(60202, 429, "Max check attempts reached", "errors/60202", "captured"),
    Rule(60203, 429, "Max send attempts reached", "errors/60203", "captured"),
    Rule(60204, 403, "Service does not support this feature: {feature}", "errors/60204", "documented"),
    Rule(60205, 403, "SMS is not supported by landline phone number", "errors/60205", "captured"),
    Rule(60206, 400, "'Amount' & 'Payee' params are required", "errors/60206", "documented"),
    Rule(60207, 400, "Max rate limits per service reached", "errors/60207", "documented"),
    Rule(60208, 400, "Rate limit with that UniqueName already exists", "errors/60208", "documented"),
    Rule(60209, 400, "UniqueName format is invalid", "errors/60209", "documented"),
    Rule(60210, 400, "Max Buckets per Rate limit reached", "errors/60210", "documented"),
    Rule(60211, 400, "Bucket with the given Interval already exists", "errors/60211", "documented"),
    Rule(60212, 429, "Too many concurrent requests for phone number", "errors/60212", "documented"),
    Rule(
        60213,
        400,
        "A Messaging Configuration already exists for the given country",
        "errors/60213",
        "documented",
    ),
    Rule(60214, 400, "Call channel is not supported when using PSD2", "errors/60214", "documented"),
    Rule(60217, 400, "Invalid Service configuration", "errors/60217", "documented"),
    Rule(60218, 400, "SendGrid Template is not active", "errors/60218", "documented"),
    Rule(
        60219, 400, "SendGrid Template does not contain required placeholders", "errors/60219", "documented"
    ),
    Rule(60220, 400, "Messages to China require use case vetting", "errors/60220", "documented"),
    Rule(60221, 400, "No target verification specified", "errors/60221", "documented"),
    Rule(
        60222,
        403,
        "SendGrid The from address does not match a verified Sender Identity",
        "errors/60222",
        "documented",
    ),
    Rule(60223, 400, "Delivery channel disabled: {channel}", "errors/60223", "documented"),
    Rule(60224, 400, "Missing substitutions for selected template", "errors/60224", "documented"),
    Rule(
        60226,
        400,
        "Messages sent to china require friendly_name",
        "errors/60226; the status is inferred",
        "documented",
    ),
    Rule(
        60227,
        400,
        "The selected channel for template is not supported",
        "errors/60227; the status is inferred",
        "documented",
    ),
    Rule(60228, 400, "Template was not found", "errors/60228; the status is inferred", "documented"),
    Rule(
        60229, 400, "Template translation was not found", "errors/60229; the status is inferred", "documented"
    ),
    Rule(
        60238,
        403,
        "Verification Creation Attempt blocked by Twilio",
        "errors/60238; the status is inferred",
        "documented",
    ),
    Rule(60242, 400, "WhatsApp template not found", "errors/60242; the status is inferred", "documented"),
    Rule(
        60243, 400, "Custom messages are not supported", "errors/60243; the status is inferred", "documented"
    ),
    Rule(
        60245,
        400,
        "You have exceeded your messaging limits",
        "errors/60245; the status is inferred",
        "documented",
    ),
    Rule(60247, 400, "Message Length Exceeded", "errors/60247; the status is inferred", "documented"),
    Rule(
        60248,
        400,
        "Friendly Name contains a restricted word",
        "errors/60248; the status is inferred",
        "documented",
    ),
    Rule(
        60410,
        403,
        "Verification delivery attempt blocked",
        "errors/60410; the status is inferred",
        "documented",
    ),
    Rule(
        60413,
        403,
        "Verification blocked by Verify Device Intelligence",
        "errors/60413; the status is inferred",
        "documented",
    ),
    Rule(60605, 403, "Verification delivery attempt blocked", "errors/60605", "documented"),
    Rule(
        60728,
        429,
        "Account exceeded the hourly messages limit",
        "errors/60728; the status is inferred",
        "documented",
    ),
)

// What a program written against Twilio's Node SDK does; prints one line of JSON with what it saw.
// The only change against production is the address, one assignment per product.
import twilio from "twilio";

const { address, sid, token, number, handset, service } = JSON.parse(process.argv[2]);
const client = twilio(sid, token);
for (const product of [client.api, client.verify, client.lookups, client.messaging, client.content]) {
  product.baseUrl = address;
}

async function refusal(call) {
  try {
    await call();
  } catch (error) {
    return { code: error.code, status: error.status, moreInfo: error.moreInfo };
  }
  return null;
}

async function codeOf(to) {
  const answer = await fetch(`${address}/_sim/codes?to=${encodeURIComponent(to)}`);
  return (await answer.json()).code;
}

const seen = {};

// Messages: create, fetch, pages that keep their filter, errors, deletion.
for (let index = 0; index < 5; index += 1) {
  await client.messages.create({ to: handset, from: number, body: `Text ${index}` });
}
await client.messages.create({ to: "+14155550124", from: number, body: "Another" });
const listed = await client.messages.list({ to: handset, pageSize: 2 });
seen.texts = listed.map((one) => one.body);
const created = await client.messages.create({ to: handset, from: number, body: "ж".repeat(71) });
seen.created = { status: created.status, segments: created.numSegments, price: created.price };
seen.dated = created.dateCreated instanceof Date && !Number.isNaN(created.dateCreated.getTime());
seen.fetched = (await client.messages(created.sid).fetch()).body.length;
seen.badNumber = await refusal(() => client.messages.create({ to: "+1415", from: number, body: "x" }));
seen.tooLong = await refusal(() =>
  client.messages.create({ to: handset, from: number, body: "x".repeat(1601) }),
);
seen.unknown = await refusal(() => client.messages("SM" + "0".repeat(32)).fetch());

// Verify: the code comes by phone, works once, and is no error when wrong.
const verify = client.verify.v2.services(service);
const started = await verify.verifications.create({ to: handset, channel: "sms" });
const code = await codeOf(handset);
const wrong = await verify.verificationChecks.create({ to: handset, code: code === "0000" ? "1111" : "0000" });
const right = await verify.verificationChecks.create({ to: handset, code });
seen.verify = [started.status, wrong.status, wrong.valid, right.status, right.valid];
seen.usedCode = await refusal(() => verify.verificationChecks.create({ to: handset, code }));
const limit = await verify.rateLimits.create({ uniqueName: "user" });
await verify.rateLimits(limit.sid).buckets.create({ max: 1, interval: 60 });
const limited = { to: "+14155550125", channel: "sms", rateLimits: { user: "ada" } };
await verify.verifications.create(limited);
seen.rateLimited = await refusal(() => verify.verifications.create(limited));

// Newer lists follow absolute links.
await client.verify.v2.services.create({ friendlyName: "Second" });
seen.services = (await client.verify.v2.services.list({ pageSize: 1 })).length;

// Numbers, lookups, accounts, keys.
seen.numbers = (await client.incomingPhoneNumbers.list()).map((one) => one.phoneNumber);
const looked = await client.lookups.v2.phoneNumbers(handset).fetch({ fields: "line_type_intelligence" });
seen.lookup = [looked.valid, looked.nationalFormat, looked.lineTypeIntelligence.type];
seen.account = (await client.api.v2010.accounts(sid).fetch()).status;
const branch = await client.api.v2010.accounts.create({ friendlyName: "Branch" });
seen.branch = branch.ownerAccountSid === sid;
seen.key = (await client.newKeys.create({ friendlyName: "CI" })).secret.length;
seen.balance = (await client.balance.fetch()).currency;

console.log(JSON.stringify(seen));

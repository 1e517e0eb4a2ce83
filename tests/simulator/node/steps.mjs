// What both programs do: every product, both kinds of lists, an error. Returns what it saw.
const HANDSET = "+14155550123";

export async function twilioProgram(client) {
  const [number] = await client.incomingPhoneNumbers.list({ limit: 1 });
  const message = { to: HANDSET, from: number.phoneNumber };
  for (let index = 0; index < 5; index += 1) {
    await client.messages.create({ ...message, body: `Text ${index}` });
  }
  const texts = (await client.messages.list({ to: HANDSET, pageSize: 2 })).map((one) => one.body);
  const refused = await client.messages.create({ ...message, to: "+1415", body: "x" }).catch((error) => error);

  for (const friendlyName of ["Second", "Third"]) {
    await client.verify.v2.services.create({ friendlyName });
  }
  const services = await client.verify.v2.services.list({ pageSize: 1 });
  const verification = await client.verify.v2
    .services(services[0].sid)
    .verifications.create({ to: HANDSET, channel: "sms" });
  const pool = await client.messaging.v1.services.create({ friendlyName: "Pool" });
  const looked = await client.lookups.v2.phoneNumbers(HANDSET).fetch();
  const contents = await client.content.v1.contents.list({ pageSize: 2 });
  return {
    texts,
    refused: [refused.code, refused.status],
    services: services.map((one) => one.friendlyName),
    verification: verification.status,
    pool: pool.friendlyName,
    valid: looked.valid,
    contents: contents.length,
    balance: (await client.balance.fetch()).currency,
  };
}

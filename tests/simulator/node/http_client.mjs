// The same program with an HTTP client of its own: the shipped one, sent to another address.
import { twilioProgram } from "./steps.mjs";
import twilio from "twilio";

class Elsewhere extends twilio.RequestClient {
  request(options) {
    const { pathname, search } = new URL(options.uri);
    return super.request({ ...options, uri: `${process.env.ADDRESS}${pathname}${search}` });
  }
}

const { SID, TOKEN } = process.env;
console.log(JSON.stringify(await twilioProgram(twilio(SID, TOKEN, { httpClient: new Elsewhere() }))));

// A program that knows of nothing but Twilio: no address, no option, only its credentials.
import { twilioProgram } from "./steps.mjs";
import twilio from "twilio";

console.log(JSON.stringify(await twilioProgram(twilio(process.env.SID, process.env.TOKEN))));

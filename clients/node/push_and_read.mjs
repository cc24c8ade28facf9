// Pushes two leads into leadmill and prints the invoices that come of them, one JSON per line.

import { randomUUID } from "node:crypto";
import amqp from "amqplib";
import { HTTP } from "cloudevents";

const url = process.env.LEADMILL_BROKER__URL ?? "amqp://guest:guest@127.0.0.1:5672/%2f";
const prefix = process.env.LEADMILL_BROKER__PREFIX ?? "";
const PATIENCE_MS = 60_000; // without an invoice for so long: give up

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
channel.on("return", () => { throw new Error("There is no queue intake.web; run `leadmill up`."); });

function push(form, messageId) {
  const properties = { contentType: "application/json", persistent: true, mandatory: true, messageId };
  channel.publish("", `${prefix}intake.web`, Buffer.from(JSON.stringify(form)), properties);
}

const form = { name: "Ada Byron", company: "Analytical Engines", sku: "CM-100", quantity: 2 };
// With an id of your own, sending again is safe: the same id is the same lead.
push({ ...form, email: `ada-${randomUUID()}@engines.example` }, randomUUID());
// Without any id, leadmill goes by the bytes: the same bytes are the same lead.
push({ ...form, email: `bob-${randomUUID()}@engines.example` }, undefined);
await channel.waitForConfirms(); // the broker has both

const giveUp = () => {
  console.error("No invoice came. Is the quote accepted, and the order shipped?");
  process.exit(1);
};
let patience = setTimeout(giveUp, PATIENCE_MS);
let left = 2;
await channel.prefetch(10);
await channel.consume(`${prefix}out.billing`, async (message) => {
  if (left === 0) return; // what is not acknowledged comes again
  const headers = { "content-type": message.properties.contentType };
  const event = HTTP.toEvent({ headers, body: message.content.toString() });
  if (event.type === "leadmill.invoice.issued.v1") {
    console.log(JSON.stringify({ id: event.id, invoice: event.data }));
    clearTimeout(patience);
    patience = setTimeout(giveUp, PATIENCE_MS);
    left -= 1;
  }
  channel.ack(message); // only now may the broker forget it
  if (left > 0) return;
  clearTimeout(patience);
  await connection.close();
});

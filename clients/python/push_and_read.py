"""Pushes two leads into leadmill and prints the invoices that come of them, one JSON per line."""

import json, os, sys, uuid
import pika
from cloudevents.core.bindings import rabbitmq

url = os.environ.get("LEADMILL_BROKER__URL", "amqp://guest:guest@127.0.0.1:5672/%2f")
prefix = os.environ.get("LEADMILL_BROKER__PREFIX", "")
PATIENCE_S = 60  # without an invoice for so long: give up

connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
channel.confirm_delivery()  # every publish below returns once the broker has it


def push(form, message_id):
    properties = pika.BasicProperties(
        content_type="application/json", delivery_mode=pika.DeliveryMode.Persistent, message_id=message_id
    )
    body = json.dumps(form).encode()
    channel.basic_publish("", prefix + "intake.web", body, properties, mandatory=True)


form = {"name": "Ada Byron", "company": "Analytical Engines", "sku": "CM-100", "quantity": 2}
# With an id of your own, sending again is safe: the same id is the same lead.
push(form | {"email": f"ada-{uuid.uuid4()}@engines.example"}, message_id=str(uuid.uuid4()))
# Without any id, leadmill goes by the bytes: the same bytes are the same lead.
push(form | {"email": f"bob-{uuid.uuid4()}@engines.example"}, message_id=None)

left = 2
for delivery, properties, body in channel.consume(prefix + "out.billing", inactivity_timeout=PATIENCE_S):
    if delivery is None:
        sys.exit("No invoice came. Is the quote accepted, and the order shipped?")
    message = rabbitmq.RabbitMQMessage(properties.headers or {}, properties.content_type, body)
    event = rabbitmq.from_rabbitmq_event(message)
    if event.get_type() == "leadmill.invoice.issued.v1":
        print(json.dumps({"id": event.get_id(), "invoice": event.get_data()}), flush=True)
        left -= 1
    channel.basic_ack(delivery.delivery_tag)  # only now may the broker forget it
    if left == 0:
        break
connection.close()

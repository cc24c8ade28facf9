//! A message as it was delivered, for the rows that keep it and the queues that bring it back.

use bytes::Bytes;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::kept::text;
use crate::messaging::Delivered;

/// Bytes and properties as they were delivered.
#[derive(Clone, Debug)]
pub struct Original {
    pub routing_key: String,
    pub content_type: Option<String>,
    pub message_id: Option<String>,
    pub kind: Option<String>,
    pub app_id: Option<String>,
    pub timestamp: Option<u64>,
    pub delivery_count: u64,
    pub body: Bytes,
}

impl Original {
    /// What was delivered, in texts that PostgreSQL keeps.
    pub fn of(delivered: Delivered) -> Self {
        let kept = |property: Option<String>| property.map(|value| text(&value));
        Self {
            routing_key: text(&delivered.routing_key),
            content_type: kept(delivered.content_type),
            message_id: kept(delivered.message_id),
            kind: kept(delivered.kind),
            app_id: kept(delivered.app_id),
            timestamp: delivered.timestamp,
            delivery_count: delivered.delivery_count,
            body: delivered.body,
        }
    }

    /// The properties as a row keeps them.
    pub fn properties(&self) -> Value {
        serde_json::json!({
            "routing_key": self.routing_key,
            "content_type": self.content_type,
            "message_id": self.message_id,
            "type": self.kind,
            "app_id": self.app_id,
            "timestamp": self.timestamp,
        })
    }

    /// The id of its row in `parked`: the same delivery to the same worker is the same row. The body
    /// alone does not say which message it is: a bare `{}` is named by its properties and headers.
    pub fn fingerprint(&self, worker: &str, queue: &str, headers: &Value) -> Uuid {
        let names = [&self.message_id, &self.kind, &self.app_id, &self.content_type];
        let names = names.map(Option::as_deref);
        // The broker's own headers and ours differ from one delivery to the next.
        let same = |(name, _): &(&String, &Value)| !name.starts_with("x-");
        let headers: Vec<_> = headers.as_object().into_iter().flatten().filter(same).collect();
        let named = serde_json::json!([worker, queue, names, headers]).to_string();
        let digest = Sha256::new().chain_update(named).chain_update(&self.body).finalize();
        let random = std::array::from_fn(|n| digest[n]);
        uuid::Builder::from_unix_timestamp_millis(0, &random).into_uuid()
    }
}

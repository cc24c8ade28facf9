//! Secrets in inputs: what came is not stored where the settings say so.

use serde_json::json;

use crate::installation::Installation;

const CARD: &str = "4111 1111 1111 1111";
/// Everything that could keep what came.
const KEPT: &str = "SELECT count(*) FROM (
    SELECT encode(bytes, 'escape') AS text FROM input_chunk UNION ALL SELECT encode(bytes, 'escape') FROM opened_chunk
    UNION ALL SELECT data::text FROM event UNION ALL SELECT enquiry::text FROM lead
    UNION ALL SELECT enquiry::text FROM input UNION ALL SELECT encode(body, 'escape') FROM parked) AS t
    WHERE text ~ 'geheim|4111'";

async fn send_all(it: &Installation) {
    let form = json!({ "name": "Ana Ruiz", "email": "ana@acme.example", "password": "geheim", "note": CARD });
    it.send("intake.web", "application/json", vec![form.to_string().into_bytes()]).await;
    let mail = format!(
        "From: Bo Kern <bo@kern.example>\r\nTo: sales@our.example\r\nSubject: Order\r\nMessage-ID: <1@kern.example>\r\n\r\n\
         Please send us 2 CM-100 and take the money from my card {CARD}.\r\n"
    );
    it.send("intake.email", "message/rfc822", vec![mail.into_bytes()]).await;
    let list = format!(
        "Name;E-Mail;Passwort;Notiz\nCy;cy@right.example;geheim;{CARD}\nDi;di@right.example;;ruft an\n"
    );
    it.send("intake.import", "text/csv", vec![list.into_bytes()]).await;
    it.until("all are leads", "SELECT count(*) = 4 FROM lead").await;
}

#[tokio::test]
async fn what_came_with_secrets_is_not_stored_where_the_settings_say_so() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[("LEADMILL_INTAKE__ERASE_SECRETS", "true")]);
    send_all(&it).await;
    assert_eq!(it.count(KEPT).await, 0);
    // A list is read slice by slice, of what is left of it.
    let rest = "SELECT count(*) FROM opened_chunk WHERE encode(bytes, 'escape') LIKE '%ruft an%'";
    assert_eq!(it.count(rest).await, 1);
    assert_eq!(it.count("SELECT count(*) FROM input_chunk WHERE bytes IS NULL").await, 3);
    // What has none stays as it came.
    let plain = json!({ "name": "Eva Gut", "email": "eva@gut.example" }).to_string();
    it.send("intake.web", "application/json", vec![plain.into_bytes()]).await;
    it.until("it is a lead", "SELECT count(*) = 5 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM input_chunk WHERE bytes IS NOT NULL").await, 1);
    intake.stop().await;
}

#[tokio::test]
async fn else_secrets_stand_in_what_came_and_nowhere_else() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    send_all(&it).await;
    assert_eq!(it.count(KEPT).await, 3);
    assert_eq!(it.count("SELECT count(*) FROM input_chunk WHERE bytes IS NULL").await, 0);
    intake.stop().await;
}

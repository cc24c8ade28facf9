//! Who is who, over several inputs: what our side, a form's page or a placeholder says joins nobody to anybody.

use serde_json::{Value, json};

use crate::installation::Installation;

const PEOPLE: &str = "SELECT coalesce(enquiry -> 'person' ->> 'given_name', '') || ' ' ||
     coalesce(enquiry -> 'person' ->> 'family_name', '') || ': ' ||
     coalesce((SELECT string_agg(it, ' ') FROM jsonb_array_elements_text(enquiry -> 'person' -> 'emails') AS it), '') || ' ' ||
     coalesce((SELECT string_agg(it, ' ') FROM jsonb_array_elements_text(enquiry -> 'person' -> 'phones') AS it), '')
     FROM lead ORDER BY 1";

async fn hook(it: &Installation, hook: &Value, leads: usize) {
    it.send("intake.web", "application/json", vec![hook.to_string().into_bytes()]).await;
    let taken =
        format!("SELECT count(*) = {leads} FROM input WHERE verdict IN ('created', 'joined')");
    it.until("the hook is judged", &taken).await;
}

/// A booking with a seller of ours, as schedulers tell it.
fn booking(id: u32, name: &str, email: &str) -> Value {
    json!({
        "triggerEvent": "BOOKING_CREATED",
        "createdAt": "2026-11-23T08:00:00.000Z",
        "payload": {
            "type": "visit", "title": format!("Visit of {name} at Lena Roth"), "bookingId": id, "uid": format!("b{id}"),
            "organizer": { "id": 7, "name": "Lena Roth", "email": "lena@vendor.example", "timeZone": "Europe/Vienna" },
            "responses": {
                "name": { "label": "your_name", "value": name },
                "email": { "label": "email_address", "value": email },
                "notes": { "label": "additional_notes", "value": "We look at grinders." },
            },
            "attendees": [{ "name": name, "email": email, "timeZone": "Europe/Vienna" }],
        },
    })
}

#[tokio::test]
async fn two_customers_of_one_seller_are_two_leads() {
    let it = Installation::new().await;
    let workers = it.start(&["intake"], &[]);
    hook(&it, &booking(1, "Marek Havel", "marek@havel.example"), 1).await;
    hook(&it, &booking(2, "Sofia Lindt", "sofia@lindt.example"), 2).await;
    let people = it.texts(PEOPLE).await;
    assert_eq!(people, ["Marek Havel: marek@havel.example ", "Sofia Lindt: sofia@lindt.example "]);
    assert_eq!(it.count("SELECT count(*) FROM lead WHERE state = 'open'").await, 2);
    workers.stop().await;
}

#[tokio::test]
async fn the_page_of_our_form_makes_no_strangers_one_account() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    let form = |name: &str, email: &str| {
        json!({ "name": name, "email": email, "company": "Bistro Central", "url": "https://vendor.example/contact",
                "message": "Please offer two machines for our new place, we open next month." })
    };
    hook(&it, &form("Paul Amsel", "paul.amsel@gmail.com"), 1).await;
    hook(&it, &form("Rita Nowak", "rita.nowak@gmail.com"), 2).await;
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 2);
    let ids: Vec<String> = it.texts("SELECT id::text FROM lead ORDER BY id").await;
    for lead in &ids {
        it.command("lead.qualify.v1", json!({ "lead": lead })).await;
    }
    it.until("both are qualified", "SELECT count(*) = 2 FROM lead WHERE state = 'qualified'").await;
    let accounts = "SELECT count(DISTINCT account) FROM lead";
    assert_eq!(it.count(accounts).await, it.count("SELECT count(account) FROM lead").await);
    assert_eq!(it.count("SELECT count(DISTINCT contact) FROM lead").await, 2);
    workers.stop().await;
}

#[tokio::test]
async fn a_placeholder_in_every_row_joins_nobody() {
    let it = Installation::new().await;
    let workers = it.start(&["intake"], &[]);
    let list = "Firma;Ansprechpartner;Mail;Tel\n\
                Huber Bau;Karl Huber;keine@keine.example;+4315550141\n\
                Lang KG;Eva Lang;keine@keine.example;+4315550142\n\
                Moser Wein;Ines Moser;keine@keine.example;+4315550143\n";
    it.send("intake.import", "text/csv", vec![list.as_bytes().to_vec()]).await;
    it.until("its rows are judged", "SELECT count(*) = 3 FROM input WHERE collection IS NOT NULL")
        .await;
    let people = it.texts(PEOPLE).await;
    assert_eq!(
        people,
        ["Eva Lang:  +4315550142", "Ines Moser:  +4315550143", "Karl Huber:  +4315550141"]
    );
    workers.stop().await;
}

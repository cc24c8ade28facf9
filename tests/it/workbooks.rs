//! Workbooks on real servers: opened once, then lists like any other.

use std::path::Path;

use rust_xlsxwriter::Workbook;
use serde_json::Value;

use crate::installation::Installation;
use crate::sending::{json, leadmill, take};

const ROWS: u32 = 3_000;

/// Contacts with a telephone that is a number in the sheet, and a blank row here and there.
fn cells(row: u32) -> Option<[String; 4]> {
    let (name, email) = (format!("Name {row}, \"Dr.\""), format!("n{row}@x{}.example", row % 97));
    match row % 100 {
        0 => None,
        7 => Some([name, email, format!("4930{}", 1_000_000 + row), "delete".into()]),
        _ => Some([name, email, format!("4930{}", 1_000_000 + row), String::new()]),
    }
}

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Name", "E-Mail", "Phone", "Action"]) {
        sheet.write(0, column, name).unwrap();
    }
    for row in 1..=ROWS {
        let Some([name, email, phone, action]) = cells(row) else { continue };
        sheet.write(row, 0, name).unwrap();
        sheet.write(row, 1, email).unwrap();
        sheet.write(row, 2, phone.parse::<u64>().unwrap()).unwrap();
        sheet.write(row, 3, action).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn csv() -> Vec<u8> {
    let rows = (1..=ROWS).filter_map(cells).map(|[name, email, phone, action]| {
        format!("\"{}\",{email},{phone},{action}\n", name.replace('"', "\"\""))
    });
    format!("Name,E-Mail,Phone,Action\n{}", rows.collect::<String>()).into_bytes()
}

/// Every lead that was made, in the order of the rows.
async fn leads(it: &Installation, content_type: &str, body: Vec<u8>) -> Vec<String> {
    let intake = it.start(&["intake"], &[]);
    it.send("intake.import", content_type, vec![body]).await;
    it.until("all rows are judged", "SELECT count(*) = 2970 FROM input WHERE part IS NOT NULL")
        .await;
    it.until("it is done", "SELECT count(*) = 1 FROM input WHERE verdict = 'split' AND done").await;
    intake.stop().await;
    it.texts(
        "SELECT lead.enquiry::text FROM input JOIN lead ON lead.input = input.id ORDER BY part",
    )
    .await
}

#[tokio::test]
async fn f5_a_workbook_of_thousands_of_rows_becomes_the_leads_of_its_csv() {
    let (it, other) = (Installation::new().await, Installation::new().await);
    let book = workbook();
    let of_book = leads(&it, "application/octet-stream", book.clone()).await;
    let of_csv = leads(&other, "text/csv", csv()).await;
    assert_eq!(of_book.len(), 2_940);
    assert_eq!(of_book, of_csv);
    // Rows have the numbers of the sheet, in which the header is the first and blank ones count.
    let numbers = "SELECT min(part) || ' ' || max(part) || ' ' || count(DISTINCT part) FROM input";
    assert_eq!(it.texts(numbers).await, ["2 3000 2970"]);
    let name = "SELECT count(*) FROM input AS i JOIN event AS e ON e.id = i.id WHERE i.part IS NOT NULL \
                AND e.data #>> '{part,original,Name}' <> 'Name ' || i.part - 1 || ', \"Dr.\"'";
    assert_eq!(it.count(name).await, 0);
    // What came stays as it came; what is read lies beside it until it is erased.
    let digest =
        "SELECT encode(sha256(string_agg(bytes, ''::bytea ORDER BY n)), 'hex') FROM input_chunk";
    let sent = sha2::Digest::finalize(sha2::Digest::chain_update(sha2::Sha256::default(), &book));
    assert_eq!(it.texts(digest).await, [leadmill::runtime::hex(&<[u8; 32]>::from(sent))]);
    assert!(it.count("SELECT count(bytes) FROM opened_chunk").await > 0);
    let audit = leadmill(&it, &["audit"], b"").await;
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    it.texts("SELECT erase_raw(input)::text FROM opened_chunk LIMIT 1").await;
    assert_eq!(it.count("SELECT count(bytes) FROM opened_chunk").await, 0);
    assert_eq!(it.count("SELECT count(bytes) FROM input_chunk").await, 0);
}

#[tokio::test]
async fn workbooks_that_cannot_be_opened_are_held_with_what_to_do() {
    let it = Installation::new().await;
    let sample = |file: &str| std::fs::read(root().join(file)).unwrap();
    let mut cut = workbook();
    cut.truncate(2_000);
    let large = [sample("src/workbook/tests/data/dates.xls"), vec![0; 8 * 1024 * 1024]].concat();
    let bodies = vec![
        sample("tests/data/import/password-protected.xlsx"),
        cut,
        // These are opened by a process of its own.
        sample("src/workbook/tests/data/dates.xls"),
        sample("src/workbook/tests/data/dates.ods"),
        large,
    ];
    it.send("intake.import", "application/octet-stream", bodies).await;
    let intake = it.start(&["intake"], &[]);
    it.until("all are judged", "SELECT count(*) = 5 FROM input").await;
    let verdicts = "SELECT verdict || ' ' || reason FROM input ORDER BY 1";
    let verdicts = it.texts(verdicts).await;
    for (verdict, said) in verdicts.iter().zip([
        "held None of the columns names a contact (found: 2021-01-01",
        "held None of the columns names a contact (found: 2021-01-01",
        "held The workbook cannot be read: it is damaged",
        "held The workbook is larger than 8 MiB",
        "held The workbook is protected by a password; save it without one",
    ]) {
        assert!(verdict.starts_with(said), "{verdict}");
    }
    intake.stop().await;
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Other people's workbooks, none of which has a row that is a lead.
#[tokio::test]
async fn f5_the_workbooks_of_others_are_read_as_a_careful_person_reads_them() {
    let it = Installation::new().await;
    for (file, verdict, reason, rows) in [
        ("german-crm-template.ods", "held", "save it again", &[][..]),
        ("strict-ooxml.xlsx", "held", "None of the columns names a contact", &[]),
        ("taiwan-order-contacts.xlsx", "split", "1 parts", &["rejected"]),
    ] {
        let file = root().join("tests/data/import").join(file).display().to_string();
        let told = json(&leadmill(&it, &["explain", "--json", &file], b"").await);
        assert_eq!(told["verdict"], verdict, "{told}");
        assert!(told["reason"].as_str().unwrap().contains(reason), "{told}");
        let read = told["leads"].as_array().unwrap().iter().map(|row| row["verdict"].clone());
        assert!(read.eq(rows.iter().copied()), "{told}");
    }
}

#[tokio::test]
async fn explain_opens_workbooks_and_proposes_a_mapping_that_it_takes() {
    let it = Installation::new().await;
    let file = it.folder().join("list.xlsx");
    std::fs::write(&file, workbook()).unwrap();
    let file = file.display().to_string();
    let told = json(&leadmill(&it, &["explain", "--json", &file], b"").await);
    assert_eq!(told["leads"].as_array().unwrap().len(), 2_970);
    assert_eq!(told["leads"][0]["row"], 2);
    let map = &told["map"];
    assert_eq!((&map["Name"], &map["E-Mail"]), (&"full_name".into(), &"email".into()));
    let declared = it.folder().join("map.json");
    std::fs::write(&declared, map.to_string()).unwrap();
    let map_file = declared.display().to_string();
    let again = json(&leadmill(&it, &["explain", "--json", "--map", &map_file, &file], b"").await);
    assert_eq!(again, told);
    for (map, said) in [
        (r#"{"Shoe":"email"}"#, "`Shoe`, which the list does not have"),
        (r#"{"Name":"shoe"}"#, "`shoe`, which is no field"),
    ] {
        std::fs::write(&declared, map).unwrap();
        let refused = leadmill(&it, &["explain", "--map", &map_file, &file], b"").await;
        let out = String::from_utf8([refused.stdout, refused.stderr].concat()).unwrap();
        assert!(out.contains(said), "{out}");
    }
}

#[tokio::test]
async fn a_workbook_with_more_than_a_message_takes_is_sent_as_parts_that_say_what_is_declared() {
    let it = Installation::new().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Name", "E-Mail", "Message"]) {
        sheet.write(1, column, name).unwrap();
    }
    let long = "x".repeat(30_000);
    for row in 2..600 {
        sheet.write(row, 0, format!("N{row}")).unwrap();
        sheet.write(row, 1, format!("n{row}@x.example")).unwrap();
        sheet.write(row, 2, &long).unwrap();
    }
    let file = it.folder().join("large.xlsx");
    book.save(&file).unwrap();
    let file = file.display().to_string();
    let sent = leadmill(&it, &["send", "import", &file, "--locale", "es-ES", "--json"], b"").await;
    let count = json(&sent).as_array().map_or(0, Vec::len);
    assert!(count > 4, "{}", String::from_utf8_lossy(&sent.stderr));
    let parts = take(&it, "intake.import", count).await;
    let mut next = 3;
    for part in &parts {
        assert_eq!(part.content_type.as_deref(), Some(intake::SHEET));
        assert_eq!(part.headers["x-locale"], "es-ES");
        assert_eq!(part.headers["x-first-row"], next.to_string());
        assert!(part.body.starts_with(b"\nName,E-Mail,Message\nN"));
        next += part.body.iter().filter(|byte| **byte == b'\n').count() - 2;
    }
    assert_eq!(next, 601);
    let wrong = leadmill(&it, &["send", "import", &file, "--locale", "xx"], b"").await;
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.contains("Nothing was sent") && said.contains("`xx`"), "{said}");
}

#[tokio::test]
async fn f6_what_is_declared_with_a_message_holds_for_every_row_of_its_list() {
    let it = Installation::new().await;
    let profile = it.folder().join("profile.json");
    std::fs::write(&profile, r#"{"countries": ["ES"]}"#).unwrap();
    let list = it.folder().join("list.csv");
    let rows = "Name,Email,Country,Budget\nAna,ana@x.example,ES,1.500\nBo,bo@x.example,FR,1.500\n";
    std::fs::write(&list, rows).unwrap();
    let (profile, list) = (profile.display().to_string(), list.display().to_string());
    let options = ["send", "import", &list, "--profile", &profile, "--locale", "es-ES"];
    let options = [options.as_slice(), &["--source", "partner", "--owner", "eva"]].concat();
    assert!(leadmill(&it, &options, b"").await.status.success());
    let intake = it.start(&["intake"], &[]);
    it.until("both are judged", "SELECT count(*) = 2 FROM input WHERE part IS NOT NULL").await;
    let rejected = "SELECT data::text FROM event WHERE type = 'input.rejected.v1'";
    let rejected: Value = serde_json::from_str(&it.texts(rejected).await[0]).unwrap();
    assert_eq!(rejected["kind"], "profile");
    assert!(rejected["reason"].as_str().unwrap().contains("its country is `FR`"), "{rejected}");
    let lead: Value =
        serde_json::from_str(&it.texts("SELECT enquiry::text FROM lead").await[0]).unwrap();
    let read = ["source", "owner", "budget"].map(|field| lead[field].as_str().unwrap_or_default());
    assert_eq!(read, ["partner", "eva", "1500"]);
    intake.stop().await;
}

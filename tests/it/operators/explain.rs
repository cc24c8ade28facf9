//! `explain` reads files as the worker does, and needs no server.

use std::process::Command;

use serde_json::Value;

fn explain(name: &str, body: &str, options: &[&str]) -> String {
    let folder = std::env::temp_dir().join(format!("leadmill-explain-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, body).unwrap();
    // Nowhere to find a server: in a folder without any, and none is named.
    let output = Command::new(env!("CARGO_BIN_EXE_leadmill"))
        .arg("explain")
        .args(options)
        .arg(&file)
        .env_remove("LEADMILL_DATABASE__URL")
        .env_remove("LEADMILL_BROKER__URL")
        .env("LEADMILL_FOLDER", folder.join("none"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_a_text_asks_for_is_offered_and_what_is_in_doubt_only_drafted() {
    let mail = |text: &str| {
        format!(
            "From: Ida Falk <ida@falk.example>\nTo: sales@shop.example\nSubject: Machines\n\n{text}\n"
        )
    };
    let sure = mail("Hello, we have a CM-100 and need a quote for 2 x CM-200.");
    let sure: Value = serde_json::from_str(&explain("sure.eml", &sure, &["--json"])).unwrap();
    assert_eq!((&sure["verdict"], &sure["offer"]["state"]), (&"created".into(), &"active".into()));
    assert_eq!(sure["leads"][0]["products"][0]["product"], "CM-200");
    let open = mail("Hello, what would the CM-200 cost us?");
    let open: Value = serde_json::from_str(&explain("open.eml", &open, &["--json"])).unwrap();
    assert_eq!(open["offer"]["state"], "draft");
    assert_eq!(open["offer"]["why"][0], "How many of `CM-200` are wanted is not said.");
}

#[test]
fn of_a_list_each_row_is_told() {
    let list = "Name,Email\nIda Falk,ida@falk.example\nNobody,\n";
    let told = explain("list.csv", list, &[]);
    assert!(told.contains("split: 2 parts"), "{told}");
    assert!(told.contains("1  created") && told.contains("ida@falk.example"), "{told}");
    assert!(told.contains("2  held") || told.contains("2  rejected"), "{told}");
}

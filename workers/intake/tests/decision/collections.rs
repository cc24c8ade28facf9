//! Files of rows, cards and hooks with several entries: each part has its own verdict.

use domain::commands::{ImportContinue, InputRow};
use domain::decide::RawInputs;
use domain::message::Message;
use intake::{SLICE_BYTES, SLICE_ROWS};
use serde_json::json;

use super::*;

fn csv(rows: usize) -> Vec<u8> {
    let row = |n| format!("Name {n},n{n}@x{n}.example\n");
    format!("name,email\n{}", (1..=rows).map(row).collect::<String>()).into_bytes()
}

/// Takes all slices; the rows that were said.
fn all_rows(desk: &mut Desk, mut next: Option<ImportContinue>) -> (Vec<InputRow>, usize) {
    let (mut rows, mut slices) = (Vec::new(), 0);
    while let Some(slice) = next.take() {
        let told = desk.hears(When::Continue(slice)).1.unwrap();
        assert!(told.all::<InputRow>().len() <= SLICE_ROWS);
        rows.extend(told.all::<InputRow>());
        next = told.get();
        slices += 1;
    }
    (rows, slices)
}

#[test]
fn f5_a_file_is_taken_in_slices_of_500_and_each_row_begins_its_own_pipeline() {
    for (count, slices) in [(1, 1), (499, 1), (500, 2), (501, 2), (1_250, 3)] {
        let mut desk = Desk::new();
        let (input, told) = desk.takes("intake.import", "text/csv", &csv(count));
        assert_eq!(input.verdict, Verdict::Split { next: 1, done: false });
        let (rows, taken) = all_rows(&mut desk, told.get());
        assert_eq!((rows.len(), taken), (count, slices));
        let numbers: Vec<_> = rows.iter().map(|row| row.part.number).collect();
        assert_eq!(numbers, (1..=count as u64).collect::<Vec<_>>());
        let next = count as u64 + 1;
        assert_eq!(desk.input(input.id).verdict, Verdict::Split { next, done: true });
    }
    let mut desk = Desk::new();
    let (_, told) = desk.takes("intake.import", "text/csv", &csv(3));
    let told = desk.hears(When::Continue(told.get().unwrap())).1.unwrap();
    let mut rows = told.says.iter().filter(|said| said.said.ty == InputRow::TYPE);
    assert!(rows.all(|said| said.begins));
}

#[test]
fn f15_rows_of_long_cells_are_taken_in_smaller_slices_and_all_of_them() {
    const CELL_BYTES: usize = 20_000;
    let cell = "x".repeat(CELL_BYTES);
    let row = |n| format!("Name {n},n{n}@x{n}.example,{cell}\n");
    let file = format!("name,email,message\n{}", (1..=120).map(row).collect::<String>());
    let mut desk = Desk::new();
    let (input, told) = desk.takes("intake.import", "text/csv", file.as_bytes());
    let (rows, slices) = all_rows(&mut desk, told.get());
    let numbers: Vec<_> = rows.iter().map(|row| row.part.number).collect();
    assert_eq!(numbers, (1..=120).collect::<Vec<_>>());
    assert_eq!(slices, (120 * CELL_BYTES).div_ceil(SLICE_BYTES));
    assert_eq!(desk.input(input.id).verdict, Verdict::Split { next: 121, done: true });
}

#[test]
fn f15_the_same_slice_asked_for_twice_is_taken_once() {
    let mut desk = Desk::new();
    let (_, told) = desk.takes("intake.import", "text/csv", &csv(1_000));
    let first: ImportContinue = told.get().unwrap();
    let told = desk.hears(When::Continue(first.clone())).1.unwrap();
    let second: ImportContinue = told.get().unwrap();
    assert_eq!(second.from_row, 501);
    // Again, ahead of its time, and after the end: nothing.
    let ahead = ImportContinue { from_row: 1_001, ..first.clone() };
    for wrong in [first.clone(), ahead] {
        assert!(desk.hears(When::Continue(wrong)).1.unwrap().says.is_empty());
    }
    let (rows, _) = all_rows(&mut desk, Some(second.clone()));
    assert_eq!(rows.len(), 500);
    for late in [first, second] {
        assert!(desk.hears(When::Continue(late)).1.unwrap().says.is_empty());
    }
}

#[test]
fn f5_a_part_of_a_longer_file_numbers_its_rows_from_the_header() {
    let mut desk = Desk::new();
    let headers = [("x-first-row", "7001")];
    let (_, told) = desk.takes_with("intake.import", "text/csv", &csv(501), &headers);
    let (rows, _) = all_rows(&mut desk, told.get());
    let ends = (rows.first().unwrap().part.number, rows.last().unwrap().part.number);
    assert_eq!(ends, (7_001, 7_501));
    for wrong in ["0", "-1", "x", "99999999999999999999"] {
        let headers = [("x-first-row", wrong)];
        let (input, _) = desk.takes_with("intake.import", "text/csv", &csv(2), &headers);
        assert_eq!(input.verdict, Verdict::Held, "{wrong}");
        assert!(input.reason.contains("`x-first-row`"), "{}", input.reason);
    }
}

#[test]
fn f5_rows_are_created_joined_rejected_and_held_each_for_itself() {
    let mut desk = Desk::new();
    let file = "name,email,city,action\nAna Lopez,ana@acme.example,Bonn,\nA. Lopez,ANA@acme.example,,\n\
                Bob Orr,bob@orr.example,,delete\n,,Berlin,\n";
    let (input, told) = desk.takes("intake.import", "text/csv", file.as_bytes());
    let (rows, _) = all_rows(&mut desk, told.get());
    let verdicts: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let (part, told) = desk.hears(When::Row(Box::new(row)));
            told.unwrap();
            assert_eq!(part.part_of.unwrap().collection, input.id);
            part.verdict
        })
        .collect();
    let [
        Verdict::Created { lead },
        Verdict::Joined { lead: same },
        Verdict::Rejected,
        Verdict::Held,
    ] = verdicts[..]
    else {
        panic!("{verdicts:?}")
    };
    assert_eq!(lead, same);
}

#[test]
fn f3_several_cards_and_f1_hooks_with_several_entries_are_split() {
    let card = |n: u32| {
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana {n}\r\nEMAIL:a{n}@x.example\r\nEND:VCARD\r\n")
    };
    let cards: String = (1..=3).map(card).collect();
    let hook = json!([
        { "name": "Ana Lopez", "email": "ana@acme.example" },
        { "name": "Bob Orr", "email": "bob@orr.example" },
        {},
    ]);
    for (queue, content_type, body) in
        [("intake.card", "text/vcard", cards), ("intake.web", "application/json", hook.to_string())]
    {
        let mut desk = Desk::new();
        let (input, told) = desk.takes(queue, content_type, body.as_bytes());
        assert_eq!(input.verdict, Verdict::Split { next: 1, done: false }, "{queue}");
        let (rows, slices) = all_rows(&mut desk, told.get());
        assert_eq!((rows.len(), slices), (3, 1));
        for row in rows {
            desk.hears(When::Row(Box::new(row))).1.unwrap();
        }
        assert_eq!(desk.leads(), if queue == "intake.card" { 3 } else { 2 });
    }
}

#[test]
fn f15_a_slice_of_an_import_that_nobody_knows_waits() {
    let mut desk = Desk::new();
    let next = ImportContinue {
        import: id(99),
        from_row: 1,
        channel: domain::enquiry::Channel::Import,
        content_type: None,
        first_row: 1,
        sheet: false,
        declared: Default::default(),
    };
    assert!(matches!(desk.hears(When::Continue(next)).1, Err(Refusal::NotYet(_))));
}

#[test]
fn f25_a_part_with_nul_or_the_text_that_writes_it_is_read_like_any_other() {
    let mut desk = Desk::new();
    let hook = r#"[{"name":"Ana\u0000","email":"ana@acme.example","x\u0000":["\u0000"]},
                   {"name":"Bob Orr","email":"bob@orr.example","note":"\\u0000"}]"#;
    let (_, told) = desk.takes("intake.web", "application/json", hook.as_bytes());
    let told = desk.hears(When::Continue(told.get().unwrap())).1.unwrap();
    assert_eq!(told.all::<InputRow>().len(), 2);
    for said in told.says.into_iter().filter(|said| said.said.ty == InputRow::TYPE) {
        // As the queue carries them.
        let arrived = Arrived {
            queue: "intake.row".into(),
            ty: Some(said.said.ty.name.into()),
            body: said.said.data.as_bytes().to_vec().into(),
            ..Arrived::default()
        };
        let when = desk.intake.read(&arrived).unwrap();
        assert!(matches!(desk.hears(when).0.verdict, Verdict::Created { .. }));
    }
}

//! What comes out of a workbook: the sheet that people see, as the text of a list.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use workbook::{Bounds, Kind, open, open_whole};

fn text(bytes: &[u8]) -> Result<String, String> {
    let mut out = Vec::new();
    open(bytes, &Bounds::MESSAGE, &mut out)?;
    Ok(String::from_utf8(out).expect("UTF-8"))
}

/// The text of a workbook of one sheet.
fn sheet(fill: impl FnOnce(&mut Worksheet)) -> String {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    let bytes = book.save_to_buffer().expect("saved");
    assert_eq!(Kind::of(&bytes), Some(Kind::Xlsx));
    text(&bytes).expect("opened")
}

#[test]
fn f17_cells_become_text_in_one_reading_whatever_their_type_is() {
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let moment = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    let date = |text: &str| ExcelDateTime::parse_from_str(text).expect("a date");
    let out = sheet(|sheet| {
        for (column, name) in (0..).zip(["Name", "Telefon", "Datum", "Zeit", "Preis", "Menge"]) {
            sheet.write(0, column, name).expect("written");
        }
        sheet.write(1, 0, "Müller, \"Jörg\"\nKöln").expect("written");
        sheet.write(1, 1, 34_612_345_678_i64).expect("written");
        sheet.write_with_format(1, 2, date("2026-04-03"), &day).expect("written");
        sheet.write_with_format(1, 3, date("2026-04-03T10:30:00"), &moment).expect("written");
        sheet.write(1, 4, 1.234).expect("written");
        sheet.write(1, 5, 1000).expect("written");
        sheet.write(2, 0, true).expect("written");
        sheet.write(2, 1, "0049 30 1234").expect("written");
        sheet.write(2, 4, Formula::new("=1/0").set_result("#DIV/0!")).expect("written");
        sheet.write(2, 5, Formula::new("=2+3").set_result("5")).expect("written");
    });
    assert_eq!(
        out,
        "Name,Telefon,Datum,Zeit,Preis,Menge\n\
         \"Müller, \"\"Jörg\"\"\nKöln\",34612345678,2026-04-03,2026-04-03T10:30:00,1.2340,1000\n\
         TRUE,0049 30 1234,,,#DIV/0!,5\n"
    );
}

#[test]
fn merged_cells_count_once_and_blank_rows_keep_their_numbers() {
    let out = sheet(|sheet| {
        sheet.write(0, 0, "Name").expect("written");
        sheet.write(0, 1, "E-Mail").expect("written");
        sheet.merge_range(2, 0, 3, 1, "Anna", &Format::new()).expect("merged");
        sheet.write(5, 1, "b@x.example").expect("written");
        sheet.write_blank(5, 300, &Format::new().set_bold()).expect("written");
    });
    assert_eq!(out, "Name,E-Mail\n\nAnna\n\n\n,b@x.example\n");
}

#[test]
fn the_first_sheet_that_is_not_hidden_is_the_list() {
    let mut book = Workbook::new();
    book.add_worksheet().set_hidden(true).write(0, 0, "hidden").expect("written");
    book.add_worksheet().set_very_hidden(true).write(0, 0, "very hidden").expect("written");
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "seen").expect("written");
    sheet.set_active(true);
    book.add_worksheet().write(0, 0, "later").expect("written");
    assert_eq!(text(&book.save_to_buffer().expect("saved")).as_deref(), Ok("seen\n"));
}

#[test]
fn what_is_no_list_is_refused_in_a_sentence_with_the_next_step() {
    let mut empty = Workbook::new();
    empty.add_worksheet();
    let empty = empty.save_to_buffer().expect("saved");
    let mut wide = Workbook::new();
    wide.add_worksheet().write(6, 255, "x").expect("written");
    let wide = wide.save_to_buffer().expect("saved");
    let mut cut = wide.clone();
    cut.truncate(cut.len() / 2);
    for (bytes, said) in [
        (empty, "is empty; put the list there"),
        (wide, "has something in row 7 beyond column 255"),
        (cut, "it is damaged"),
    ] {
        let refused = text(&bytes).expect_err("refused");
        assert!(refused.contains(said) && refused.ends_with('.'), "{refused}");
    }
}

#[test]
fn more_text_than_the_bound_is_refused_with_the_way_that_takes_it() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..6 {
        sheet.write(row, 0, "x".repeat(30_000)).expect("written");
    }
    let bytes = book.save_to_buffer().expect("saved");
    let small = Bounds { text: 150_000, ..Bounds::MESSAGE };
    let refused = open(&bytes, &small, &mut Vec::new()).expect_err("refused");
    assert!(refused.contains("leadmill send import"), "{refused}");
    assert_eq!(text(&bytes).expect("opened").len(), 6 * 30_001);
}

#[test]
fn workbooks_that_are_opened_whole_give_the_same_text() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let read = |file: &str| std::fs::read(format!("{data}/{file}")).expect("a sample");
    let mut texts = Vec::new();
    for file in ["dates.xls", "dates.xlsb", "dates.ods"] {
        let bytes = read(file);
        assert_eq!(Kind::of(&bytes), Some(Kind::Whole), "{file}");
        let mut out = Vec::new();
        open_whole(&bytes, &mut out).expect("opened");
        texts.push(String::from_utf8(out).expect("UTF-8"));
        let refused = open_whole(&bytes[..bytes.len() / 3], &mut Vec::new()).expect_err("refused");
        assert!(refused.contains("damaged"), "{refused}");
    }
    assert!(texts[0].starts_with("2021-01-01,"), "{}", texts[0]);
    assert_eq!(texts[0], texts[1]);
    assert!(texts[2].starts_with("2021-01-01,"), "{}", texts[2]);
}

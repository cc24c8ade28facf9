//! Workbooks that are made to break whoever opens them.

use std::io::{Cursor, Write};

use workbook::{Bounds, Kind, open};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const CONTENT_TYPES: &str =
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
const PACKAGE: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const TINY: &str =
    "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData></worksheet>";

/// A workbook with one sheet of this XML, and further files.
fn workbook(sheet: &[u8], further: &[(&str, &[u8])]) -> Vec<u8> {
    packed(sheet, further, CompressionMethod::Stored)
}

fn packed(sheet: &[u8], further: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    let mut put = |name: &str, bytes: &[u8]| {
        zip.start_file(name, options).expect("begun");
        zip.write_all(bytes).expect("written");
    };
    put("[Content_Types].xml", CONTENT_TYPES.as_bytes());
    put("_rels/.rels", PACKAGE.as_bytes());
    put("xl/workbook.xml", WORKBOOK.as_bytes());
    put("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes());
    put("xl/worksheets/sheet1.xml", sheet);
    for (name, bytes) in further {
        put(name, bytes);
    }
    zip.finish().expect("finished").into_inner()
}

/// Smaller than those of messages, so that the tests are quick.
const BOUNDS: Bounds =
    Bounds { strings: 2 * 1024 * 1024, text: 4 * 1024 * 1024, ..Bounds::MESSAGE };

fn opened(bytes: &[u8]) -> Result<String, String> {
    let mut out = Vec::new();
    open(bytes, &BOUNDS, &mut out)?;
    Ok(String::from_utf8(out).expect("UTF-8"))
}

fn cell(value: &str) -> Vec<u8> {
    TINY.replace("<v>1</v>", value).into_bytes()
}

#[test]
fn the_workbook_that_these_are_made_of_opens() {
    assert_eq!(opened(&workbook(TINY.as_bytes(), &[])).as_deref(), Ok("1\n"));
}

/// Each is refused, and its reason says so.
fn refused(cases: impl IntoIterator<Item = (&'static str, Vec<u8>, &'static str)>) {
    for (what, bytes, said) in cases {
        let refused = opened(&bytes).expect_err(what);
        assert!(refused.contains(said) && refused.ends_with('.'), "{what}: {refused}");
    }
}

/// With a file for which there is a name in every workbook.
fn with(name: &str, text: &str) -> Vec<u8> {
    workbook(TINY.as_bytes(), &[(name, text.as_bytes())])
}

#[test]
fn what_a_reader_would_hold_as_a_whole_is_refused() {
    let sheet = |xml: &str| workbook(xml.as_bytes(), &[]);
    let long = "A".repeat(2 * 1024 * 1024);
    let comment = format!("<!--{}-->{TINY}", "<a>".repeat(500_000));
    let quoted = format!("<worksheet a=\"{}\">{TINY}</worksheet>", "><b ".repeat(500_000));
    let hidden = format!("<worksheet></a \">{comment}</worksheet>");
    let wide = format!("<?xml version=\"1.0\" encoding=\"iso-2022-jp\"?>{TINY}");
    refused([
        ("spaces between tags", sheet(&" ".repeat(2 * 1024 * 1024)), "more than 1 MiB"),
        ("a long text", workbook(&cell(&format!("<v>{long}</v>")), &[]), "more than 1 MiB"),
        ("a long comment", sheet(&comment), "more than 1 MiB"),
        ("a long attribute", sheet(&quoted), "more than 1 MiB"),
        ("a comment behind an odd end tag", sheet(&hidden), "more than 1 MiB"),
        ("a type", sheet("<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet/>"), "no spreadsheet"),
        ("another charset", sheet(&wide), "no spreadsheet"),
        ("two bytes a letter", sheet("\0<\0w"), "no spreadsheet"),
    ]);
}

#[test]
fn what_would_fill_the_memory_bit_by_bit_is_refused() {
    let strings = |text: &str| with("xl/sharedStrings.xml", text);
    let one = format!("<sst><si><t>{}</t></si></sst>", "A".repeat(1024 * 1024 - 100));
    let row = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(200));
    let shares = format!("<worksheet><sheetData>{row}</sheetData></worksheet>");
    let shares = workbook(shares.as_bytes(), &[("xl/sharedStrings.xml", one.as_bytes())]);
    let font =
        format!("<fonts><font><name val=\"{}\"/></font></fonts>", "A".repeat(1024 * 1024 - 100));
    let formats = "<xf fontId=\"0\"/>".repeat(20_000);
    let styles = format!("<styleSheet>{font}<cellXfs>{formats}</cellXfs></styleSheet>");
    let lie = with("xl/SHAREDSTRINGS.xml", "<sst uniqueCount=\"99999999999\"></sst>");
    let many = strings(&format!("<sst>{}</sst>", "<si/><si></si>".repeat(50_000)));
    refused([
        ("many strings", many, "2 MiB of texts"),
        ("a lie about strings", lie, "2 MiB of texts"),
        ("cells that share a long string", shares, "more than 1 MiB of text in row 1"),
        ("styles that repeat a long font", with("xl/styles.xml", &styles), "more styles"),
    ]);
}

#[test]
fn what_is_larger_than_a_list_is_refused() {
    let end = "<c r=\"XFD1048576\"><v>1</v></c></row>";
    let far = TINY.replace("</row>", end);
    let spaces = packed(&[b' '; 4 * 1024 * 1024], &[], CompressionMethod::Deflated);
    let picture = workbook(TINY.as_bytes(), &[("xl/media/image1.png", &[7; 9 * 1024 * 1024])]);
    let names: Vec<_> = (0..2_001).map(|n| format!("xl/f{n}.xml")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let row = TINY.replace("A1", "A4000000");
    refused([
        ("a cell at the far end", workbook(far.as_bytes(), &[]), "beyond column 255"),
        ("a tight bomb", spaces, "unpacks to more"),
        ("a large picture", picture, "unpacks to more"),
        ("many files", workbook(TINY.as_bytes(), &files), "more than 2000 files"),
        ("a row beyond all rows", workbook(row.as_bytes(), &[]), "not in order"),
        ("no value", workbook(&cell(""), &[]), "is empty"),
    ]);
}

/// Writes a wrong number into the central directory of every entry.
fn lied(mut bytes: Vec<u8>, at: usize, value: &[u8]) -> Vec<u8> {
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(&bytes[from..], b"PK\x01\x02") {
        let place = from + found + at;
        bytes[place..place + value.len()].copy_from_slice(value);
        from = place;
    }
    bytes
}

#[test]
fn sizes_that_lie_and_entries_that_are_encrypted_are_refused() {
    let bomb = packed(&[b' '; 4 * 1024 * 1024], &[], CompressionMethod::Deflated);
    let small = lied(bomb, 24, &1_u32.to_le_bytes());
    let refused = opened(&small).expect_err("refused");
    assert!(refused.contains("not opened") || refused.contains("damaged"), "{refused}");
    let locked = lied(workbook(TINY.as_bytes(), &[]), 8, &1_u16.to_le_bytes());
    assert!(opened(&locked).expect_err("refused").contains("password"), "encrypted");
}

#[test]
fn containers_are_told_apart() {
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let ole = |name: &str| [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &wide(name)].concat();
    for (bytes, kind) in [
        (workbook(TINY.as_bytes(), &[]), Some(Kind::Xlsx)),
        (workbook(TINY.as_bytes(), &[("xl/workbook.bin", b"")]), Some(Kind::Whole)),
        (ole("EncryptedPackage"), Some(Kind::Encrypted)),
        (ole("Workbook"), Some(Kind::Whole)),
        (ole("WordDocument"), None),
        (b"PK\x03\x04 word/document.xml".to_vec(), None),
        (b"Name,E-Mail\n".to_vec(), None),
    ] {
        assert_eq!(Kind::of(&bytes), kind);
    }
}

/// What coverage-guided fuzzing found worth keeping.
#[test]
fn the_corpus_of_the_fuzz_target_is_opened_without_a_panic() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/workbook");
    let files = std::fs::read_dir(folder).expect("the corpus is there");
    let mut inputs = 0;
    for file in files {
        let bytes = std::fs::read(file.expect("a file").path()).expect("it can be read");
        let mut text = Vec::new();
        match workbook::open(&bytes, &workbook::Bounds::MESSAGE, &mut text) {
            Ok(()) => assert!(std::str::from_utf8(&text).is_ok()),
            Err(reason) => assert!(reason.ends_with('.'), "{reason:?}"),
        }
        inputs += 1;
    }
    assert!(inputs > 20, "only {inputs} inputs");
}

//! Lists and cards are read as a careful person reads them, in many languages and notations.

use domain::enquiry::{Channel, PartReading, Reading};
use intake::{ReadOptions, read};

use crate::{name, row, rows};

fn card(text: &[u8]) -> Reading {
    read(Channel::Card, None, text, &ReadOptions::default())
}

#[test]
fn titles_and_addresses_of_address_books_are_told_apart() {
    let list = "Anrede/Titel;Vorname;Nachname;Position;Firma;Firma Ort;Firma PLZ;Firma Straße;Ort (privat);Telefon (geschäftlich);E-Mail\n\
        Frau Dr.;Ida;Falk;Leiterin;Falk AG;Graz;8010;Ring 9;Wien;+43 316 5550110;ida@falk.example\n";
    let rows = rows(list.as_bytes());
    let read = row(&rows[0]);
    let address = read.address.clone().unwrap_or_default();
    assert_eq!(read.person.job_title.as_deref(), Some("Leiterin"));
    assert_eq!(
        (address.city.as_deref(), address.postal_code.as_deref(), address.line1.as_deref()),
        (Some("Graz"), Some("8010"), Some("Ring 9"))
    );
    assert_eq!(read.person.phones, ["+433165550110"]);
}

#[test]
fn shifted_cells_are_read_where_the_notation_tells_and_else_held() {
    let backslashed = rows(b"name,note,email\n\"Ann Bo\",\"a \\\"b, c\\\", d\",\"ann@acme.example\"\n\"Li Do\",\"x\",\"li@acme.example\"\n");
    assert_eq!(row(&backslashed[0]).person.emails, ["ann@acme.example"]);
    let loose = rows(b"name,note,email\n\"Ann Bo\",\"a \"big, red\" one\",\"ann@acme.example\"\n");
    assert_eq!(row(&loose[0]).person.emails, ["ann@acme.example"]);
    let tab =
        rows(b"name\tnote\temail\nAnn Bo\tone\ttwo\tann@acme.example\nLi Do\tx\tli@acme.example\n");
    assert!(
        matches!(&tab[0], PartReading::Unclear { reason, .. } if reason.contains("ann@acme.example")),
        "{:?}",
        tab[0]
    );
    row(&tab[1]);
    let remark =
        rows(b"name,email,note\nAnn Bo,ann@acme.example,one, two\nLi Do,li@acme.example\n");
    assert_eq!(row(&remark[0]).message.as_deref(), Some("one, two"));
    row(&remark[1]);
}

#[test]
fn headers_and_totals_among_rows_are_no_people() {
    let list = rows("Name;Firma;E-Mail;Telefon\nAnn Bo;Bo AG;ann@acme.example;0341 5550170\nName;Firma;E-Mail;Telefon\nSumme: 214;;;\nGesamt;;;123456\n\
        Total (2 records);;;\nAnna Total;Total SE;anna@total.example;\n".as_bytes());
    assert_eq!(list.iter().filter(|row| matches!(row, PartReading::Enquiry(_))).count(), 2);
    assert_eq!(list.iter().filter(|row| matches!(row, PartReading::NoLead { .. })).count(), 4);
    // A name and a company reach nobody.
    assert!(matches!(
        &rows(b"name,company,email\nAnn Bo,Bo AG,\n")[0],
        PartReading::Unclear { .. }
    ));
}

#[test]
fn marks_of_spreadsheets_are_dropped_and_apostrophes_of_names_stay() {
    let list = rows("Name;Firma;Telefon;E-Mail\n=\"Franz Huber; jun.\";='Alm;=\"0049341555018\";'franz@huber.example\n't Hart;'s-Hof;'+31205550101;hart@hof.example\n\
        O'Neil;\"=\"\"Kiln\"\"\";0341 5550170;=HYPERLINK(\"mailto:o@kiln.example\")\n".as_bytes());
    let (franz, hart, kiln) = (row(&list[0]), row(&list[1]), row(&list[2]));
    assert_eq!(
        (franz.person.phones[0].as_str(), franz.person.emails[0].as_str()),
        ("+49341555018", "franz@huber.example")
    );
    assert_eq!(
        (name(hart).as_str(), hart.company.as_deref(), hart.person.phones[0].as_str()),
        ("'t Hart", Some("'s-Hof"), "+31205550101")
    );
    assert_eq!(
        (name(kiln).as_str(), kiln.company.as_deref(), kiln.person.emails[0].as_str()),
        ("O'Neil", Some("Kiln"), "o@kiln.example")
    );
}

#[test]
fn a_card_inside_a_card_is_somebody_else_and_the_owner_says_what_comes_first() {
    let director = card(b"BEGIN:VCARD\nVERSION:2.1\nFN:Blas Ortega\nAGENT:\nBEGIN:VCARD\nFN:Lola Prado\nEMAIL:lola@o.example\nEND:VCARD\nEMAIL:blas@o.example\nEND:VCARD\n");
    let Reading::Enquiry(read) = director else { panic!("{director:?}") };
    assert_eq!(
        (name(&read).as_str(), read.person.emails.as_slice()),
        ("Blas Ortega", ["blas@o.example".to_owned()].as_slice())
    );
    assert!(read.other.iter().any(|other| other.value.contains("Lola Prado")));
    // The end of the first card is missing.
    let Reading::Parts(two) = card(b"BEGIN:VCARD\nFN:A Bo\nEMAIL:a@o.example\nBEGIN:VCARD\nFN:C Do\nEMAIL:c@o.example\nEND:VCARD\n") else { panic!("two cards") };
    assert_eq!(two.len(), 2);
    let preferred = card(b"BEGIN:VCARD\nVERSION:4.0\nFN:Tess Vos\nTEL;PREF=5;TYPE=work:+31 20 555 0101\nTEL;PREF=1;TYPE=cell:+31 6 5550 1076\nTEL;TYPE=home:+31 20 555 0103\n\
        EMAIL;PREF=9:b@o.example\nEMAIL;PREF=2:a@o.example\nEND:VCARD\n");
    let Reading::Enquiry(read) = preferred else { panic!("{preferred:?}") };
    assert_eq!(read.person.phones, ["+31655501076", "+31205550101", "+31205550103"]);
    assert_eq!(read.person.emails, ["a@o.example", "b@o.example"]);
    let old = card(b"BEGIN:VCARD\nVERSION:3.0\nFN:Tess Vos\nEMAIL;TYPE=HOME:b@o.example\nEMAIL;TYPE=WORK,PREF:a@o.example\nEND:VCARD\n");
    assert!(matches!(old, Reading::Enquiry(read) if read.person.emails[0] == "a@o.example"));
}

use domain::enquiry::Enquiry;

use super::*;

fn one(text: &str) -> Enquiry {
    match read(text.as_bytes(), &ReadOptions::default()) {
        Reading::Enquiry(enquiry) => *enquiry,
        other => panic!("no enquiry: {other:?}"),
    }
}

#[test]
fn f3_a_card_of_version_4_becomes_an_enquiry_of_a_trade_show() {
    let read = one(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna Blum\r\nN:Blum;Anna;;Dr.;\r\nORG:Acme\\, Inc;Sales\r\n\
         TEL;VALUE=uri;PREF=1;TYPE=\"voice,home\":tel:+49-3581-123456;ext=12\r\nEMAIL;TYPE=work:Anna@A\r\n CME.de\r\n\
         NOTE:needs 5\\npumps\r\nADR;LABEL=\"x:y;z\":;;Weg 1;Köln;;50667;Germany\r\nEND:VCARD\r\n",
    );
    assert_eq!(read.source, LeadSource::TradeShow);
    assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"));
    assert_eq!(read.person.emails, ["anna@acme.de"]);
    assert_eq!(read.person.phones, ["+493581123456"]);
    assert_eq!(read.company.as_deref(), Some("Acme, Inc"));
    assert_eq!(read.message.as_deref(), Some("needs 5\npumps"));
    let address = read.address.unwrap_or_default();
    assert_eq!((address.city.as_deref(), address.country.as_deref()), (Some("Köln"), Some("DE")));
}

#[test]
fn f3_a_broken_card_is_read_as_far_as_it_goes() {
    let read = one("BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:J=F6rg=\n Moll\nEMAIL:j@m.de");
    assert_eq!(read.person.full_name().as_deref(), Some("Jörg Moll"));
    assert!(matches!(super::read(b"hello", &ReadOptions::default()), Reading::Unclear { .. }));
}

#[test]
fn f3_a_mecard_and_a_bizcard_are_cards() {
    let read = one(
        "MECARD:N:Owen,Sean;TEL:+12125551212;EMAIL:srowen@acme.example;ORG:Acme\\, Inc;ADR:76 9th Avenue, 4th Floor;NOTE:wants 3;;",
    );
    assert_eq!(read.person.full_name().as_deref(), Some("Sean Owen"));
    assert_eq!(read.person.emails, ["srowen@acme.example"]);
    assert_eq!(read.person.phones, ["+12125551212"]);
    assert_eq!(
        (read.company.as_deref(), read.message.as_deref()),
        (Some("Acme, Inc"), Some("wants 3"))
    );
    let read = one(
        "BIZCARD:N:Sean;X:Owen;T:Software Engineer;C:Acme;A:76 9th Avenue, New York;B:+12125551212;E:s@acme.example;;",
    );
    assert_eq!(read.person.job_title.as_deref(), Some("Software Engineer"));
    assert_eq!(read.person.full_name().as_deref(), Some("Sean Owen"));
}

#[test]
fn f3_a_jcard_is_a_card() {
    let read = one(
        r#"["vcard",[["version",{},"text","4.0"],["fn",{},"text","Anna Blum"],["n",{},"text",["Blum","Anna","","Dr.",""]],["org",{},"text","Acme; Sons"],["email",{"type":"work"},"text","anna@acme.example"],["tel",{"type":["work","voice"],"pref":"2"},"uri","tel:+49-3581-123456"],["tel",{"type":"cell","pref":"1"},"uri","tel:+49-171-5550188"],["adr",{},"text",["","",["Weg 1","Hof 2"],"Köln","","50667","Germany"]]]]"#,
    );
    assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"));
    assert_eq!(read.person.phones, ["+491715550188", "+493581123456"]);
    assert_eq!(read.company.as_deref(), Some("Acme; Sons"));
    assert_eq!(read.address.and_then(|address| address.line1).as_deref(), Some("Weg 1 Hof 2"));
    let several = br#"[["vcard",[["fn",{},"text","A B"],["email",{},"text","a@b.example"]]],["vcard",[["fn",{},"text","C D"],["email",{},"text","c@d.example"]]]]"#;
    assert_eq!(read_all(several, &ReadOptions::default()).len(), 2);
}

#[test]
fn f3_an_xcard_is_a_card() {
    let read = one(
        "<?xml version=\"1.0\"?><vcards xmlns=\"urn:ietf:params:xml:ns:vcard-4.0\"><vcard><fn><text>Anna Blum</text></fn>\
         <n><surname>Blum</surname><given>Anna</given><additional/><prefix/><suffix/></n>\
         <org><text>Blum &amp; Söhne</text></org><group name=\"work\"><email><text>anna@blum.example</text></email></group>\
         <tel><parameters><type><text>work</text></type><pref><integer>2</integer></pref></parameters><uri>tel:+49-3581-123456</uri></tel>\
         <tel><parameters><type><text>cell</text></type><pref><integer>1</integer></pref></parameters><uri>tel:+49-171-5550188</uri></tel>\
         <adr><pobox/><ext/><street>Weg 1</street><locality>Köln</locality><region/><code>50667</code><country>Germany</country></adr>\
         </vcard></vcards>",
    );
    assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"));
    assert_eq!(read.person.emails, ["anna@blum.example"]);
    assert_eq!(read.person.phones, ["+491715550188", "+493581123456"]);
    assert_eq!(read.company.as_deref(), Some("Blum & Söhne"));
    assert_eq!(read.address.and_then(|address| address.city).as_deref(), Some("Köln"));
}

/// Name, position, company, telephones, street, town.
type Scan<'s> =
    (&'s str, Option<&'s str>, Option<&'s str>, &'s [&'s str], Option<&'s str>, Option<&'s str>);

/// The text of a card in each language, and what it says.
const SCANS: [(&str, Scan<'_>); 6] = [
    (
        "Möller Anlagenbau GmbH\nDr. Petra Möller\nGeschäftsführerin\nTel. +49 221 5550170\nMobil +49 171 5550171\nFax +49 221 5550172\npetra.moeller@moeller-anlagen.example\nIndustriestraße 12, 50667 Köln\nwww.moeller-anlagen.example",
        (
            "Petra Möller",
            Some("Geschäftsführerin"),
            Some("Möller Anlagenbau GmbH"),
            &["+492215550170", "+491715550171"],
            Some("Industriestraße 12"),
            Some("Köln"),
        ),
    ),
    (
        "CAFFÈ LIDO S.r.l.\nGiulia Conti\nResponsabile Acquisti\nVia Roma 14\n20121 Milano (MI)\nTel: +39 02 5550 1234\nCell. +39 347 555 0199\ng.conti@caffelido.example",
        (
            "Giulia Conti",
            Some("Responsabile Acquisti"),
            Some("CAFFÈ LIDO S.r.l."),
            &["+390255501234", "+393475550199"],
            Some("Via Roma 14"),
            Some("Milano"),
        ),
    ),
    (
        "Ana Ruiz Mora\nDirectora de Compras\nHoteles del Sur, S.L.\nCalle Mayor 7\n28013 Madrid\nTel. +34 915 550 100\nMóvil: +34 612 345 678\naruiz@hotelesdelsur.example",
        (
            "Ana Ruiz Mora",
            Some("Directora de Compras"),
            Some("Hoteles del Sur, S.L."),
            &["+34915550100", "+34612345678"],
            Some("Calle Mayor 7"),
            Some("Madrid"),
        ),
    ),
    (
        "Brouwer Techniek B.V.\nJan de Vries\nInkoper\nKerkstraat 12\n1012 AB Amsterdam\nT +31 20 555 0134\nM +31 6 1234 5678\nj.devries@brouwertechniek.example",
        (
            "Jan de Vries",
            Some("Inkoper"),
            Some("Brouwer Techniek B.V."),
            &["+31205550134", "+31612345678"],
            Some("Kerkstraat 12"),
            Some("Amsterdam"),
        ),
    ),
    (
        "Sarah Connolly\nHead of Procurement\nNorthwind Foods Ltd\n14 Harbour Street\nPhone: +44 20 7946 0123\nMobile: +44 7700 900123\nsarah@northwind.example | www.northwind.example",
        (
            "Sarah Connolly",
            Some("Head of Procurement"),
            Some("Northwind Foods Ltd"),
            &["+442079460123", "+447700900123"],
            Some("14 Harbour Street"),
            None,
        ),
    ),
    (
        "Boulangerie Martin SARL\nClaire Martin\nResponsable des achats\n12 rue de la Paix\n75002 Paris\nTél. : +33 1 42 55 01 23\nPort. +33 6 12 34 56 78\nclaire.martin@boulangerie-martin.example",
        (
            "Claire Martin",
            Some("Responsable des achats"),
            Some("Boulangerie Martin SARL"),
            &["+33142550123", "+33612345678"],
            Some("12 rue de la Paix"),
            Some("Paris"),
        ),
    ),
];

#[test]
fn f4_the_text_of_a_scanned_card_is_read_in_six_languages() {
    for (text, (name, title, company, phones, street, town)) in SCANS {
        let read = one(text);
        assert_eq!(read.person.full_name().as_deref(), Some(name), "{text}");
        assert_eq!(read.person.job_title.as_deref(), title, "{text}");
        assert_eq!(read.company.as_deref(), company, "{text}");
        assert_eq!(read.person.phones, phones, "{text}");
        let address = read.address.unwrap_or_default();
        assert_eq!((address.line1.as_deref(), address.city.as_deref()), (street, town), "{text}");
    }
}

#[test]
fn f4_where_no_line_of_a_card_is_surely_the_name_a_person_looks() {
    let text = "Blue Harbour\nOpen Kitchen\n+49 30 5550188\nhello@mail.example";
    let Reading::Unclear { reason, enquiry: Some(kept) } =
        super::read(text.as_bytes(), &ReadOptions::default())
    else {
        panic!("a guess")
    };
    assert!(reason.contains("Blue Harbour"), "{reason}");
    assert_eq!(kept.person.phones, ["+49305550188"]);
}

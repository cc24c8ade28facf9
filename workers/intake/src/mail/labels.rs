//! What the labels in mails of forms mean, beyond the names that fields have elsewhere.

use crate::fields::{self, Field, fold};
use crate::normal;

/// Words that address the visitor, folded; they say nothing of the field.
const POSSESSIVES: &[&str] = &[
    "ihr", "ihre", "dein", "deine", "your", "votre", "vos", "ton", "su", "tu", "il", "la", "tuo",
    "tua", "vostro", "vostra", "seu", "sua", "o", "uw", "je", "jouw", "din", "ditt", "dit", "twoj",
    "twoje", "vas", "vase", "the", "el", "le", "visitor", "visitors", "customer", "client",
    "kunde", "kunden", "absender", "besucher", "contact", "kontakt", "of",
];
/// Labels by meaning, folded.
const LABELS: &[(Field, &str)] = &[
    (
        Field::FullName,
        "imie imieinazwisko nazwiskoiimie jmeno jmenoaprijmeni menoapriezvisko meno nev teljesnev \
         namn navn nimi vardas vardasirpavarde vards nume numesiprenume ad adsoyad isim imeiprezime \
         ime имя имяифамилия фио имена ім'я ім’я імя όνομα ονοματεπώνυμο 氏名 お名前 名前 姓名 名字 \
         联系人 성함 이름 שם الاسم från fra von from de od van da absendername sendername",
    ),
    (
        Field::Email,
        "epost eposta epostadress epostadresse sahkoposti sahkopostiosoite adresemail adresemail \
         adresaemail adrese emailcim elpastas elpasts почта электроннаяпочта эл почта елпошта пошта \
         емайл имейл ηλεκτρονικόταχυδρομείο メール メールアドレス 邮箱 电子邮件 電子郵件 電郵 이메일 \
         דואראלקטרוני البريدالإلكتروني mejl mailadresse posta emailadress",
    ),
    (
        Field::Phone,
        "numertelefonu nrtelefonu telefonnicislo telefonniho telefonszam puhelin puhelinnumero \
         telefonnummer tlf tlfnr telnummer telefonas talrunis telefonnumarasi телефон \
         номертелефона τηλέφωνο 電話 電話番号 电话 電話號碼 手机 联系电话 전화 전화번호 연락처 טלפון \
         الهاتف ruckruf ruckrufunter ruckrufnummer callback callmeat reachmeat erreichbarunter \
         bellen rappel llamar richiamare telefonszama komorka",
    ),
    (
        Field::Company,
        "nazwafirmy spolecnost spolocnost ceg cegnev foretag foretagsnamn virksomhed bedrift yritys \
         imone uznemums companie sirket tvrtka podjetje компания организация компанія εταιρεία \
         会社名 会社 公司 公司名称 회사 회사명 חברה الشركة",
    ),
    (
        Field::Message,
        "wiadomosc tresc trescwiadomosci zprava sprava uzenet meddelande besked melding viesti \
         zinute zina mesaj poruka sporocilo сообщение вопрос текст комментарий повідомлення μήνυμα \
         メッセージ お問い合わせ内容 お問い合わせ 内容 留言 消息 留言内容 문의내용 메시지 내용 הודעה \
         الرسالة messagebody mensagem texte testo texto tekst anliegen wunsch ihranliegen ihrwunsch \
         pregunta domanda pergunta pytanie dotaz otazka sporgsmal fraga kysymys",
    ),
    (Field::City, "miasto mesto varos by kaupunki город місто πόλη 市 城市 도시"),
    (Field::Product, "produkt tuote termek produs urun товар продукт προϊόν 製品 商品 产品 제품"),
    (Field::Quantity, "ilosc mnozstvi mnozstvo mennyiseg antal antall maara количество 数量 수량"),
];
/// Pieces of labels of telephones, folded.
const PHONES: &[&str] = &["tel", "ruf", "call", "phone", "handy", "mob", "fon", "gsm", "whatsapp"];

/// What a label means; where it does not tell, its value may.
#[must_use]
pub(super) fn meaning(label: &str, value: &str) -> Option<Field> {
    let bare = without_possessive(label);
    let known = fields::meaning(label).or_else(|| fields::meaning(&bare)).or_else(|| {
        let folded = [fold(label), fold(&bare)];
        LABELS
            .iter()
            .find(|(_, words)| {
                words.split_whitespace().any(|word| folded.iter().any(|f| f == word))
            })
            .map(|(field, _)| *field)
    });
    let value = value.trim();
    let is_address = value.contains('@') && !value.contains(' ') && normal::email(value).is_some();
    match known {
        Some(Field::Email | Field::OtherEmail) => known,
        _ if is_address => Some(Field::Email),
        Some(_) => known,
        None => {
            let folded = fold(label);
            let digits = value.chars().filter(char::is_ascii_digit).count();
            (PHONES.iter().any(|piece| folded.contains(piece)) && digits >= 6)
                .then_some(Field::Phone)
        }
    }
}

fn without_possessive(label: &str) -> String {
    let words = label.split_whitespace();
    let kept = words.filter(|word| !POSSESSIVES.contains(&fold(word).as_str()));
    kept.collect::<Vec<_>>().join(" ")
}

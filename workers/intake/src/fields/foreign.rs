//! The names of fields in further languages: Nordic, Baltic, Slavic, Hungarian, Romanian, Greek, Turkish, Portuguese and
//! East Asian ones.

use super::kind::Field;

/// As [`super::names::NAMES`].
pub(super) const NAMES: &[(Field, &str)] = &[
    (
        Field::GivenName,
        "imie jmeno krestnijmeno meno krstnemeno keresztnev utonev fornavn fornamn etunimi \
         eesnimi vards vardas ime prenume ad isim имя імя име όνομα nomeproprio primeironome \
         名 名前名 이름",
    ),
    (
        Field::FamilyName,
        "nazwisko prijmeni priezvisko vezeteknev csaladnev efternavn etternavn efternamn \
         sukunimi perekonnanimi uzvards pavarde prezime priimek soyad soyadi soyisim фамилия \
         прізвище презиме επώνυμο επίθετο sobrenome apelido ultimonome 姓 성",
    ),
    (
        Field::FullName,
        "imieinazwisko nazwiskoiimie imieinazwiskokontaktu jmenoaprijmeni celejmeno \
         menoapriezvisko celemeno nev teljesnev namn navn nimi kokonimi fullstandigtnamn \
         fuldenavn fulltnavn vardasirpavarde vardsuzvards nume numesiprenume numecomplet \
         numeprenume adsoyad adisoyadi imeiprezime imeinpriimek имяифамилия фио имена \
         именаифамилия ονοματεπώνυμο nomecompletodocontato 氏名 お名前 名前 姓名 名字 联系人 聯絡人 성함 성명 שם \
         שםמלא الاسم kontaktnaosoba osobakontaktowa kontaktniosoba kapcsolattarto \
         yhteyshenkilo kontaktpersonnavn контактноелицо контактнаособа pessoadecontato \
         persoanadecontact ilgilikisi",
    ),
    (
        Field::JobTitle,
        "stanowisko pozice funkce pracovnipozice pozicia funkcia pracovnapozicia beosztas \
         munkakor pozicio stilling tittel befattning jobbtitel tehtava asema tehtavanimike \
         amet ametikoht amats pareigos pozicija radnomjesto delovnomesto functia unvan gorev \
         pozisyon должность посада длъжност θέση ιδιότητα cargofuncao funcao 职位 職位 職務 役職 직책 \
         직위 직함 תפקיד",
    ),
    (
        Field::Company,
        "nazwafirmy nazwaprzedsiebiorstwa spolecnost nazevspolecnosti nazevfirmy spolocnost \
         nazovspolocnosti nazovfirmy ceg cegnev foretag foretagsnamn virksomhed \
         virksomhedsnavn firmanavn firmanamn bedrift bedriftsnavn selskap yritys \
         yrityksennimi ettevote uznemums imone companie numecompanie sirket sirketadi tvrtka \
         nazivtvrtke podjetje imepodjetja компания названиекомпании организация компанія \
         організація фирма εταιρεία επωνυμία nomedaempresa empresanome 会社 会社名 貴社名 御社名 公司 公司名称 \
         公司名稱 회사 회사명 חברה الشركة betrieb firmenbezeichnung",
    ),
    (
        Field::Email,
        "epost eposta epostadress epostadresse epostaadresi epostiaadress sahkoposti \
         sahkopostiosoite adresaemail adrese emailcim emailadresa emailovaadresa elpastas \
         elpasts elpastoadresas emailaddr emailadr mejl posta почта электроннаяпочта элпочта \
         эпочта елпошта електроннапошта пошта емайл имейл ηλεκτρονικόταχυδρομείο ηταχυδρομείο \
         メール メールアドレス 邮箱 邮件 电子邮件 电子邮箱 電子郵件 電子信箱 電郵 이메일 이메일주소 דואראלקטרוני البريدالإلكتروني \
         enderecodeemail emailcontato",
    ),
    (
        Field::Phone,
        "numertelefonu nrtelefonu telefonnicislo telefonnecislo telefonszam telefonszama \
         puhelin puhelinnumero tlf tlfnr telnummer telefonas talrunis telefonnumarasi \
         telefoninumber brojtelefona telefonskastevilka telefone numerodetelefone \
         numardetelefon nrtel telnum telno phonenbr phonenum phonenr rueckrufnummer \
         ruckrufnummer ruckruf telefonmobil telefonhandy telefonemobil телефон номертелефона \
         номер телефони тел τηλέφωνο 電話 電話番号 电话 联系电话 電話號碼 전화 전화번호 연락처 טלפון الهاتف",
    ),
    (
        Field::Mobile,
        "komorka telefonkomorkowy mobilnitelefon mobilnytelefon mobiltelefonszam mobilnummer \
         mobilnr mobilenr mobileno handynr matkapuhelin mobiltelefonnummer telemovel \
         ceptelefonu cep мобильный мобильныйтелефон κινητό 携帯 携帯電話 手机 手机号 手機 휴대폰 핸드폰 נייד \
         جوال",
    ),
    (
        Field::Message,
        "anliegen wunsch pregunta domanda pergunta pytanie dotaz otazka sporgsmal fraga kysymys testo texto \
         wiadomosc tresc trescwiadomosci zprava sprava uzenet meddelande besked melding \
         viesti zinute zina mesaj mesajul poruka sporocilo сообщение вопрос текст комментарий \
         повідомлення μήνυμα メッセージ お問い合わせ内容 お問い合わせ 内容 留言 消息 留言内容 문의내용 메시지 내용 הודעה الرسالة \
         messagebody mensagem",
    ),
    (
        Field::City,
        "miasto miejscowosc mesto obec varos by bynavn poststed postort postitoimipaikka \
         kaupunki linn pilseta miestas grad oras localitate sehir il город місто град πόλη \
         cidade 市 城市 도시 都市",
    ),
    (
        Field::PostalCode,
        "kodpocztowy psc iranyitoszam postnummer postnr postinumero postiindeks pastaindekss \
         pastokodas postanskibroj codpostal postakodu индекс почтовыйиндекс поштовийіндекс τκ \
         郵便番号 邮编 우편번호 postnumer",
    ),
    (
        Field::Line1,
        "ulica uliceacislo utca cim gatuadress gateadresse katuosoite adresa ulicaibroj \
         strada улица адрес διεύθυνση morada endereco 住所 地址 주소",
    ),
    (
        Field::Country,
        "kraj zeme krajina orszag maa riik valsts salis drzava tara ulke страна країна χώρα 国 \
         国家 국가",
    ),
    (
        Field::Product,
        "tuote termek produs urun товар продукт προϊόν 製品 商品 产品 제품 wyrob vyrobek vyrobok",
    ),
    (
        Field::Quantity,
        "ilosc mnozstvi mnozstvo mennyiseg antal antall maara cantitate kolicina kolicestvo \
         количество кількість 数量 수량 ποσότητα miktar adet",
    ),
    (
        Field::Topic,
        "temat predmet tema aihe emne amne targy konu subiect тема θέμα 件名 主题 제목 assunto",
    ),
];

//! ISO 3166-1 codes and the country names that people write in forms.

/// Every alpha-2 code followed by its alpha-3 code.
const CODES: &str = "\
AFAFG AXALA ALALB DZDZA ASASM ADAND AOAGO AIAIA AQATA AGATG ARARG AMARM AWABW AUAUS ATAUT AZAZE \
BSBHS BHBHR BDBGD BBBRB BYBLR BEBEL BZBLZ BJBEN BMBMU BTBTN BOBOL BQBES BABIH BWBWA BVBVT BRBRA \
IOIOT BNBRN BGBGR BFBFA BIBDI CVCPV KHKHM CMCMR CACAN KYCYM CFCAF TDTCD CLCHL CNCHN CXCXR CCCCK \
COCOL KMCOM CGCOG CDCOD CKCOK CRCRI CICIV HRHRV CUCUB CWCUW CYCYP CZCZE DKDNK DJDJI DMDMA DODOM \
ECECU EGEGY SVSLV GQGNQ ERERI EEEST SZSWZ ETETH FKFLK FOFRO FJFJI FIFIN FRFRA GFGUF PFPYF TFATF \
GAGAB GMGMB GEGEO DEDEU GHGHA GIGIB GRGRC GLGRL GDGRD GPGLP GUGUM GTGTM GGGGY GNGIN GWGNB GYGUY \
HTHTI HMHMD VAVAT HNHND HKHKG HUHUN ISISL ININD IDIDN IRIRN IQIRQ IEIRL IMIMN ILISR ITITA JMJAM \
JPJPN JEJEY JOJOR KZKAZ KEKEN KIKIR KPPRK KRKOR KWKWT KGKGZ LALAO LVLVA LBLBN LSLSO LRLBR LYLBY \
LILIE LTLTU LULUX MOMAC MGMDG MWMWI MYMYS MVMDV MLMLI MTMLT MHMHL MQMTQ MRMRT MUMUS YTMYT MXMEX \
FMFSM MDMDA MCMCO MNMNG MEMNE MSMSR MAMAR MZMOZ MMMMR NANAM NRNRU NPNPL NLNLD NCNCL NZNZL NINIC \
NENER NGNGA NUNIU NFNFK MKMKD MPMNP NONOR OMOMN PKPAK PWPLW PSPSE PAPAN PGPNG PYPRY PEPER PHPHL \
PNPCN PLPOL PTPRT PRPRI QAQAT REREU ROROU RURUS RWRWA BLBLM SHSHN KNKNA LCLCA MFMAF PMSPM VCVCT \
WSWSM SMSMR STSTP SASAU SNSEN RSSRB SCSYC SLSLE SGSGP SXSXM SKSVK SISVN SBSLB SOSOM ZAZAF GSSGS \
SSSSD ESESP LKLKA SDSDN SRSUR SJSJM SESWE CHCHE SYSYR TWTWN TJTJK TZTZA THTHA TLTLS TGTGO TKTKL \
TOTON TTTTO TNTUN TRTUR TMTKM TCTCA TVTUV UGUGA UAUKR AEARE GBGBR USUSA UMUMI UYURY UZUZB VUVUT \
VEVEN VNVNM VGVGB VIVIR WFWLF EHESH YEYEM ZMZMB ZWZWE";

/// Names in English, Spanish, Italian, Dutch, German and French, folded as by [`crate::fold::fold`].
const NAMES: &[(&str, &[&str])] = &[
    ("AE", &["unitedarabemirates", "uae", "emiratosarabesunidos"]),
    ("AR", &["argentina", "argentinien", "argentine", "argentinie"]),
    ("AT", &["austria", "osterreich", "oesterreich", "autriche", "oostenrijk"]),
    ("AU", &["australia", "australien", "australie"]),
    ("BE", &["belgium", "belgica", "belgio", "belgie", "belgien", "belgique"]),
    ("BG", &["bulgaria", "bulgarien", "bulgarie", "bulgarije"]),
    ("BR", &["brazil", "brasil", "brasile", "brasilien", "bresil", "brazilie"]),
    ("CA", &["canada", "kanada"]),
    ("CH", &["switzerland", "schweiz", "suisse", "svizzera", "suiza", "zwitserland", "dieschweiz"]),
    ("CL", &["chile", "cile", "chili"]),
    ("CN", &["china", "cina", "chine", "prchina"]),
    ("CO", &["colombia", "kolumbien", "colombie"]),
    ("CY", &["cyprus", "zypern", "chypre", "chipre", "cipro"]),
    (
        "CZ",
        &["czechia", "czechrepublic", "tschechien", "tsjechie", "chequia", "tchequie", "cechia"],
    ),
    ("DE", &["germany", "deutschland", "alemania", "germania", "allemagne", "duitsland", "brd"]),
    ("DK", &["denmark", "danemark", "dinamarca", "danimarca", "denemarken", "danmark"]),
    ("EE", &["estonia", "estland", "estonie"]),
    ("ES", &["spain", "espana", "spanien", "spagna", "espagne", "spanje"]),
    ("FI", &["finland", "finnland", "finlandia", "finlande", "suomi"]),
    ("FR", &["france", "frankreich", "francia", "frankrijk"]),
    (
        "GB",
        &[
            "unitedkingdom",
            "uk",
            "greatbritain",
            "england",
            "scotland",
            "wales",
            "northernireland",
            "grossbritannien",
            "vereinigteskonigreich",
            "reinounido",
            "regnounito",
            "royaumeuni",
            "verenigdkoninkrijk",
            "grootbrittannie",
        ],
    ),
    ("GR", &["greece", "griechenland", "grecia", "grece", "griekenland", "hellas"]),
    ("HR", &["croatia", "kroatien", "croacia", "croazia", "croatie", "kroatie", "hrvatska"]),
    ("HU", &["hungary", "ungarn", "hungria", "ungheria", "hongrie", "hongarije"]),
    ("IE", &["ireland", "irland", "irlanda", "irlande", "ierland", "eire"]),
    ("IL", &["israel", "israele"]),
    ("IN", &["india", "indien", "inde"]),
    ("IS", &["iceland", "island", "islandia", "islanda", "islande", "ijsland"]),
    ("IT", &["italy", "italia", "italien", "italie"]),
    ("JP", &["japan", "japon", "giappone"]),
    ("KR", &["southkorea", "korea", "republicofkorea", "sudkorea", "coreadelsur"]),
    ("LI", &["liechtenstein"]),
    ("LT", &["lithuania", "litauen", "lituania", "lituanie", "litouwen"]),
    ("LU", &["luxembourg", "luxemburg", "luxemburgo", "lussemburgo"]),
    ("LV", &["latvia", "lettland", "letonia", "lettonia", "lettonie", "letland"]),
    ("MA", &["morocco", "marokko", "marruecos", "marocco", "maroc"]),
    ("MT", &["malta", "malte"]),
    ("MX", &["mexico", "mexiko", "mejico", "messico", "mexique"]),
    (
        "NL",
        &[
            "netherlands",
            "thenetherlands",
            "holland",
            "nederland",
            "niederlande",
            "dieniederlande",
            "paisesbajos",
            "paesibassi",
            "paysbas",
        ],
    ),
    ("NO", &["norway", "norwegen", "noruega", "norvegia", "norvege", "noorwegen", "norge"]),
    ("NZ", &["newzealand", "neuseeland", "nuevazelanda"]),
    ("PE", &["peru", "perou"]),
    ("PL", &["poland", "polen", "polonia", "pologne", "polska"]),
    ("PT", &["portugal", "portogallo"]),
    ("RO", &["romania", "rumanien", "rumania", "roumanie", "roemenie"]),
    ("RS", &["serbia", "serbien", "serbie", "servie"]),
    ("RU", &["russia", "russianfederation", "russland", "rusia", "russie", "rusland"]),
    ("SE", &["sweden", "schweden", "suecia", "svezia", "suede", "zweden", "sverige"]),
    ("SG", &["singapore", "singapur", "singapour"]),
    ("SI", &["slovenia", "slowenien", "eslovenia", "slovenie"]),
    ("SK", &["slovakia", "slowakei", "eslovaquia", "slovacchia", "slovaquie", "slowakije"]),
    ("TR", &["turkey", "turkei", "turquia", "turchia", "turquie", "turkije", "turkiye"]),
    ("TW", &["taiwan"]),
    ("UA", &["ukraine", "ucrania", "ucraina", "oekraine"]),
    (
        "US",
        &[
            "unitedstates",
            "unitedstatesofamerica",
            "theunitedstates",
            "america",
            "vereinigtestaaten",
            "estadosunidos",
            "eeuu",
            "statiuniti",
            "etatsunis",
            "verenigdestaten",
        ],
    ),
    ("ZA", &["southafrica", "sudafrika", "sudafrica", "afriquedusud", "zuidafrika"]),
];

/// The alpha-2 code of a country given as alpha-2, alpha-3 or by a common name; `None` where it is
/// not known.
#[must_use]
pub fn code(written: &str) -> Option<&'static str> {
    let folded = crate::fold::fold(written);
    let entries = || CODES.split(' ').filter(|entry| entry.len() == 5);
    let by_name =
        || NAMES.iter().find(|(_, names)| names.contains(&folded.as_str())).map(|(code, _)| *code);
    match folded.len() {
        2 => entries().map(|entry| &entry[..2]).find(|c| c.eq_ignore_ascii_case(&folded)),
        3 => entries().find(|entry| entry[2..].eq_ignore_ascii_case(&folded)).map(|e| &e[..2]),
        _ => None,
    }
    .or_else(by_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_to_alpha_2() {
        for (written, expected) in [
            ("de", "DE"),
            ("IRL", "IE"),
            ("UK", "GB"),
            ("España", "ES"),
            ("Österreich", "AT"),
            ("Pays-Bas", "NL"),
            ("U.S.A.", "US"),
        ] {
            assert_eq!(code(written), Some(expected), "{written}");
        }
        assert_eq!(code("Atlantis"), None);
        assert_eq!(CODES.split(' ').count(), 249);
    }
}

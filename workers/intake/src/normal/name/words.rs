//! The words around names, folded.

use domain::word_list::Words;
use domain::words;

/// Titles before a name in six languages, folded; they are left out.
pub(super) static TITLES: Words = words!(
    "\
    mr mrs ms miss mx dr prof herr frau hr fr sr sra srta don dona sig signor signora dott dottssa \
    ing dhr mevr mw m mme mlle monsieur madame rev dipling mag"
);
/// Other salutations and titles, folded, that may stand in a field for a title.
pub(super) static SALUTATIONS: Words = words!(
    "\
    mister misses sir madam lady lord professor doctor doktor herrn fraulein divers senor senora \
    senorita dra profa ingeniero sigra signorina dottore dottoressa avv arch rag geom heer mevrouw \
    dhrmevr ir drs mr docteur maitre me pan pani pania mgr inz bc ing mudr judr ur holgy senhor \
    senhora exmo exma hra rva herra rouva fru froken ms k kk bay bayan kyrios kyria κ κα κος г гн гжа \
    господин госпожа пан пані 様 先生 女士 小姐 씨 hon captain capt familie family firma m f w male female \
    mannlich weiblich kein keine dipling diplkfm diplkffr dipl rechtsanwalt ra mrmrs herrfrau ddr \
    profdr mmeetm univprof magdr drmed drjur drrernat pfarrer st sra srta"
);
/// What follows a name, folded: generations, degrees, professions.
pub(super) static SUFFIXES: Words = words!(
    "\
    jr sr ii iii iv junior senior phd dphil md mba emba esq msc bsc ba ma bs ms beng meng llm llb jd \
    dds dvm rn cpa cfa cfo ceo cto coo pe pmp obe mbe cbe frcs facp pharmd edd psyd do dmd mph mpa \
    mfa bed med bcom mcom ca acca csc drsc dsc ing ir mag dipling diplingfh diplkfm diplbetrw fh bak \
    bakk laur dott architekt architect arquitecto architetto architecte rechtsanwalt rechtsanwaltin \
    attorney attorneyatlaw lawyer abogado abogada avvocato advokat notar notary steuerberater \
    steuerberaterin arzt arztin engineer ingenieur ingeniero ingegnere geometra owner inhaber \
    inhaberin director direktor manager geschaftsfuhrer geschaftsfuhrerin prokurist einkauf vertrieb \
    sales purchasing buyer president partner founder meister backermeister tischlermeister dr prof \
    prokuristin gerente titolare gerant architektin architektka ingenieurin beraterin berater designer designerin \
    leiter leiterin techniker technikerin lehrer lehrerin therapeut therapeutin physiotherapeutin zahnarzt zahnarztin \
    tierarzt tierarztin apotheker apothekerin ergotherapeutin heilpraktiker heilpraktikerin patentanwalt rechtsanwaelte \
    wirtschaftsprufer wirtschaftspruferin notarin juristin jurist facharzt avocat avocate notaire medecin pharmacien \
    pharmacienne expertcomptable infirmiere ingenieure architectedplg consultant consultante consultor consultora \
    notaria notario medico medica arquitecta ingeniera economista advogado advogada engenheiro engenheira arquiteto \
    arquiteta contabilista avvocata avvocatessa architetta commercialista notaio consulente dottoressa dottore advocaat \
    notaris arts dierenarts makelaar adviseur adwokat radcaprawny lekarz inzynier notariusz advokatka lekar lekarka \
    inzenyr ugyved orvos mernok jurista lakare arkitekt siviladvokat lege laege ingenior juristi laakari arkkitehti \
    accountant solicitor barrister surveyor nurse teacher consultantin freelancer chef owner ceo phd"
);
/// Legal forms behind a comma: then it is a company's name.
pub(super) static LEGAL_FORMS: Words = words!(
    "\
    ltd limited inc incorporated llc llp lp plc corp corporation co company gmbh mbh ag kg ohg gbr ug \
    ek ev eg gmbhcokg se sa sl slu sau scp srl spa sas sarl snc eurl bv nv vof ab as asa aps oy oyj \
    ou sia uab spzoo spj sro spolsro kft zrt bt doo dd eood ood pty ptyltd pvtltd kk lda ltda ehf hf \
    sp sc"
);

//! What would become of an enquiry: whether it is qualified, and what would be offered by itself. The workers'
//! own decisions, in a world with nothing but this lead and a catalog.

use std::sync::Arc;

use anyhow::bail;
use domain::catalog::Catalog;
use domain::catalog_file::CatalogFile;
use domain::catalog_problems;
use domain::enquiry::{Channel, Enquiry, Interest};
use domain::events::{
    LeadCaptured, LeadDisqualified, OpportunityCreated, OpportunityRepriced, QuoteActivated,
    QuoteDrafted,
};
use domain::ids::{derived, minted};
use domain::lead::Lead;
use domain::shelf::Shelf;
use domain::story::Story;
use qualification::{FieldMap, Qualification, Rules};
use quoting::Quoting;
use serde::Serialize;

use crate::rules;
use crate::settings::Settings;

/// What would be offered.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Offer {
    /// none, draft (a person looks first) or active (the customer may accept it).
    state: &'static str,
    /// Why it is no more than that: finished sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    why: Vec<String>,
}

impl Offer {
    const fn of(state: &'static str, why: Vec<String>) -> Self {
        Self { state, why }
    }

    pub(super) fn for_people(&self) -> String {
        if self.why.is_empty() {
            return self.state.to_owned();
        }
        format!("{}: {}", self.state, self.why.join(" "))
    }
}

/// The sellers' side: policy, rules and catalog.
pub(super) struct Sale {
    settings: Settings,
    rules: Rules,
    map: FieldMap,
    shelf: Shelf,
}

impl Sale {
    pub(super) fn new(settings: Settings, file: &CatalogFile) -> anyhow::Result<Self> {
        let rules = rules::load(&settings.qualification)?;
        let map = rules::field_map(&settings.qualification)?;
        let taxed = |class: &str| settings.quoting.bears(class);
        let catalog = file.wanted(&Catalog::empty());
        let problems = match &catalog {
            Ok(catalog) => catalog_problems::whole(catalog, &taxed),
            Err(problems) => problems.clone(),
        };
        let Some(catalog) = catalog.ok().filter(|_| problems.is_empty()) else {
            bail!("The catalog has problems:\n  - {}", problems.join("\n  - "));
        };
        Ok(Self { settings, rules, map, shelf: Shelf::new(&Arc::new(catalog)) })
    }

    /// The products that the words of an enquiry ask for, where no field names any.
    pub(super) fn asked(&self, enquiry: &Enquiry) -> Vec<Interest> {
        if !enquiry.interest.is_empty() {
            return Vec::new();
        }
        let asked = self.shelf.asked(enquiry).into_iter();
        asked.map(|it| Interest::of(it.sku, it.quantity)).collect()
    }

    /// What follows from the lead of an enquiry.
    pub(super) fn offer(&self, enquiry: &Enquiry, channel: Channel) -> anyhow::Result<Offer> {
        let settings = &self.settings;
        let worker = Qualification::new(
            settings.qualification.clone(),
            self.rules.clone(),
            self.map.clone(),
        );
        let mut story = Story::of(worker, self.shelf.clone());
        let id = |n| derived(minted(story.now, [7; 10]), "explain", n);
        let lead = Lead::new(id(1).into(), "L-1".into(), id(2).into(), enquiry.clone());
        let captured = LeadCaptured {
            lead: lead.id,
            number: lead.number.clone(),
            input: lead.input,
            channel,
            part_of: None,
            enquiry: enquiry.clone(),
            previous: None,
            account: None,
            contact: None,
            keys: Vec::new(),
            kept_apart: Vec::new(),
        };
        story = story.given(lead.clone());
        let told = story.when(captured)?;
        let Some(opened) = told.get::<OpportunityCreated>() else {
            let why = match told.get::<LeadDisqualified>() {
                Some(_) => "The rules disqualify the lead.",
                None => "The rules leave the lead to a person.",
            };
            return Ok(Offer::of("none", vec![why.to_owned()]));
        };
        let mut quoted = Story::of(quoting(settings), self.shelf.clone()).given(lead);
        if let Some(opportunity) = story.world.find(opened.opportunity) {
            quoted = quoted.given(opportunity.clone());
        }
        if let Some(account) = opened.customer.account.and_then(|id| story.world.find(id)) {
            quoted = quoted.given(account.clone());
        }
        if let Some(contact) = opened.customer.contact.and_then(|id| story.world.find(id)) {
            quoted = quoted.given(contact.clone());
        }
        let told = quoted.when(opened)?;
        let mut why = Vec::new();
        if let Some(priced) = told.get::<OpportunityRepriced>() {
            why.extend(priced.unpriced.into_iter().chain(priced.doubts));
        }
        if told.get::<QuoteActivated>().is_some() {
            return Ok(Offer::of("active", why));
        }
        if told.get::<QuoteDrafted>().is_some() {
            if why.is_empty() {
                why.push("It is beyond what the policy lets stand by itself.".to_owned());
            }
            return Ok(Offer::of("draft", why));
        }
        why.push("No product is asked for that could be offered.".to_owned());
        Ok(Offer::of("none", why))
    }
}

fn quoting(settings: &Settings) -> Quoting {
    Quoting::new(settings.quoting.clone(), settings.seller.zone)
}

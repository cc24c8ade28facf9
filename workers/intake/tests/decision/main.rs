//! The decision of intake, told as stories: every input gets one verdict, and the right lead.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use domain::decide::{Arrived, RawInputs, Refusal};
use domain::enquiry::{Enquiry, Person};
use domain::ids::{InputId, LeadId, derived, minted};
use domain::input::{Input, Verdict};
use domain::lead::Lead;
use domain::likeness::DuplicateRules;
use domain::pseudonym::PseudonymKey;
use domain::record::Record;
use domain::story::{Story, Told};
use intake::{Intake, ReadOptions, When};

mod channels;
mod collections;
mod consent;
mod duplicates;
mod operators;
mod people;
mod threads;
mod whose;

struct Desk {
    story: Story<Intake>,
    intake: Intake,
    arrived: u32,
}

impl Desk {
    fn new() -> Self {
        Self::looking_for(DuplicateRules::default())
    }

    fn looking_for(duplicates: DuplicateRules) -> Self {
        Self::of(Self::intake().looking_for(duplicates))
    }

    /// Knows who was erased by this secret.
    fn knowing(secret: PseudonymKey) -> Self {
        Self::of(Self::intake().knowing(Some(secret)))
    }

    fn intake() -> Intake {
        Intake::new(ReadOptions {
            default_region: "DE".into(),
            own_domains: vec![],
            ..ReadOptions::default()
        })
    }

    fn of(intake: Intake) -> Self {
        Self { story: Story::of(intake.clone(), ()), intake, arrived: 0 }
    }

    fn given(mut self, record: impl Into<Record>) -> Self {
        self.story = self.story.given(record);
        self
    }

    /// A raw input arrives; its input, and what was said.
    fn takes(&mut self, queue: &str, content_type: &str, body: &[u8]) -> (Input, Told) {
        self.takes_with(queue, content_type, body, &[])
    }

    fn takes_with(
        &mut self,
        queue: &str,
        content_type: &str,
        body: &[u8],
        headers: &[(&str, &str)],
    ) -> (Input, Told) {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let arrived = Arrived {
            queue: queue.into(),
            content_type: Some(content_type.into()),
            headers: headers.collect::<BTreeMap<_, _>>(),
            body: body.to_vec().into(),
            ..Arrived::default()
        };
        let when = self.intake.read(&arrived).unwrap();
        let (input, told) = self.hears(when);
        self.story.world.raw.insert(input.id, body.to_vec().into());
        (input, told.unwrap())
    }

    fn form(&mut self, form: &serde_json::Value) -> (Input, Told) {
        self.takes("intake.web", "application/json", form.to_string().as_bytes())
    }

    fn mail(&mut self, mail: &str) -> (Input, Told) {
        self.takes("intake.email", "message/rfc822", mail.replace('\n', "\r\n").as_bytes())
    }

    /// A message arrives; the input of its id, which is a new one where nothing was made of it.
    fn hears(&mut self, when: When) -> (Input, Result<Told, Refusal>) {
        self.arrived += 1;
        let id = derived(minted(self.story.now, [7; 10]), "arrival", self.arrived);
        let told = self.story.when_caused_by(id, when);
        let input = self.story.world.find(InputId(id)).cloned();
        (input.unwrap_or_else(|| Input::new(InputId(id), domain::enquiry::Channel::Web)), told)
    }

    fn input(&self, id: InputId) -> &Input {
        self.story.world.find(id).unwrap()
    }

    fn lead(&self, id: LeadId) -> &Lead {
        self.story.world.find(id).unwrap()
    }

    fn leads(&self) -> usize {
        self.story.world.leads.changed().count()
    }
}

fn lead_of(input: &Input) -> LeadId {
    match input.verdict {
        Verdict::Created { lead } | Verdict::Joined { lead } => lead,
        ref other => panic!("{other:?}: {}", input.reason),
    }
}

fn id<I: From<uuid::Uuid>>(n: u32) -> I {
    derived(minted(chrono::DateTime::UNIX_EPOCH, [1; 10]), "given", n).into()
}

fn person(family_name: &str, emails: &[&str], phones: &[&str]) -> Enquiry {
    let text = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
    Enquiry {
        person: Person {
            family_name: Some(family_name.to_owned()),
            emails: text(emails),
            phones: text(phones),
            ..Person::default()
        },
        ..Enquiry::default()
    }
}

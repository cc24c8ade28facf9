//! Stories of privacy.

use domain::commands::{ErasureAcknowledge, ErasureContinue, PersonErase, RetentionRun};
use domain::erasure::{Erased, ErasedRecord, ErasureState, RUN_MAX, Step, Swept};
use domain::events::{ErasureAdvanced, ErasureRequested, PersonErased};
use domain::ids::ErasureId;
use domain::pseudonym::PseudonymKey;
use domain::story::{Story, Told};
use uuid::Uuid;

use crate::retention::RetentionSettings;
use crate::worker::Privacy;

fn privacy(retention: RetentionSettings) -> Story<Privacy> {
    let privacy = Privacy::in_region("DE").knowing(Some(PseudonymKey::of("the secret")));
    Story::of(privacy.keeping(retention), ())
}

fn asked() -> (Story<Privacy>, ErasureContinue) {
    let mut story = privacy(RetentionSettings::default());
    let keys = vec!["Ana@Example.com".parse().expect("a text")];
    let reason = "They asked for it.".parse().expect("a text");
    let ask = PersonErase { erasure: None, keys, records: Vec::new(), reason };
    let told = story.when(ask).expect("it is taken");
    assert_eq!(told.types(), ["erasure.requested.v1", "erasure.continue.v1"]);
    let requested: ErasureRequested = told.get().expect("what was requested");
    assert_eq!(requested.keys, ["email ana@example.com"]);
    (story, told.get().expect("the first step"))
}

/// Steps until nothing more is said; the store finds one lead in the first of them.
fn done() -> (Story<Privacy>, PersonErased) {
    let (mut story, mut step) = asked();
    let mut search = 0;
    loop {
        let found = vec![Erased { store: "lead".into(), count: 1 }];
        search += u32::from(step.step == Step::Search);
        // The search takes two turns.
        let after = (step.step == Step::Search && search == 1).then_some(Uuid::from_u128(5));
        let swept = Swept { found, after, ..Swept::default() };
        story.world.swept.insert(step.erasure, swept);
        let told = story.when(step.clone()).expect("a step");
        let again = story.when(step).expect("a copy");
        assert!(again.says.is_empty(), "a step that comes again does nothing");
        match told.get::<ErasureContinue>() {
            Some(next) => step = next,
            None => return (story, told.get().expect("it is done")),
        }
    }
}

#[test]
fn f119_an_erasure_goes_step_by_step_and_its_receipt_counts_all_of_them() {
    let (story, erased) = done();
    assert_eq!(erased.receipt, [Erased { store: "lead".into(), count: 6 }]);
    let record = story.world.find(erased.erasure).expect("the request");
    assert_eq!((record.keys.len(), &record.reason), (0, &"They asked for it.".to_owned()));
}

#[test]
fn f119_consumers_acknowledge_once_and_only_what_is_done() {
    let (mut story, step) = asked();
    let say = |erasure: ErasureId| ErasureAcknowledge {
        erasure,
        consumer: "crm".parse().expect("a name"),
    };
    assert!(story.when(say(step.erasure)).is_err(), "it is not done");
    let (mut story, erased) = done();
    let told = story.when(say(erased.erasure)).expect("it is taken");
    assert_eq!(told.types(), ["erasure.acknowledged.v1"]);
    assert!(story.when(say(erased.erasure)).expect("again").already);
}

#[test]
fn f119_who_names_nobody_or_no_address_is_refused_and_nothing_of_it_is_repeated() {
    let mut story = privacy(RetentionSettings::default());
    for keys in [vec![], vec!["Ana Ruiz".parse().expect("a text")]] {
        let reason = "They asked.".parse().expect("a text");
        let ask = PersonErase { erasure: None, keys, records: Vec::new(), reason };
        let refused = story.when(ask).expect_err("it is refused");
        assert!(!refused.reason().message.contains("Ana"), "{refused}");
    }
}

#[test]
fn f119_without_a_secret_nobody_is_erased_and_the_setting_is_named() {
    let mut story = Story::of(Privacy::in_region("DE"), ());
    let keys = vec!["ana@example.com".parse().expect("a text")];
    let reason = "They asked.".parse().expect("a text");
    let ask = PersonErase { erasure: None, keys, records: Vec::new(), reason };
    let refused = story.when(ask).expect_err("it is refused").reason().message.clone();
    assert!(refused.contains("`privacy.secret_file`"), "{refused}");
}

const KEPT: RetentionSettings = RetentionSettings {
    rejected_inputs_days: 30,
    raw_inputs_days: 0,
    parked_days: 0,
    closed_leads_days: 365,
};

fn run() -> (Story<Privacy>, ErasureContinue) {
    let mut story = privacy(KEPT);
    let told = story.when(RetentionRun { erasure: None }).expect("it begins");
    let step = told.get().expect("its first step");
    (story, step)
}

fn swept(story: &mut Story<Privacy>, step: &ErasureContinue, swept: Swept) -> Told {
    story.world.swept.insert(step.erasure, swept);
    story.when(step.clone()).expect("a step")
}

fn leads(many: usize) -> Vec<Uuid> {
    (1..=many as u128).map(Uuid::from_u128).collect()
}

#[test]
fn f119_the_clock_lets_go_by_the_rules_that_are_set_and_asks_for_the_erasure_of_closed_leads() {
    let (mut story, step) = run();
    assert_eq!(step.step, Step::RejectedInputs);
    let input = ErasedRecord { kind: "input".into(), id: Uuid::from_u128(7) };
    let first = Swept {
        found: vec![Erased { store: "input".into(), count: 1 }],
        erased: vec![input.clone()],
        after: Some(input.id),
        ..Swept::default()
    };
    let told = swept(&mut story, &step, first);
    let step: ErasureContinue = told.get().expect("the same step goes on");
    assert_eq!((step.step, step.after), (Step::RejectedInputs, Some(input.id)));
    let told = swept(&mut story, &step, Swept::default());
    let step: ErasureContinue = told.get().expect("the next rule");
    assert_eq!((step.step, step.after), (Step::ClosedLeads, None));
    let found = Swept { leads: leads(3), ..Swept::default() };
    let told = swept(&mut story, &step, found);
    let done: PersonErased = told.get().expect("the run is over");
    assert_eq!(done.erased, [input]);
    assert_eq!(done.receipt, [Erased { store: "input".into(), count: 1 }]);
    let asked: ErasureRequested = told.get().expect("an erasure of its own");
    assert_eq!((asked.records.len(), asked.step), (3, Step::Log));
    assert_eq!(asked.reason, "Retention: closed_leads_days = 365.");
    assert_eq!(asked.closed_before, Some(story.now - chrono::TimeDelta::days(365)));
    assert!(told.get::<RetentionRun>().is_none(), "there is no more");
}

#[test]
fn f119_a_run_that_finds_much_ends_and_another_goes_on() {
    let (mut story, step) = run();
    let many = leads(RUN_MAX).into_iter();
    let erased = many.map(|id| ErasedRecord { kind: "input".into(), id }).collect();
    let full = Swept { erased, after: Some(Uuid::from_u128(9)), ..Swept::default() };
    let told = swept(&mut story, &step, full);
    assert!(told.get::<PersonErased>().is_some() && told.get::<RetentionRun>().is_some());
    // Of closed leads each slice asks for an erasure of its own, and the run goes on.
    let told = story.when(RetentionRun { erasure: None }).expect("it begins");
    let step: ErasureContinue = told.get().expect("its first step");
    let step = swept(&mut story, &step, Swept::default()).get().expect("the next rule");
    let found = Swept { leads: leads(2), after: Some(Uuid::from_u128(2)), ..Swept::default() };
    let told = swept(&mut story, &step, found);
    let steps: Vec<_> = told.all::<ErasureContinue>().into_iter().map(|it| it.step).collect();
    assert_eq!(steps, [Step::ClosedLeads, Step::Log]);
}

#[test]
fn f119_a_rule_that_is_taken_back_ends_a_run_and_a_run_without_a_rule_is_refused() {
    let (story, step) = run();
    let mut kept = privacy(RetentionSettings::default());
    kept.world = story.world;
    let told = kept.when(step.clone()).expect("it ends");
    assert!(told.get::<PersonErased>().is_some() && told.get::<ErasureAdvanced>().is_none());
    let erasure = kept.world.find(step.erasure).expect("the run");
    assert!(matches!(erasure.state, ErasureState::Done { .. }));
    let refused = kept.when(RetentionRun { erasure: None }).expect_err("nothing is to go");
    assert!(refused.reason().message.contains("[retention]"), "{refused}");
}

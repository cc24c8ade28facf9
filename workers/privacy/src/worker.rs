//! The decisions of privacy: what was asked, step after step, to the receipt.

use domain::commands::{ErasureAcknowledge, ErasureContinue, PersonErase};
use domain::decide::{
    Already, Ctx, Hold, Locks, Needs, Outcome, Reason, Refusal, Root, Worker, World,
};
use domain::erasure::{Erasure, ErasureAction, ErasureState, Step, Swept};
use domain::events::{ErasureAcknowledged, ErasureAdvanced, ErasureRequested, PersonErased};
use domain::ids::Id;
use domain::message::SubjectKind;
use domain::party::{PartyKey, PartyKeyKind};

domain::one_of! {
    /// What privacy hears.
    pub When: PersonErase, ErasureAcknowledge, ErasureContinue
}

domain::one_of! {
    /// What privacy may say.
    pub Then: ErasureRequested, ErasureAdvanced, PersonErased, ErasureAcknowledged, ErasureContinue
}

/// The worker that erases what is known of a person.
#[derive(Clone, Debug)]
pub struct Privacy {
    /// The country whose telephones need no code.
    region: String,
}

impl Privacy {
    #[must_use]
    pub fn in_region(region: &str) -> Self {
        Self { region: region.to_owned() }
    }

    fn key(&self, written: &str) -> Result<PartyKey, Refusal> {
        if let Some(value) = forms::email(written) {
            return Ok(PartyKey { kind: PartyKeyKind::Email, value });
        }
        let value = forms::phone(written, &self.region).filter(|number| number.starts_with('+'));
        value.map(|value| PartyKey { kind: PartyKeyKind::Phone, value }).ok_or_else(|| {
            let message = "One of the `keys` is neither an e-mail address nor a telephone with the code of its \
                           country; send such ones, or the ids of leads and contacts as `records`.";
            refused("erasure.no_key", "keys", message)
        })
    }

    fn request(
        &self,
        command: &PersonErase,
        ctx: &mut Ctx<'_, ()>,
    ) -> Result<Outcome<Then>, Refusal> {
        if command.keys.is_empty() && command.records.is_empty() {
            let message = "The request names nobody; send their addresses and telephones as `keys`, or the ids of \
                           leads and contacts as `records`.";
            return Err(refused("erasure.nobody", "nothing", message));
        }
        let keys = command.keys.iter().map(|key| Ok(self.key(key)?.to_string()));
        let mut keys: Vec<_> = keys.collect::<Result<_, Refusal>>()?;
        keys.sort();
        keys.dedup();
        let erasure = Erasure {
            id: ctx.id(),
            sequence: 0,
            keys: keys.clone(),
            records: command.records.clone(),
            reason: command.reason.to_string(),
            step: Step::Records,
            after: None,
            receipt: Vec::new(),
            erased: Vec::new(),
            acknowledged: Vec::new(),
            state: ErasureState::Open,
        };
        let said = ErasureRequested {
            erasure: erasure.id,
            keys,
            records: erasure.records.clone(),
            reason: erasure.reason.clone(),
        };
        let go_on = ErasureContinue { erasure: erasure.id, step: erasure.step, after: None };
        Ok(Outcome::nothing().changed(erasure, said).say(go_on))
    }
}

impl Worker for Privacy {
    const NAME: &'static str = "privacy";
    const LOCKS: Locks = &[(Root::Erasure, Hold::Writes)];
    type When = When;
    type Then = Then;
    type Facts = ();

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when {
            When::PersonErase(_) => {}
            When::ErasureAcknowledge(command) => needs.lock(command.erasure),
            When::ErasureContinue(command) => {
                needs.lock(command.erasure);
                let erasure = world.find(command.erasure).filter(|it| is_next(it, command));
                erasure.and_then(Erasure::sweep).into_iter().for_each(|it| needs.sweep(it));
            }
        }
    }

    fn decide(
        &self,
        world: &World,
        when: &When,
        ctx: &mut Ctx<'_, ()>,
    ) -> Result<Outcome<Then>, Refusal> {
        match when {
            When::PersonErase(command) => self.request(command, ctx),
            When::ErasureAcknowledge(command) => acknowledge(world, command),
            When::ErasureContinue(command) => go_on(world, command, ctx),
        }
    }
}

/// Is it what the request waits for? A command that comes again is not.
fn is_next(erasure: &Erasure, command: &ErasureContinue) -> bool {
    (erasure.step, erasure.after) == (command.step, command.after)
}

fn go_on(
    world: &World,
    command: &ErasureContinue,
    ctx: &Ctx<'_, ()>,
) -> Result<Outcome<Then>, Refusal> {
    let erasure = world.known(command.erasure)?;
    if let Step::Newer(word) = command.step {
        let message = format!(
            "The step `{word}` of the erasure `{}` is one that only a newer leadmill knows; put the message back \
             with `leadmill parked replay` when that runs.",
            erasure.id
        );
        let reason = Reason::new(SubjectKind::Erasure, erasure.id, "newer.step", word, message);
        return Err(Refusal::Newer(reason));
    }
    let Some(swept) = world.swept.get(&erasure.id).filter(|_| is_next(erasure, command)) else {
        return Ok(Outcome::nothing());
    };
    let Swept { found, erased, after } = swept.clone();
    let next = if after.is_some() { Some(erasure.step) } else { erasure.step.next() };
    let Some(next) = next else {
        let done = erasure.apply(&ErasureAction::Finish { at: ctx.now })?;
        let receipt = erasure.with(&found);
        let said = PersonErased {
            erasure: done.id,
            reason: done.reason.clone(),
            erased: done.erased.clone(),
            receipt: receipt.clone(),
        };
        return Ok(Outcome::nothing().changed(Erasure { keys: Vec::new(), receipt, ..done }, said));
    };
    let mut now = erasure.apply(&ErasureAction::Advance)?;
    now.receipt = erasure.with(&found);
    now.erased.extend_from_slice(&erased);
    (now.step, now.after) = (next, after);
    let said = ErasureAdvanced { erasure: now.id, step: erasure.step, next, after, found, erased };
    let go_on = ErasureContinue { erasure: now.id, step: next, after };
    Ok(Outcome::nothing().changed(now, said).say(go_on))
}

fn acknowledge(world: &World, command: &ErasureAcknowledge) -> Result<Outcome<Then>, Refusal> {
    let erasure = world.known(command.erasure)?;
    let consumer = command.consumer.to_string();
    if erasure.acknowledged.contains(&consumer) {
        return Ok(Outcome::already(Already {
            subject: SubjectKind::Erasure,
            id: erasure.id.uuid(),
            reference: Some(consumer),
        }));
    }
    if consumer.is_empty() {
        let message = "An acknowledgement names its consumer; send the name that `leadmill consumer list` shows.";
        return Err(refused("erasure.no_consumer", "consumer", message));
    }
    let mut now = erasure.apply(&ErasureAction::Acknowledge)?;
    now.acknowledged.push(consumer.clone());
    let said = ErasureAcknowledged { erasure: now.id, consumer };
    Ok(Outcome::nothing().changed(now, said))
}

fn refused(rule: &'static str, found: &str, message: &str) -> Refusal {
    // Nothing of what was sent is repeated: it would be kept.
    Refusal::no(SubjectKind::Erasure, "erasure", rule, found, message)
}

#[cfg(test)]
mod tests {
    use domain::erasure::Erased;
    use domain::ids::ErasureId;
    use domain::story::Story;
    use uuid::Uuid;

    use super::*;

    fn asked() -> (Story<Privacy>, ErasureContinue) {
        let mut story = Story::of(Privacy::in_region("DE"), ());
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
            let swept = Swept { found, erased: Vec::new(), after };
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
        assert_eq!(erased.receipt, [Erased { store: "lead".into(), count: 5 }]);
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
        let mut story = Story::of(Privacy::in_region("DE"), ());
        for keys in [vec![], vec!["Ana Ruiz".parse().expect("a text")]] {
            let reason = "They asked.".parse().expect("a text");
            let ask = PersonErase { erasure: None, keys, records: Vec::new(), reason };
            let refused = story.when(ask).expect_err("it is refused");
            assert!(!refused.reason().message.contains("Ana"), "{refused}");
        }
    }
}

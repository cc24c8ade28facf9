//! The decisions of privacy: what was asked, step after step, to the receipt.

use domain::commands::{ErasureAcknowledge, ErasureContinue, PersonErase, RetentionRun};
use domain::decide::{
    Already, Ctx, Hold, Locks, Needs, Outcome, Reason, Refusal, Root, Worker, World,
};
use domain::erasure::{Erasure, ErasureAction, ErasureState, RUN_MAX, Step, Sweep, Swept};
use domain::events::{ErasureAcknowledged, ErasureAdvanced, ErasureRequested, PersonErased};
use domain::ids::Id;
use domain::message::SubjectKind;
use domain::party::{PartyKey, PartyKeyKind};
use domain::pseudonym::PseudonymKey;
use uuid::Uuid;

use crate::retention::RetentionSettings;

domain::one_of! {
    /// What privacy hears.
    pub When: PersonErase, ErasureAcknowledge, ErasureContinue, RetentionRun
}

domain::one_of! {
    /// What privacy may say.
    pub Then: ErasureRequested, ErasureAdvanced, PersonErased, ErasureAcknowledged, ErasureContinue, RetentionRun
}

/// The worker that erases what is known of a person.
#[derive(Clone, Debug)]
pub struct Privacy {
    /// The country whose telephones need no code.
    region: String,
    /// Makes the pseudonyms of what outlives a person.
    pseudonyms: Option<PseudonymKey>,
    /// How long what came is kept.
    retention: RetentionSettings,
}

impl Privacy {
    #[must_use]
    pub fn in_region(region: &str) -> Self {
        let (region, retention) = (region.to_owned(), RetentionSettings::default());
        Self { region, pseudonyms: None, retention }
    }

    /// The same, keeping what is suppressed or withdrawn under pseudonyms that this makes. Without it nobody is erased.
    #[must_use]
    pub fn knowing(self, pseudonyms: Option<PseudonymKey>) -> Self {
        Self { pseudonyms, ..self }
    }

    /// The same, letting go what is older.
    #[must_use]
    pub fn keeping(self, retention: RetentionSettings) -> Self {
        Self { retention, ..self }
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
        if self.pseudonyms.is_none() {
            let message = "Nobody is erased without the secret by which suppressed addresses are known again; name a file \
                           with it as `privacy.secret_file` for all workers, then send the request again.";
            return Err(refused("erasure.no_secret", "secret", message));
        }
        let keys = command.keys.iter().map(|key| Ok(self.key(key)?.to_string()));
        let mut keys: Vec<_> = keys.collect::<Result<_, Refusal>>()?;
        keys.sort();
        keys.dedup();
        let named = (keys, command.records.clone());
        let reason = command.reason.to_string();
        Ok(asked(Erasure::new(ctx.id(), named, reason, None, Step::Log)))
    }

    /// A run of the clock over all that is kept for so long only.
    fn run(&self, ctx: &mut Ctx<'_, ()>) -> Result<Outcome<Then>, Refusal> {
        let Some(step) = self.retention.from(Some(Step::RejectedInputs)) else {
            let message = "Everything is kept: no rule of `[retention]` is set. Set one for the worker `privacy`, then send \
                           the command again.";
            return Err(refused("retention.no_rule", "nothing", message));
        };
        let (named, reason) = ((Vec::new(), Vec::new()), self.retention.reason(None));
        Ok(asked(Erasure::new(ctx.id(), named, reason, None, step)))
    }

    /// What the store carries out next.
    fn sweep(&self, erasure: &Erasure, world: &World) -> Option<Sweep> {
        let sweep = erasure.sweep(self.pseudonyms.as_ref())?;
        if !erasure.step.by_the_clock() {
            return Some(sweep);
        }
        let before = Some(self.retention.before(erasure.step, world.now)?);
        Some(Sweep { before, ..sweep })
    }

    fn go_on(
        &self,
        world: &World,
        command: &ErasureContinue,
        ctx: &mut Ctx<'_, ()>,
    ) -> Result<Outcome<Then>, Refusal> {
        let erasure = world.known(command.erasure)?;
        if let Step::Newer(word) = command.step {
            let message = format!(
                "The step `{word}` of the erasure `{}` is one that only a newer leadmill knows; put the message back with \
                 `leadmill parked replay` when that runs.",
                erasure.id
            );
            let reason = Reason::new(SubjectKind::Erasure, erasure.id, "newer.step", word, message);
            return Err(Refusal::Newer(reason));
        }
        if erasure.state != ErasureState::Open || !is_next(erasure, command) {
            return Ok(Outcome::nothing());
        }
        // Of a rule that was taken back meanwhile nothing was swept.
        let Swept { found, erased, leads, after } =
            world.swept.get(&erasure.id).cloned().unwrap_or_default();
        let mut now = erasure.clone();
        now.receipt = erasure.with(&found);
        now.erased.extend_from_slice(&erased);
        let full = erasure.step.by_the_clock() && now.erased.len() >= RUN_MAX;
        let next = if full {
            None
        } else if after.is_some() {
            Some(erasure.step)
        } else if erasure.step.by_the_clock() {
            self.retention.from(erasure.step.next())
        } else {
            erasure.step.next()
        };
        let asked = if leads.is_empty() { Outcome::nothing() } else { self.of_leads(leads, ctx) };
        let Some(next) = next else {
            let outcome = finish(&now, ctx)?.and(asked);
            return Ok(if full { outcome.begin(RetentionRun { erasure: None }) } else { outcome });
        };
        let step = erasure.step;
        now = now.apply(&ErasureAction::Advance)?;
        (now.step, now.after) = (next, after);
        let said = ErasureAdvanced { erasure: now.id, step, next, after, found, erased };
        let go_on = ErasureContinue { erasure: now.id, step: next, after };
        Ok(Outcome::nothing().changed(now, said).say(go_on).and(asked))
    }

    /// Asks for the erasure of leads that were closed long ago.
    fn of_leads(&self, leads: Vec<Uuid>, ctx: &mut Ctx<'_, ()>) -> Outcome<Then> {
        let before = self.retention.before(Step::ClosedLeads, ctx.now);
        let reason = self.retention.reason(Some(Step::ClosedLeads));
        asked(Erasure::new(ctx.id(), (Vec::new(), leads), reason, before, Step::Log))
    }
}

/// A request with its event and its first step.
fn asked(erasure: Erasure) -> Outcome<Then> {
    let said = ErasureRequested {
        erasure: erasure.id,
        keys: erasure.keys.clone(),
        records: erasure.records.clone(),
        reason: erasure.reason.clone(),
        closed_before: erasure.closed_before,
        step: erasure.step,
    };
    let go_on = ErasureContinue { erasure: erasure.id, step: erasure.step, after: None };
    Outcome::nothing().changed(erasure, said).say(go_on)
}

fn finish(erasure: &Erasure, ctx: &Ctx<'_, ()>) -> Result<Outcome<Then>, Refusal> {
    let done = erasure.apply(&ErasureAction::Finish { at: ctx.now })?;
    let said = PersonErased {
        erasure: done.id,
        reason: done.reason.clone(),
        erased: done.erased.clone(),
        receipt: done.receipt.clone(),
    };
    Ok(Outcome::nothing().changed(Erasure { keys: Vec::new(), ..done }, said))
}

impl Worker for Privacy {
    const NAME: &'static str = "privacy";
    const LOCKS: Locks = &[(Root::Erasure, Hold::Writes)];
    type When = When;
    type Then = Then;
    type Facts = ();

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when {
            When::PersonErase(_) | When::RetentionRun(_) => {}
            When::ErasureAcknowledge(command) => needs.lock(command.erasure),
            When::ErasureContinue(command) => {
                needs.lock(command.erasure);
                let erasure = world.find(command.erasure).filter(|it| is_next(it, command));
                let sweep = erasure.and_then(|it| self.sweep(it, world));
                sweep.into_iter().for_each(|it| needs.sweep(it));
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
            When::ErasureContinue(command) => self.go_on(world, command, ctx),
            When::RetentionRun(_) => self.run(ctx),
        }
    }
}

/// Is it what the request waits for? A command that comes again is not.
fn is_next(erasure: &Erasure, command: &ErasureContinue) -> bool {
    (erasure.step, erasure.after) == (command.step, command.after)
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

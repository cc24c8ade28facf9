//! What a selftest did and found, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use leadmill::cli::audit;
use leadmill::cli::output::table;
use leadmill::store::audit::{Invariant, Standing};
use serde::Serialize;

use super::fleet::Ends;
use super::ledger::Ledger;
use super::plan::Kind;

/// A fault that was carried out.
#[derive(Clone, Debug, Serialize)]
pub struct Injected {
    /// Seconds from the beginning of the faults to its own.
    pub at_s: u64,
    pub kind: Kind,
    /// Whom it hit.
    pub what: String,
    /// How long it and its repair took, in milliseconds.
    pub took_ms: u64,
}

/// How much went through.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Figures {
    /// Inputs that the broker accepted.
    pub inputs: usize,
    /// Commands of customer, warehouse and bank that it accepted.
    pub commands: usize,
    /// Messages that leadmill said and somebody heard, copies left out.
    pub messages: usize,
    /// Further copies of them that arrived, those published twice on purpose included.
    pub copies: u64,
    /// Published twice on purpose.
    pub doubled: u64,
    pub orders: usize,
    pub invoices: usize,
}

/// The whole.
#[derive(Debug, Serialize)]
pub struct SelftestReport {
    pub ok: bool,
    pub seed: u64,
    pub nodes: usize,
    /// Of the fault phase.
    pub seconds: u64,
    /// From the last fault until everything had come to rest.
    pub settled_s: u64,
    pub faults: Vec<Injected>,
    pub figures: Figures,
    pub ends: Ends,
    pub verdicts: Vec<Invariant>,
    pub logs: PathBuf,
}

impl Figures {
    pub fn of(ledger: &Ledger) -> Self {
        let copies: u64 = ledger.told.values().map(|told| told.copies.saturating_sub(1)).sum();
        Self {
            inputs: ledger.inputs.values().filter(|sent| sent.confirmed).count(),
            commands: ledger.commands.len(),
            messages: ledger.told.len(),
            copies,
            doubled: ledger.doubled,
            orders: ledger.orders.len(),
            invoices: ledger.invoices.len(),
        }
    }
}

impl SelftestReport {
    pub fn text(&self) -> String {
        let mut text = format!("Faults, with seed {}:\n", self.seed);
        let rows = self.faults.iter().map(|fault| {
            let took = format!("{:>6} ms", fault.took_ms);
            [format!("{:>5} s", fault.at_s), fault.kind.name(), took, fault.what.clone()]
        });
        let _ = writeln!(text, "{}\n", table(["At", "Fault", "Took", "Whom"], rows));
        text += &audit::verdicts(&self.verdicts);
        let kinds: BTreeMap<_, u32> = self.faults.iter().fold(BTreeMap::new(), |mut kinds, it| {
            *kinds.entry(it.kind).or_default() += 1;
            kinds
        });
        let Figures { inputs, commands, messages, copies, doubled, orders, invoices } =
            self.figures;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "\n{} faults of {} kinds in {} s. {inputs} inputs and {commands} commands were accepted; \
             {messages} messages were said and {copies} further copies of them arrived ({doubled} \
             on purpose); {orders} orders, {invoices} invoices. All came to rest {} s after the last \
             fault.",
            self.faults.len(),
            kinds.len(),
            self.seconds,
            self.settled_s
        );
        let Ends { at_fault_points, turned_away, stuck, unforeseen } = &self.ends;
        let _ = writeln!(
            text,
            "Workers ended by themselves: {at_fault_points} at fault points, {turned_away} because \
             a server was away when they started, {stuck} to give back messages, {} otherwise.",
            unforeseen.len()
        );
        let broken = self.verdicts.iter().filter(|it| it.answer == Standing::Broken).count();
        text += &if self.ok {
            "Nothing was lost, nothing happened twice.".to_owned()
        } else {
            format!(
                "{broken} of {} questions found something broken. The workers' logs are in {}.",
                self.verdicts.len(),
                self.logs.display()
            )
        };
        text
    }
}

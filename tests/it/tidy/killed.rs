//! Which commands reach a worker that is killed at every fault point, by what the crash tests say.

use std::collections::BTreeSet;

use leadmill::contract::{Contract, Role};

use super::sources;

/// Commands from outside that no crash test sends yet. The list only gets shorter: a new command is sent in
/// `tests/it/crashes`.
const UNSENT: [&str; 42] = [
    "account.deactivate.v1",
    "account.keep_apart.v1",
    "account.reactivate.v1",
    "account.unmerge.v1",
    "account.update.v1",
    "consent.lift.v1",
    "contact.deactivate.v1",
    "contact.keep_apart.v1",
    "contact.reactivate.v1",
    "contact.unmerge.v1",
    "contact.update.v1",
    "discount_list.delete.v1",
    "erasure.acknowledge.v1",
    "input.read_again.v1",
    "input.reject.v1",
    "input.release.v1",
    "invoice.cancel.v1",
    "lead.keep_apart.v1",
    "lead.qualify.v1",
    "lead.reactivate.v1",
    "lead.unmerge.v1",
    "lead.update.v1",
    "literature.delete.v1",
    "opportunity.lose.v1",
    "opportunity.remove_competitor.v1",
    "opportunity.remove_stakeholder.v1",
    "opportunity.reopen.v1",
    "opportunity.win.v1",
    "order.cancel.v1",
    "payment.received.v1",
    "price_list.delete.v1",
    "product.activate.v1",
    "product.delete.v1",
    "product.publish.v1",
    "product.revert.v1",
    "product.revise.v1",
    "quote.activate.v1",
    // The clock says it, in the test of privacy too.
    "retention.run.v1",
    "transfer.assign.v1",
    "transfer.return.v1",
    "unit_group.define.v1",
    "unit_group.delete.v1",
];

#[test]
fn every_command_from_outside_is_sent_to_a_worker_that_is_killed_or_is_known_not_to_be() {
    let tests = sources().into_iter().filter(|(path, _)| path.starts_with("tests/it/crashes"));
    let sent: String = tests.map(|(_, text)| text).collect();
    if sent.is_empty() {
        return; // There are only the built programs.
    }
    let entries = Contract::built_in().unwrap().entries();
    let asked = entries.iter().filter(|it| it.kind == Role::Command && it.needs.is_some());
    let unsent: BTreeSet<_> =
        asked.map(|it| it.name).filter(|name| !sent.contains(&format!("\"{name}\""))).collect();
    let known = BTreeSet::from(UNSENT);
    let new: Vec<_> = unsent.difference(&known).collect();
    let stale: Vec<_> = known.difference(&unsent).collect();
    assert!(
        new.is_empty(),
        "no worker is killed over these; send them in tests/it/crashes: {new:#?}"
    );
    assert!(stale.is_empty(), "they are sent, or gone; take them out of `UNSENT`: {stale:#?}");
}
